import type { ReadonlySignal } from '@preact/signals'
import type { ComponentChildren, VNode } from 'preact'
import type { Live } from '../state/live.ts'
import { words } from '../state/words.ts'
import { FaultNote } from './fault-note.tsx'

/** What was loaded, once it is there; what is wrong, if it is not of this moment. */
export function Loaded<T>(props: {
  readonly live: ReadonlySignal<Live<T>>
  readonly again: () => void
  readonly children: (value: T) => ComponentChildren
}): VNode {
  const { live, again, children } = props
  const now = live.value
  const { loading, stale, again: verb } = words.value
  if (now.at === 'loading')
    return (
      <p class="loading" role="status">
        {loading}
      </p>
    )
  const { fault } = now
  return (
    <>
      {fault !== undefined && (
        <div class="stale">
          <FaultNote fault={fault} />
          {now.at === 'there' && <p>{stale}</p>}
          <button type="button" class="button" onClick={again}>
            {verb}
          </button>
        </div>
      )}
      {now.at === 'there' && children(now.value)}
    </>
  )
}
