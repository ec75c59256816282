import type { Ms } from '@hufu/protocol/wire'
import type { Clock, UnixMs } from './clock.ts'

/** A clock that stands still until a test moves it. */
export interface FakeClock extends Clock {
  /** Moves both clocks on by `ms`, calling whatever falls due on the way, in order of its time. */
  advance(ms: number): void
  /** Puts the calendar alone on by `ms`, or back. */
  shift(ms: number): void
}

/** A clock at 1,000 ms, on 2026-01-01. */
export function fakeClock(): FakeClock {
  let now = 1_000
  let wall = Date.UTC(2026, 0, 1)
  const due = new Set<{ readonly at: number; readonly act: () => void }>()
  const first = (by: number): { readonly at: number; readonly act: () => void } | undefined => {
    let found: { readonly at: number; readonly act: () => void } | undefined
    for (const one of due)
      if (one.at <= by && (found === undefined || one.at < found.at)) found = one
    return found
  }
  return {
    now: () => now as Ms,
    wall: () => wall as UnixMs,
    wake(at, act) {
      const one = { at, act }
      due.add(one)
      // what is due already does not wait until somebody moves the clock
      if (at <= now) setImmediate(() => due.delete(one) && act())
      return () => void due.delete(one)
    },
    advance(ms) {
      const end = now + ms
      for (let one = first(end); one !== undefined; one = first(end)) {
        due.delete(one)
        const step = Math.max(0, one.at - now)
        now += step
        wall += step
        one.act()
      }
      wall += end - now
      now = end
    },
    shift(ms) {
      wall += ms
    },
  }
}
