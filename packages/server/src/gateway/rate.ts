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
  return new TokenBucket(perSecond, burst, start)
}

/** A class, as every connection has two: methods cost nothing there, functions do. */
class TokenBucket implements Bucket {
  readonly #perSecond: number
  readonly #burst: number
  #level: number
  #filled: Ms

  constructor(perSecond: number, burst: number, start: Ms) {
    this.#perSecond = perSecond
    this.#burst = burst
    this.#level = burst
    this.#filled = start
  }

  take(amount: number, now: Ms): boolean {
    this.#fill(now)
    if (this.#level < amount) return false
    this.#level -= amount
    return true
  }

  spend(amount: number, now: Ms): number {
    this.#fill(now)
    this.#level -= amount
    return this.#level >= 0 ? 0 : (-this.#level * 1_000) / this.#perSecond
  }

  #fill(now: Ms): void {
    const since = ((now - this.#filled) * this.#perSecond) / 1_000
    this.#level = Math.min(this.#burst, this.#level + since)
    this.#filled = now
  }
}
