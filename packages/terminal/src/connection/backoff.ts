import type { Random } from '@hufu/protocol/crypto'

/** Milliseconds: the first wait is at most this, each further at most twice the one before. Our choices. */
const FIRST_MS = 250
const MOST_MS = 8_000

/**
 * Milliseconds to wait before try number `attempt` (from 0): anywhere up to the bound, so that all the terminals of a
 * server that was restarted do not come back in one moment.
 */
export function backoffMs(attempt: number, random: Random): number {
  const bound = Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(attempt, 16))
  const view = new DataView(random(4).buffer)
  return Math.floor((view.getUint32(0) / 0x1_0000_0000) * bound)
}
