import { after, type Ms } from '@hufu/protocol/wire'
import type { Clock } from '../clock.ts'

/** The one timer of a call. */
export interface Waking {
  /** What is next may be another time now. */
  arm(): void
  stop(): void
}

export interface WakingPorts {
  readonly clock: Clock
  /** When something is to be done next. */
  readonly next: () => Ms
  readonly act: () => void
}

/** A timer later than this was held up, and so was whatever the connection has brought meanwhile. Our choice. */
const ASLEEP_MS = 1_000
/** So long is taken to read that. Our choice. */
const CATCH_UP_MS = 1_000

export function waking({ clock, next, act }: WakingPorts): Waking {
  let cancel: () => void = () => undefined
  let wakesAt = Infinity
  let readsUntil = 0
  let isOver = false

  const arm = (): void => {
    const at = Math.max(readsUntil, next())
    if (at >= wakesAt) return
    const due = Math.max(at, clock.now())
    cancel()
    wakesAt = at
    cancel = clock.wake(at as Ms, () => {
      wakesAt = Infinity
      if (isOver) return
      if (clock.now() - due <= ASLEEP_MS) return act()
      // it has slept: what has arrived is read before anybody is taken for silent
      readsUntil = after(clock.now(), CATCH_UP_MS)
      arm()
    })
  }

  return {
    arm,
    stop() {
      isOver = true
      cancel()
    },
  }
}
