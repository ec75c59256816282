import { after, type Ms } from '@hufu/protocol/wire'
import type { Clock } from '../clock.ts'

/** What a deadline is for. */
export interface Waiting {
  /** When its span began. */
  since: Ms
  /** Its time is up. */
  late(): void
}

/** Deadlines that all have the same span, behind one timer: ten thousand timers would be the larger part of what waits. */
export interface Deadlines {
  /** Starts the span of `one`, or starts it anew. */
  start(one: Waiting, now: Ms): void
  stop(one: Waiting): void
}

/** Deadlines `spanMs` milliseconds after each start. */
export function deadlinesOf(clock: Clock, spanMs: number): Deadlines {
  /** In order of their deadlines, since whoever starts goes to the end. */
  const waiting = new Set<Waiting>()
  let disarm: (() => void) | undefined
  const arm = (first: Waiting): void => {
    disarm = clock.wake(after(first.since, spanMs), look)
  }
  const look = (): void => {
    disarm = undefined
    const now = clock.now()
    for (const one of waiting) {
      if (after(one.since, spanMs) > now) return arm(one)
      waiting.delete(one)
      one.late()
    }
  }
  return {
    start(one, now) {
      one.since = now
      waiting.delete(one)
      waiting.add(one)
      if (disarm === undefined) arm(one)
    },
    stop(one) {
      waiting.delete(one)
      if (waiting.size > 0) return
      disarm?.()
      disarm = undefined
    },
  }
}
