import { hkdf, utf8, wipe, type Random } from '../crypto/index.ts'

/*
 * Where the next key comes from: the publication's four ways, and any further one is a row. What a schedule brings never
 * leaves the host but sealed; a list that has run out is replaced together with the call's secret.
 */

/** The schedules, as a user names them. Names are API: add, never rename. */
export const SCHEDULES = {
  /** Keys made beforehand, used in their order. */
  list: { mixesCurrent: false, start: inOrder },
  /** Keys made beforehand, and a list of factors: each factor picks a key by an algorithm. */
  picked: { mixesCurrent: false, start: picked },
  /** A list of factors: the key is computed from each. */
  factor: { mixesCurrent: false, start: factors },
  /** Factors, and the key in use: the next key is computed from both. */
  ratchet: { mixesCurrent: true, start: factors },
} as const satisfies Record<string, Schedule>

export type ScheduleName = keyof typeof SCHEDULES
export const SCHEDULE_NAMES: readonly ScheduleName[] = Object.keys(SCHEDULES) as ScheduleName[]

/** How a schedule goes on. */
export interface Schedule {
  /** The key in use goes into the next one. */
  readonly mixesCurrent: boolean
  /** Begins, with `length` entries in each list. */
  start(random: Random, length: number): Inputs
}

/** What a schedule still has. */
export interface Inputs {
  /** The next input, 32 octets, for the caller to wipe; undefined when the lists have run out. */
  next(): Uint8Array | undefined
  /** Forgets what is left. */
  wipe(): void
}

/** Octets of an entry of a key list, and of a factor. */
const ENTRY_OCTETS = 32

function inOrder(random: Random, length: number): Inputs {
  const entries = listOf(random, length)
  return { next: () => entries.shift(), wipe: () => wipe(...entries.splice(0)) }
}

function factors(random: Random, length: number): Inputs {
  return inOrder(random, length)
}

/** A key that was picked is taken out: none serves twice. */
function picked(random: Random, length: number): Inputs {
  const keys = listOf(random, length)
  const turns = listOf(random, length)
  return {
    next() {
      const factor = turns.shift()
      if (factor === undefined) return undefined
      const [key] = keys.splice(placeOf(factor, keys.length), 1)
      wipe(factor)
      return key
    },
    wipe: () => wipe(...keys.splice(0), ...turns.splice(0)),
  }
}

/** The place in a list that a factor picks: 48 bits of a hash of it, modulo the length. */
function placeOf(factor: Uint8Array, length: number): number {
  const hash = hkdf('sha256', factor, new Uint8Array(0), utf8('hufu/1 call place'), 6)
  const view = new DataView(hash.buffer)
  return (view.getUint16(0) * 0x1_0000_0000 + view.getUint32(2)) % length
}

function listOf(random: Random, length: number): Uint8Array[] {
  return Array.from({ length }, () => random(ENTRY_OCTETS))
}
