import type { UnixMs } from '../clock.ts'
import type { Db } from './schema.ts'

/** What one attempt counts against: an address or a name, as `keyOf` hides it, and how many it may have. */
export interface GuessLimit {
  readonly against: Uint8Array
  /** Guesses not after this count no more. */
  readonly since: number
  readonly most: number
}

/**
 * Counts one attempt against every limit, unless one of them is used up: then none is counted. False if so. `ids`: 16
 * fresh octets for each limit, to take it back by.
 */
export async function countGuess(
  db: Db,
  limits: readonly GuessLimit[],
  ids: readonly Uint8Array[],
  now: UnixMs,
): Promise<boolean> {
  for (const limit of limits) {
    const { count } = await db
      .selectFrom('guesses')
      .select((eb) => eb.fn.countAll().as('count'))
      .where('against', '=', limit.against)
      .where('at', '>', limit.since)
      .executeTakeFirstOrThrow()
    if (Number(count) >= limit.most) return false
  }
  if (limits.length === 0) return true
  await db
    .insertInto('guesses')
    .values(limits.map(({ against }, i) => ({ id: ids[i]!, against, at: now })))
    .execute()
  return true
}

/** Takes counted attempts back: they were no guesses. */
export async function forgiveGuesses(db: Db, ids: readonly Uint8Array[]): Promise<void> {
  for (const id of ids) await db.deleteFrom('guesses').where('id', '=', id).execute()
}

/** Forgets what counts no more. */
export async function sweepGuesses(db: Db, before: number): Promise<void> {
  await db.deleteFrom('guesses').where('at', '<=', before).execute()
}
