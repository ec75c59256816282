import { useSignal } from '@preact/signals'
import type { ComponentChildren, VNode } from 'preact'
import { text } from './language.ts'

/** A line for a shell, with a button that copies it where the browser lets us (https or localhost). */
export function Command(props: { readonly line: string; readonly label?: string }): VNode {
  const copied = useSignal(false)
  const { copy, copied: done } = text.value
  const write = async (): Promise<void> => {
    await navigator.clipboard.writeText(props.line)
    copied.value = true
  }
  return (
    <div class="command">
      {props.label !== undefined && <p class="label">{props.label}</p>}
      <div class="line">
        <code translate={false}>{words(props.line)}</code>
        {isSecureContext && (
          <button
            type="button"
            aria-label={`${copy}: ${props.line}`}
            onClick={() => {
              // Refused permission leaves the line to be selected by hand, as it was.
              write().catch(() => undefined)
            }}
            onBlur={() => (copied.value = false)}
          >
            {copied.value ? done : copy}
          </button>
        )}
      </div>
      <p class="unseen" role="status">
        {copied.value ? done : ''}
      </p>
    </div>
  )
}

/** The line in words, so that it wraps between them and never inside `--server`; it is copied as it was. */
function words(line: string): ComponentChildren {
  return line
    .split(' ')
    .flatMap((word, at) => [at === 0 ? '' : ' ', <span class="word">{word}</span>])
}
