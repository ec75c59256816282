import type { Ms } from '@hufu/protocol/wire'
import type { Clock } from './clock.ts'

/** A clock that stands still until a test moves it. */
export interface FakeClock extends Clock {
  /** Moves on by `ms`, calling whatever falls due on the way in order of its time, however often it asks again. */
  advance(ms: number): void
}

export function fakeClock(): FakeClock {
  let now = 0
  const due = new Set<{ readonly at: number; readonly act: () => void }>()
  return {
    now: () => now as Ms,
    wake(at, act) {
      const one = { at, act }
      due.add(one)
      return () => void due.delete(one)
    },
    advance(ms) {
      const end = now + ms
      for (;;) {
        const next = [...due].filter((one) => one.at <= end).toSorted((a, b) => a.at - b.at)[0]
        if (next === undefined) break
        due.delete(next)
        now = Math.max(now, next.at)
        next.act()
      }
      now = end
    },
  }
}
