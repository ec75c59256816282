import { equal, hex, type Secret } from '@hufu/protocol/crypto'
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
  type Place,
  type ShownKey,
} from '@hufu/protocol/signin'
import { failed, type ErrorCode, type MessageOf, type Outcome } from '@hufu/protocol/wire'
import type { UnixMs } from '../clock.ts'
import { consumeInvitation, findInvitation, isInvitation } from '../store/invitations.ts'
import { findKey } from '../store/keys.ts'
import type { Db } from '../store/schema.ts'
import { findUser } from '../store/users.ts'
import type { Vault } from '../vault/vault.ts'
import type { Answered, IssuedBody } from './authority.ts'
import { keepRecovery, openInvitation, type OpenInvitation } from './invitations.ts'
import { certify, enrolEntry, faultOfNewKey, keepKey, type NewKeyPorts } from './new-key.ts'
import { standingOf } from './standing.ts'

/** What is needed to enrol keys and chips. */
export interface EnrolPorts extends NewKeyPorts {
  readonly vault: Vault
}

/** A key that is enrolled: the answer, and by what it was. */
export interface Enrolled {
  readonly issued: IssuedBody
  readonly by: 'invitation' | 'recovery'
}

/** Milliseconds for which whoever has lost the answer to an invitation may ask for it again. Our choice. */
const AGAIN_MS = 86_400_000

/** Enrols a key with an invitation: see `Authority.enrol`. */
export async function enrolKey(
  ports: EnrolPorts,
  place: Place,
  message: MessageOf<typeof Enrol>,
): Promise<Outcome<Enrolled>> {
  return withInvitation(ports, message.invitation, async (invitation) => {
    if (invitation.kind === 'terminal') return failed('ERR_ENROL_CODE')
    const { certifier, clock } = ports
    const { user, keys, usedBy } = invitation
    const grounds = { place, ...certifier.issuers.trust() }
    const judged = judgeEnrol(message, { id: keys.id, mac: keys.mac, user }, grounds)
    if (!judged.ok) return judged
    const shown = judged.value
    const recovery = shown.recovery === null ? undefined : openRecovery(keys, shown.recovery)
    if (shown.recovery !== null && recovery === undefined) return failed('ERR_ENROL_CODE')
    const by = invitation.kind === 'recovery' ? 'recovery' : 'invitation'
    const answer = (certificates: IssuedBody['certificates']): Outcome<Enrolled> => {
      const issued = { user, certificates, issuers: certifier.issuers.told() }
      const tag = issuedTag(keys.mac, shown.tag, issued)
      return { ok: true, value: { issued: { ...issued, tag }, by } }
    }
    if (usedBy !== null) {
      const kept = await ports.store.read((db) => findKey(db, shown.keyId))
      const same = equal(usedBy, shown.keyId) && kept?.revoked === null
      return same ? answer(kept.certificates) : failed('ERR_ENROL_CODE')
    }
    const certified = await certify(ports, user, shown)
    if (!certified.ok) return certified
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

/** A chip's key, and whose it is. The key is the caller's, to be wiped. */
export interface UsedForChip {
  readonly user: string
  readonly key: Secret
}

/**
 * Uses an invitation up for a terminal's chip.
 *
 * Codes: `ERR_ENROL_CODE`, `ERR_USER_SUSPENDED`.
 *
 * @param keep keeps the key, within the same transaction
 */
export async function useChipInvitation(
  ports: EnrolPorts,
  place: Place,
  message: MessageOf<typeof EnrolChip>,
  keep: (db: Db, chip: UsedForChip & { readonly now: UnixMs }) => Promise<void>,
): Promise<Outcome<UsedForChip>> {
  return withInvitation(ports, message.invitation, async (invitation) => {
    if (invitation.kind !== 'terminal') return failed('ERR_ENROL_CODE')
    const { audit, clock, store } = ports
    const { terminal } = place
    const { user, keys, usedBy } = invitation
    const judged = judgeEnrolChip(message, keys, place)
    if (!judged.ok) return judged
    const { key } = judged.value
    const again = usedBy !== null
    const fault =
      again && !equal(usedBy, terminal)
        ? 'ERR_ENROL_CODE'
        : await store.write('durable', async (db) => {
            const now = clock.wall()
            const fault = again ? undefined : await faultOfInvited(ports, db, invitation)
            await audit.record(db, chipEntry(terminal, user, fault ?? 'done'))
            if (fault !== undefined) return fault
            await consumeInvitation(db, keys.id, terminal, now + AGAIN_MS)
            await keep(db, { user, key, now })
            return undefined
          })
    if (fault === undefined) return { ok: true, value: { user, key } }
    key.wipe()
    return failed(fault)
  })
}

/** The entry that says that a chip was enrolled, or why not. */
export function chipEntry(terminal: Uint8Array, user: string, outcome: 'done' | ErrorCode) {
  const object = { kind: 'terminal', id: hex(terminal) } as const
  return { actor: `user:${user}`, action: 'chip.enrol', object, outcome, detail: { user } } as const
}

/**
 * Takes a further key of a user: see `Authority.addKey`.
 *
 * @param again gives a key that is this user's already its certificates once more: whoever passed the first answer on may
 *   have lost it
 */
export async function addFurtherKey(
  ports: EnrolPorts,
  place: Place,
  { asked, message }: Answered<MessageOf<typeof AddKey>>,
  again = false,
): Promise<Outcome<IssuedBody>> {
  const { audit, certifier, clock, store } = ports
  const judged = judgeAddKey(asked, message, { place, ...certifier.issuers.trust() })
  if (!judged.ok) return judged
  const shown = judged.value
  const { user } = shown.by
  const answer = (certificates: IssuedBody['certificates']): Outcome<IssuedBody> => {
    return { ok: true, value: { user, certificates, issuers: certifier.issuers.told(), tag: null } }
  }
  const standing = await store.read((db) => standingOf(db, shown.by))
  if (!standing.ok) return standing
  const kept = again ? await keptKey(ports, user, shown) : undefined
  if (kept !== undefined) return answer(kept)
  const certified = await certify(ports, user, shown)
  if (!certified.ok) return certified
  const fault = await store.write('durable', async (db) => {
    const still = await standingOf(db, shown.by)
    const fault = still.ok ? await faultOfNewKey(ports, db, certified.value) : still.code
    await audit.record(db, enrolEntry({ user, shown }, 'key', fault ?? 'done'))
    if (fault === undefined) await keepKey(db, certified.value, clock.wall())
    return fault
  })
  return fault === undefined ? answer(certified.value.certificates) : failed(fault)
}

async function keptKey(
  { store }: EnrolPorts,
  user: string,
  { keyId }: ShownKey,
): Promise<IssuedBody['certificates'] | undefined> {
  const kept = await store.read((db) => findKey(db, keyId))
  return kept?.user === user && kept.revoked === null ? kept.certificates : undefined
}

async function withInvitation<T>(
  { clock, store, vault }: EnrolPorts,
  id: Uint8Array,
  use: (invitation: OpenInvitation) => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  const now = clock.wall()
  const invitation = await store.read((db) => openInvitation(db, vault, id, now))
  if (invitation === undefined) return failed('ERR_ENROL_CODE')
  try {
    return await use(invitation)
  } finally {
    invitation.keys.mac.wipe()
    invitation.keys.seal.wipe()
  }
}

/** Within the transaction that uses it up: somebody may have used it, or withdrawn it, since it was looked at. */
async function faultOfInvited(
  { clock }: EnrolPorts,
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
