import { type Ms } from '@hufu/protocol/wire'

/** The time as a terminal sees it: monotonic, and a way to be woken. */
export interface Clock {
  now(): Ms
  /** Calls `act` at `at` or soon after; the result cancels it. */
  wake(at: Ms, act: () => void): () => void
}

/** The clock of the process or page. */
export const systemClock: Clock = {
  now: () => performance.now() as Ms,
  wake(at, act) {
    const timer = setTimeout(act, Math.max(0, Math.ceil(at - performance.now())))
    return () => clearTimeout(timer)
  },
}
