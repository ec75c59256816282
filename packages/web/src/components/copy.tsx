import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { copy } from '../ports/share.ts'
import { text } from '../state/language.ts'

/** A button that copies `content` and says so. `of` names it where the visible label does not say enough. */
export function Copy(props: {
  readonly content: string
  readonly label?: string
  readonly of?: string
  readonly class?: string
}): VNode {
  const copied = useSignal(false)
  const { copy: verb, copied: done } = text.value.act
  const label = props.label ?? verb
  return (
    <>
      <button
        type="button"
        class={props.class ?? 'button'}
        aria-label={props.of === undefined ? undefined : `${label}: ${props.of}`}
        onClick={() => {
          void copy(props.content).then((is) => (copied.value = is))
        }}
        onBlur={() => (copied.value = false)}
      >
        <span class="swap">
          <span class={copied.value ? 'out' : ''}>{label}</span>
          <span class={copied.value ? '' : 'out'} aria-hidden={!copied.value}>
            {done}
          </span>
        </span>
      </button>
      <span class="unseen" role="status">
        {copied.value ? done : ''}
      </span>
    </>
  )
}
