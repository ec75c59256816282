import type { ComponentChildren, VNode } from 'preact'
import { Copy } from './copy.tsx'

/** A line for a shell, with a button that copies it. */
export function Command(props: { readonly line: string; readonly label?: string }): VNode {
  return (
    <div class="command">
      {props.label !== undefined && <p class="label">{props.label}</p>}
      <div class="line">
        <code translate={false}>{words(props.line)}</code>
        <Copy content={props.line} of={props.line} />
      </div>
    </div>
  )
}

/** The line in words, so that it wraps between them and never inside `--server`; it is copied as it was. */
function words(line: string): ComponentChildren {
  return line.split(' ').flatMap((word, at) => [
    at === 0 ? '' : ' ',
    <span class="word" key={at}>
      {word}
    </span>,
  ])
}
