import { concat, hex, Secret } from '@hufu/protocol/crypto'
import { HASH_OCTETS, invitationKeys, type InvitationKeys } from '@hufu/protocol/signin'
import { failed, done, type Outcome } from '@hufu/protocol/wire'
import type { UnixMs } from '../clock.ts'
import type { Config } from '../config.ts'
import {
  addInvitation,
  findInvitation,
  invitationsOf,
  openInvitations,
  removeInvitation,
  type Invitation,
} from '../store/invitations.ts'
import type { Db } from '../store/schema.ts'
import { addUser, findUser } from '../store/users.ts'
import type { SecretPlace, Vault } from '../vault/vault.ts'

/** An invitation with what it is authenticated by. */
export interface OpenInvitation extends Invitation {
  readonly keys: InvitationKeys
}

/** What is to be invited, by a code of `newInvitation`. */
export interface Invited {
  readonly code: string
  readonly kind: 'key' | 'terminal'
  readonly user: string
  readonly now: UnixMs
  readonly expires: number
}

/**
 * Keeps an invitation, and adds its user if they are new. The code itself is kept nowhere.
 *
 * Codes: `ERR_USER_SUSPENDED`, `ERR_ENROL_LIMIT` (too many that nobody has used).
 */
export async function keepInvitation(
  db: Db,
  vault: Vault,
  { code, kind, user, now, expires }: Invited,
  { invitationsPerUser }: Pick<Config, 'invitationsPerUser'>,
): Promise<Outcome<undefined>> {
  if ((await findUser(db, user))?.state === 'suspended') return failed('ERR_USER_SUSPENDED')
  const open = (await openInvitations(db, user, now)).filter((each) => each.kind !== 'recovery')
  if (open.length >= invitationsPerUser) return failed('ERR_ENROL_LIMIT')
  await addUser(db, user, now)
  const keys = invitationKeys(code)
  await addInvitation(db, { id: keys.id, kind, user, created: now, expires })
  await putKeys(db, vault, keys)
  return done(undefined)
}

/** Keeps a user's recovery code, in place of the one before. */
export async function keepRecovery(
  db: Db,
  vault: Vault,
  user: string,
  keys: InvitationKeys,
  now: UnixMs,
): Promise<void> {
  for (const { id, kind } of await openInvitations(db, user, now))
    if (kind === 'recovery') await forgetInvitation(db, vault, id)
  await addInvitation(db, { id: keys.id, kind: 'recovery', user, created: now, expires: null })
  await putKeys(db, vault, keys)
}

/** The invitation of this id, used or not, unless it has expired or is none. */
export async function openInvitation(
  db: Db,
  vault: Vault,
  id: Uint8Array,
  now: UnixMs,
): Promise<OpenInvitation | undefined> {
  const row = await findInvitation(db, id, now)
  const kept = row && (await vault.open(db, placeOf(id)))
  if (row === undefined || kept === undefined) return undefined
  using secret = kept
  const octets = secret.expose()
  const mac = new Secret(octets.slice(0, HASH_OCTETS))
  return { ...row, keys: { id, mac, seal: new Secret(octets.slice(HASH_OCTETS)) } }
}

/** Withdraws one, or forgets one that has had its time. */
export async function forgetInvitation(db: Db, vault: Vault, id: Uint8Array): Promise<void> {
  await removeInvitation(db, id)
  await vault.remove(db, placeOf(id))
}

/** Withdraws all of a user's that an operator made; those that were used are kept for who has lost the answer. */
export async function withdrawInvitations(
  db: Db,
  vault: Vault,
  user: string,
  now: UnixMs,
): Promise<number> {
  const open = (await openInvitations(db, user, now)).filter(({ kind }) => kind !== 'recovery')
  for (const { id } of open) await forgetInvitation(db, vault, id)
  return open.length
}

/** Forgets all of a user's, used or not. */
export async function forgetInvitations(db: Db, vault: Vault, user: string): Promise<void> {
  for (const id of await invitationsOf(db, user)) await forgetInvitation(db, vault, id)
}

async function putKeys(db: Db, vault: Vault, { id, mac, seal }: InvitationKeys): Promise<void> {
  using secret = new Secret(concat(mac.expose(), seal.expose()))
  await vault.put(db, placeOf(id), secret)
}

function placeOf(id: Uint8Array): SecretPlace {
  return { owner: `invitation:${hex(id)}`, name: 'keys' }
}
