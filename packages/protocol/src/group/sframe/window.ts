/*
 * Which counters of one sender's key have been seen (RFC 9605 §9.3): all below the window count as seen, so that a frame is
 * never taken twice and late ones still are, within reason.
 */

/** How far a frame may come behind the newest. Two seconds of 20 ms frames in four streams, with room. */
export const WINDOW_FRAMES = 1_024

/** Remembers counters. */
export interface ReplayWindow {
  /** True if this counter was not seen and is not too old. Nothing is remembered: the frame may be forged. */
  admits(counter: bigint): boolean
  /** Remembers a counter that {@link admits} let pass, of a frame that proved good. */
  note(counter: bigint): void
}

/** A window that has seen nothing. */
export function replayWindow(): ReplayWindow {
  const seen = new Uint32Array(WINDOW_FRAMES / 32)
  const size = BigInt(WINDOW_FRAMES)
  let newest = -1n
  const place = (counter: bigint): number => Number(counter % size)
  const isSeen = (at: number): boolean => ((seen[at >> 5]! >>> (at & 31)) & 1) === 1
  return {
    admits(counter) {
      if (counter > newest) return true
      return counter > newest - size && !isSeen(place(counter))
    },
    note(counter) {
      if (counter > newest) {
        if (counter - newest >= size) seen.fill(0)
        else
          for (let skipped = newest + 1n; skipped < counter; skipped++) {
            const at = place(skipped)
            seen[at >> 5]! &= ~(1 << (at & 31))
          }
        newest = counter
      }
      const at = place(counter)
      seen[at >> 5]! |= 1 << (at & 31)
    },
  }
}
