import { failed, type Outcome } from '@hufu/protocol/wire'
import type { Connection } from '../../relay/connection.ts'
import { countGuess, forgiveGuesses } from '../../store/guesses.ts'
import type { SigninPorts } from './ports.ts'

/** Octets of a counted guess's id. */
const GUESS_ID_OCTETS = 16

/**
 * Has somebody try an invitation: counted as a guess, durably, before anything is looked at, and taken back if it was none,
 * or if nobody could look.
 *
 * Codes: `ERR_RATE` (too many attempts from there), and those of `use`.
 */
export async function tryInvitation<T>(
  ports: SigninPorts,
  connection: Connection,
  use: () => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  const { clock, config, random, store } = ports
  const now = clock.wall()
  const guess = [random(GUESS_ID_OCTETS)]
  const limit = {
    // a colon has no place in an address: counted apart from guesses of other kinds
    against: store.keyOf('source', `enrol:${connection.source}`),
    since: now - config.enrolmentsPerSourceMs,
    most: config.enrolmentsPerSource,
  }
  if (!(await store.write('durable', (db) => countGuess(db, [limit], guess, now)))) {
    ports.throttled()
    return failed('ERR_RATE')
  }
  const outcome = await use()
  if (outcome.ok || outcome.code === 'ERR_AUTHORITY')
    await store.write('soon', (db) => forgiveGuesses(db, guess))
  return outcome
}
