import type { UnixMs } from '../clock.ts'
import { prepared } from './prepared.ts'
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
  for (const [i, limit] of limits.entries()) {
    const { numAffectedRows } = await insertUpTo(db, { ...limit, id: ids[i]!, at: now })
    if (numAffectedRows === 1n) continue
    await forgiveGuesses(db, ids.slice(0, i))
    return false
  }
  return true
}

/** Takes counted attempts back: they were no guesses. */
export async function forgiveGuesses(db: Db, ids: readonly Uint8Array[]): Promise<void> {
  for (const id of ids) await forgiveOne(db, { id })
}

/** Forgets what counts no more. */
export async function sweepGuesses(db: Db, before: number): Promise<void> {
  await db.deleteFrom('guesses').where('at', '<=', before).execute()
}

/** Inserts a guess, unless there are `most` already. */
const insertUpTo = prepared((db, given: GuessLimit & { id: Uint8Array; at: number }) => {
  const counted = db
    .selectFrom('guesses')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('against', '=', given.against)
    .where('at', '>', given.since)
  const row = db
    .selectNoFrom((eb) => [
      eb.val(given.id).as('id'),
      eb.val(given.against).as('against'),
      eb.val(given.at).as('at'),
    ])
    .where(counted, '<', given.most)
  return db.insertInto('guesses').columns(['id', 'against', 'at']).expression(row)
})

const forgiveOne = prepared((db, { id }: { readonly id: Uint8Array }) =>
  db.deleteFrom('guesses').where('id', '=', id),
)
