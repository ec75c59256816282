import { random } from '@hufu/protocol/crypto'
import { HufuError } from '@hufu/protocol/wire'
import { countGuess, forgiveGuesses, type GuessLimit } from '../store/guesses.ts'
import type { Db } from '../store/schema.ts'
import type { ActPorts } from './act.ts'

/** An attempt to sign in that has been counted. */
export interface Attempt {
  /** Takes it back, in the transaction in which it proves good. */
  forgive(db: Db): Promise<void>
}

/** UTF-16 units of a name: what is longer is nobody's, and counts as what it begins with. */
const MOST_NAME_UNITS = 64

/**
 * Counts an attempt against where it comes from and, if there is one, the name that it is made at, whether or not anybody
 * has it. It is on disk before anything is tried: no restart gives back a guess.
 *
 * @throws {HufuError} `ERR_LOGIN_THROTTLED` if one of the two is used up; then it was not counted.
 */
export async function countAttempt(
  { store, clock, config }: ActPorts,
  source: string,
  name?: string,
): Promise<Attempt> {
  const now = clock.wall()
  // a colon has no place in an address or in a name that terminals ring: these are counted apart
  const limits: GuessLimit[] = [
    {
      against: store.keyOf('source', `login:${source}`),
      since: now - config.loginsPerSourceMs,
      most: config.loginsPerSource,
    },
  ]
  if (name !== undefined)
    limits.push({
      against: store.keyOf('name', `login:${name.slice(0, MOST_NAME_UNITS)}`),
      since: now - config.loginsPerNameMs,
      most: config.loginsPerName,
    })
  const ids = limits.map(() => random(16))
  if (!(await store.write('durable', (db) => countGuess(db, limits, ids, now))))
    throw new HufuError('ERR_LOGIN_THROTTLED')
  return { forgive: (db) => forgiveGuesses(db, ids) }
}
