import type { VNode } from 'preact'
import { Icon } from '../../components/icon.tsx'
import { text } from '../../state/language.ts'
import type { Fate, TextLine as Shown } from '../../state/lines.ts'
import { At } from './at.tsx'

/** What somebody said. */
export function TextLine(props: { readonly shown: Shown; readonly who: string }): VNode {
  const { by, text: said, fate, atUnixMs } = props.shown
  return (
    <li class={`line-of ${by}`}>
      <div class="bubble">
        <span class="unseen">{by === 'me' ? text.value.talk.me : props.who}: </span>
        <p class="said" dir="auto">
          {said}
        </p>
      </div>
      <p class="meta">
        <At unixMs={atUnixMs} />
        {by === 'me' && <FateMark fate={fate} />}
      </p>
    </li>
  )
}

function FateMark(props: { readonly fate: Fate }): VNode {
  const { underway, delivered, undelivered } = text.value.talk
  switch (props.fate) {
    case 'underway':
      return (
        <span class="fate">
          <Icon name="clock" /> {underway}
        </span>
      )
    case 'delivered':
      return (
        <span class="fate">
          <Icon name="check" /> {delivered}
        </span>
      )
    case 'lost':
      return (
        <span class="fate lost">
          <Icon name="warn" /> {undelivered}
        </span>
      )
  }
}
