import type { Ms } from '@hufu/protocol/wire'
import type { Clock } from '@hufu/terminal'

/** A clock that stands still until a test moves it, for one who is woken at a time. */
export interface StandingClock extends Clock {
  advance(ms: number): void
  /** Moves on, and nobody is woken for that: the machine slept. */
  sleep(ms: number): void
}

export function standingClock(): StandingClock {
  let now = 0
  let due: { readonly at: number; readonly act: () => void } | undefined
  return {
    now: () => now as Ms,
    wake(at, act) {
      const mine = { at, act }
      due = mine
      return () => {
        if (due === mine) due = undefined
      }
    },
    sleep(ms) {
      now += ms
    },
    advance(ms) {
      const end = now + ms
      while (due !== undefined && due.at <= end) {
        const { at, act } = due
        due = undefined
        now = Math.max(now, at)
        act()
      }
      now = end
    },
  }
}
