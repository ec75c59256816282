import { isByPerson, type AttemptKind } from '@hufu/protocol/pair'
import type { Connection } from '../../relay/connection.ts'
import { countGuess, forgiveGuesses, type GuessLimit } from '../../store/guesses.ts'
import { nameOwner } from '../../store/names.ts'
import { terminalsOf } from '../../store/bindings.ts'
import type { Db } from '../../store/schema.ts'
import { endNoSlot, endSlot, findSlot } from '../../store/slots.ts'
import type { Meetings } from './meetings.ts'
import type { PairPorts } from './ports.ts'

/** Octets of a counted guess's id. */
const GUESS_ID_OCTETS = 16
/** Octets of a source, as `keyOf` hides it. */
const SOURCE_OCTETS = 32

/** Where a request is to go. */
export interface Target {
  readonly kind: AttemptKind
  readonly at: string
}

/**
 * Counts a request as a guess, durably, before anything is looked up: what it costs and when it is done is the same
 * whether or not the target exists. The result: what to take back if it was no guess; undefined if throttled.
 *
 * Meetings are not counted: their ids have 128 random bits and what is proved there 256.
 */
export async function countRequest(
  ports: PairPorts,
  connection: Connection,
  target: Target,
): Promise<readonly Uint8Array[] | undefined> {
  if (target.kind === 'meeting') return []
  const limits = limitsOf(ports, connection, target)
  const guesses = limits.map(() => ports.random(GUESS_ID_OCTETS))
  const counted = await ports.store.write('durable', (db) =>
    countGuess(db, limits, guesses, ports.clock.wall()),
  )
  return counted ? guesses : undefined
}

/**
 * The terminals to ring for a request that was counted: those that are there. A slot is burned by it, durably, before
 * anybody is rung. Finding somebody costs a little more than finding nobody: the requester has been told before that
 * its request is under way, and is told nothing for the finding.
 */
export async function findOpeners(
  ports: PairPorts,
  meetings: Meetings,
  connection: Connection,
  { kind, at }: Target,
): Promise<readonly Uint8Array[]> {
  const { store } = ports
  switch (kind) {
    case 'slot':
      return store.write('durable', (db) => burn(ports, db, at))
    case 'name':
      return store.read((db) => named(ports, db, at))
    case 'user':
      return store.read((db) => signedIn(ports, db, at))
    case 'meeting':
      return present(ports, meetings.firstAt(at, connection.terminal))
  }
}

/** The attempt was no guess. */
export async function forgive(ports: PairPorts, guesses: readonly Uint8Array[]): Promise<void> {
  if (guesses.length > 0) await ports.store.write('soon', (db) => forgiveGuesses(db, guesses))
}

function limitsOf(ports: PairPorts, connection: Connection, target: Target): readonly GuessLimit[] {
  const { config, store } = ports
  const now = ports.clock.wall()
  const bySource = {
    against: store.keyOf('source', connection.source),
    since: now - config.guessesPerSourceMs,
    most: config.guessesPerSource,
  }
  if (!isByPerson(target.kind)) return [bySource]
  const byName = {
    // a terminal's name has no colon in front that is not its own: a user's guesses are counted apart
    against: store.keyOf('name', target.kind === 'user' ? `user:${target.at}` : target.at),
    since: now - config.guessesPerNameMs,
    most: config.guessesPerName,
  }
  return [bySource, byName]
}

/**
 * The opener of an open slot, which is burned now; a slot whose opener is away is left for when it is back. As much is
 * written where there is nothing to burn.
 */
async function burn(ports: PairPorts, db: Db, number: string): Promise<readonly Uint8Array[]> {
  const now = ports.clock.wall()
  const restsUntil = now + ports.config.slotRestMs
  const slot = await findSlot(db, number)
  const open = slot?.state === 'open' && slot.expires > now
  const openers = open ? present(ports, slot.terminal) : []
  if (openers.length > 0 && (await endSlot(db, number, { as: 'burned', now, restsUntil })))
    return openers
  await endNoSlot(db, { fresh: ports.random(SOURCE_OCTETS), now, restsUntil })
  return []
}

async function named(ports: PairPorts, db: Db, name: string): Promise<readonly Uint8Array[]> {
  const voidBefore = ports.clock.wall() - ports.config.nameLifetimeMs
  return present(ports, await nameOwner(db, ports.store.keyOf('name', name), voidBefore))
}

/** The terminals where a user is signed in; all of them ring. */
async function signedIn(ports: PairPorts, db: Db, user: string): Promise<readonly Uint8Array[]> {
  const { clock, config, presence } = ports
  const terminals = await terminalsOf(db, user, clock.wall(), config.ringsPerUser)
  return terminals.filter((terminal) => presence.isThere(terminal))
}

function present(ports: PairPorts, terminal: Uint8Array | undefined): readonly Uint8Array[] {
  return terminal !== undefined && ports.presence.isThere(terminal) ? [terminal] : []
}
