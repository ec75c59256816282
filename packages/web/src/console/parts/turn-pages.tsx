import type { VNode } from 'preact'

/** Newer and older. What is undefined leads nowhere. */
export function TurnPages(props: {
  readonly newerName: string
  readonly olderName: string
  readonly newer: (() => void) | undefined
  readonly older: (() => void) | undefined
}): VNode {
  const { newerName, olderName, newer, older } = props
  return (
    <div class="buttons turn">
      <button type="button" class="button" disabled={newer === undefined} onClick={newer}>
        {newerName}
      </button>
      <button type="button" class="button" disabled={older === undefined} onClick={older}>
        {olderName}
      </button>
    </div>
  )
}
