import type { Ms, Tagged } from '@hufu/protocol/wire'

/** Milliseconds since 1970-01-01T00:00Z: only for rows of the store, which must mean something after a restart. */
export type UnixMs = Tagged<number, 'UnixMs'>

/** All time in this process comes from here, so that tests may own it. */
export interface Clock {
  /** Monotonic. */
  now(): Ms
  /** The calendar's time. It may jump. */
  wall(): UnixMs
  /** Calls `act` once `now()` has reached `at`, never before. The result cancels it. */
  wake(at: Ms, act: () => void): () => void
}

/** The longest delay that a Node timer takes, in milliseconds. */
const LONGEST_TIMER_MS = 0x7fffffff

/** The machine's own clocks. */
export const systemClock: Clock = {
  now: () => performance.now() as Ms,
  wall: () => Date.now() as UnixMs,
  wake(at, act) {
    let timer: NodeJS.Timeout
    const arm = (): void => {
      const left = Math.ceil(at - performance.now())
      timer = setTimeout(fire, Math.min(Math.max(left, 0), LONGEST_TIMER_MS))
    }
    // a timer may fire a fraction of a millisecond early, and a machine asked too early would sleep on
    const fire = (): void => (performance.now() < at ? arm() : act())
    arm()
    return () => clearTimeout(timer)
  },
}

/** The same clock, but what an act throws goes to `failed`: no single mishap ends the process. */
export function guarded(clock: Clock, failed: (error: unknown) => void): Clock {
  return {
    ...clock,
    wake: (at, act) =>
      clock.wake(at, () => {
        try {
          act()
        } catch (error) {
          failed(error)
        }
      }),
  }
}
