import type { VNode } from 'preact'
import { paused } from '../state/live.ts'
import { words } from '../state/words.ts'

/** Holds what is live still, and lets it go on. */
export function LiveBar(): VNode {
  const { live, pause, resume } = words.value.overview
  return (
    <p class={paused.value ? 'live' : 'live on'}>
      <span class="sign" aria-hidden="true" />
      {live}
      <button
        type="button"
        class="button"
        aria-pressed={paused.value}
        onClick={() => (paused.value = !paused.value)}
      >
        <span class="swap">
          <span class={paused.value ? 'out' : ''}>{pause}</span>
          <span class={paused.value ? '' : 'out'}>{resume}</span>
        </span>
      </button>
    </p>
  )
}
