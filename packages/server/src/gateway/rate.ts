import type { Ms } from '@hufu/protocol/wire'

/** Lets through `perSecond` lasting and `burst` at once. */
export interface Bucket {
  /** Takes `amount` if it is there; false, and nothing taken, if not. */
  take(amount: number, now: Ms): boolean
  /** Takes `amount` whether it is there or not. The result: milliseconds until the debt is paid, 0 if there is none. */
  spend(amount: number, now: Ms): number
}

/** A token bucket, full at first. It keeps no clock: `now` may stand still, and never goes back. */
export function bucket(perSecond: number, burst: number, start: Ms): Bucket {
  let level = burst
  let filled = start
  const fill = (now: Ms): void => {
    level = Math.min(burst, level + ((now - filled) * perSecond) / 1_000)
    filled = now
  }
  return {
    take(amount, now) {
      fill(now)
      if (level < amount) return false
      level -= amount
      return true
    },
    spend(amount, now) {
      fill(now)
      level -= amount
      return level >= 0 ? 0 : (-level * 1_000) / perSecond
    },
  }
}
