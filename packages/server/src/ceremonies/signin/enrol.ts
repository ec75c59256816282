import { equal, hex } from '@hufu/protocol/crypto'
import {
  issuedTag,
  judgeAddKey,
  judgeEnrol,
  judgeEnrolChip,
  openRecovery,
  type AddKey,
  type Enrol,
  type EnrolChip,
  type InvitationKeys,
  type Issued,
  type OpenChallenge,
} from '@hufu/protocol/signin'
import { failed, type ErrorCode, type MessageOf, type Outcome } from '@hufu/protocol/wire'
import { keepRecovery, openInvitation, type OpenInvitation } from '../../authority/invitations.ts'
import { chipPlace } from '../../authority/users.ts'
import type { Connection } from '../../relay/connection.ts'
import { putChip } from '../../store/chips.ts'
import { countGuess, forgiveGuesses } from '../../store/guesses.ts'
import { consumeInvitation, findInvitation, isInvitation } from '../../store/invitations.ts'
import { findKey } from '../../store/keys.ts'
import type { Db } from '../../store/schema.ts'
import { findUser } from '../../store/users.ts'
import { certify, enrolEntry, faultOfNewKey, keepKey } from './keys.ts'
import { placeOf, type SigninPorts } from './ports.ts'
import { standingOf } from './standing.ts'

/** What a terminal is told of a key that is enrolled. */
export type IssuedBody = Omit<MessageOf<typeof Issued>, 'type' | 'ref'>

/** Octets of a counted guess's id. */
const GUESS_ID_OCTETS = 16
/** Milliseconds for which whoever has lost the answer to an invitation may ask for it again. Our choice. */
const AGAIN_MS = 86_400_000

/**
 * Enrols a key with an invitation. Who has lost the answer gets it again, by the same key only.
 *
 * Codes: `ERR_RATE` (too many attempts from there), `ERR_ENROL_CODE`, `ERR_ENROL_KEYS`, `ERR_ENROL_LIMIT`, `ERR_KEY_EXISTS`,
 * `ERR_USER_SUSPENDED`, and for a key from outside those of `verifyKey`.
 */
export async function enrolKey(
  ports: SigninPorts,
  connection: Connection,
  message: MessageOf<typeof Enrol>,
): Promise<Outcome<IssuedBody>> {
  return withInvitation(ports, connection, message.invitation, async (invitation) => {
    if (invitation.kind === 'terminal') return failed('ERR_ENROL_CODE')
    const { authority, clock } = ports
    const grounds = { place: placeOf(ports, connection), ...authority.trust() }
    const { user, keys, usedBy } = invitation
    const judged = judgeEnrol(message, { id: keys.id, mac: keys.mac, user }, grounds)
    if (!judged.ok) return judged
    const shown = judged.value
    const recovery = shown.recovery === null ? undefined : openRecovery(keys, shown.recovery)
    if (shown.recovery !== null && recovery === undefined) return failed('ERR_ENROL_CODE')
    const answer = (certificates: IssuedBody['certificates']): Outcome<IssuedBody> => {
      const issued = { user, certificates, issuers: authority.told() }
      const tag = issuedTag(keys.mac, shown.tag, issued)
      return { ok: true, value: { ...issued, tag } }
    }
    if (usedBy !== null) {
      const kept = await ports.store.read((db) => findKey(db, shown.keyId))
      const same = equal(usedBy, shown.keyId) && kept?.revoked === null
      return same ? answer(kept.certificates) : failed('ERR_ENROL_CODE')
    }
    const certified = await certify(ports, user, shown)
    if (!certified.ok) return certified
    const by = invitation.kind === 'recovery' ? 'recovery' : 'invitation'
    const fault = await ports.store.write('durable', async (db) => {
      const now = clock.wall()
      const fault =
        (await faultOfInvited(ports, db, invitation)) ??
        (await faultOfNewKey(ports, db, certified.value)) ??
        (recovery && (await faultOfRecovery(db, recovery)))
      await ports.audit.record(db, enrolEntry({ user, shown }, by, fault ?? 'done'))
      if (fault !== undefined) return fault
      await consumeInvitation(db, keys.id, shown.keyId, now + AGAIN_MS)
      await keepKey(db, certified.value, now)
      if (recovery !== undefined) await keepRecovery(db, ports.vault, user, recovery, now)
      return undefined
    })
    return fault === undefined ? answer(certified.value.certificates) : failed(fault)
  })
}

/**
 * Enrols a terminal's chip with an invitation.
 *
 * Codes: `ERR_RATE`, `ERR_ENROL_CODE`, `ERR_USER_SUSPENDED`.
 */
