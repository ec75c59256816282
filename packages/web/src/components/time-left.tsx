import type { VNode } from 'preact'
import { secondsUntil } from '../state/clock.ts'
import { text } from '../state/language.ts'

/** Counts down, in words. Screen readers are not disturbed by it. */
export function TimeLeft(props: {
  readonly untilMs: number
  readonly say: (time: string) => string
}): VNode {
  return (
    <p class="time-left" role="timer" aria-live="off">
      {props.say(text.value.time.left(secondsUntil(props.untilMs)))}
    </p>
  )
}