export async function enrolChip(
  ports: SigninPorts,
  connection: Connection,
  message: MessageOf<typeof EnrolChip>,
): Promise<Outcome<undefined>> {
  return withInvitation(ports, connection, message.invitation, async (invitation) => {
    if (invitation.kind !== 'terminal') return failed('ERR_ENROL_CODE')
    const { audit, clock, store, vault } = ports
    const { terminal } = connection
    const { user, keys, usedBy } = invitation
    const judged = judgeEnrolChip(message, keys, placeOf(ports, connection))
    if (!judged.ok) return judged
    using key = judged.value.key
    if (usedBy !== null && !equal(usedBy, terminal)) return failed('ERR_ENROL_CODE')
    const fault = await store.write('durable', async (db) => {
      const now = clock.wall()
      const again = usedBy !== null
      const fault = again ? undefined : await faultOfInvited(ports, db, invitation)
      await audit.record(db, {
        actor: `user:${user}`,
        action: 'chip.enrol',
        object: { kind: 'terminal', id: hex(terminal) },
        outcome: fault ?? 'done',
        detail: { user },
      })
      if (fault !== undefined) return fault
      await consumeInvitation(db, keys.id, terminal, now + AGAIN_MS)
      await putChip(db, terminal, user, now)
      await vault.put(db, chipPlace(terminal), key)
      return undefined
    })
    return fault === undefined ? { ok: true, value: undefined } : failed(fault)
  })
}

/**
 * Takes a further key of a user that another of their keys vouches for.
 *
 * Codes: those of `judgeAddKey`; `ERR_KEY_UNKNOWN`, `ERR_KEY_REVOKED`, `ERR_USER_SUSPENDED` of the one that vouches;
 * `ERR_ENROL_LIMIT`, `ERR_KEY_EXISTS`.
 */
export async function addFurtherKey(
  ports: SigninPorts,
  connection: Connection,
  asked: OpenChallenge,
  message: MessageOf<typeof AddKey>,
): Promise<Outcome<IssuedBody>> {
  const { audit, authority, clock, store } = ports
  const grounds = { place: placeOf(ports, connection), ...authority.trust() }
  const judged = judgeAddKey(asked, message, grounds)
  if (!judged.ok) return judged
  const shown = judged.value
  const { user } = shown.by
  const standing = await store.read((db) => standingOf(db, shown.by))
  if (!standing.ok) return standing
  const certified = await certify(ports, user, shown)
  if (!certified.ok) return certified
  const fault = await store.write('durable', async (db) => {
    const still = await standingOf(db, shown.by)
    const fault = still.ok ? await faultOfNewKey(ports, db, certified.value) : still.code
    await audit.record(db, enrolEntry({ user, shown }, 'key', fault ?? 'done'))
    if (fault === undefined) await keepKey(db, certified.value, clock.wall())
    return fault
  })
  if (fault !== undefined) return failed(fault)
  const { certificates } = certified.value
  return { ok: true, value: { user, certificates, issuers: authority.told(), tag: null } }
}

/** Counts an attempt as a guess, durably, before anything is looked at, and takes it back if it was none. */
async function withInvitation<T>(
  ports: SigninPorts,
  connection: Connection,
  id: Uint8Array,
  use: (invitation: OpenInvitation) => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  const { clock, config, random, store, vault } = ports
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
  const invitation = await store.read((db) => openInvitation(db, vault, id, now))
  if (invitation === undefined) return failed('ERR_ENROL_CODE')
  try {
    const outcome = await use(invitation)
    if (outcome.ok) await store.write('soon', (db) => forgiveGuesses(db, guess))
    return outcome
  } finally {
    invitation.keys.mac.wipe()
    invitation.keys.seal.wipe()
  }
}

/** Within the transaction that uses it up: somebody may have used it, or withdrawn it, since it was looked at. */
async function faultOfInvited(
  { clock }: SigninPorts,
  db: Db,
  { id, user }: OpenInvitation,
): Promise<ErrorCode | undefined> {
  const still = await findInvitation(db, id, clock.wall())
  if (still === undefined || still.usedBy !== null) return 'ERR_ENROL_CODE'
  return (await findUser(db, user))?.state === 'suspended' ? 'ERR_USER_SUSPENDED' : undefined
}

/** Its id was drawn at random: one that is there already is no code of the user's making. */
async function faultOfRecovery(
  db: Db,
  { id }: InvitationKeys,
): Promise<'ERR_ENROL_CODE' | undefined> {
  return (await isInvitation(db, id)) ? 'ERR_ENROL_CODE' : undefined
}
