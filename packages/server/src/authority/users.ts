import { hex } from '@hufu/protocol/crypto'
import { bindingsByKey, bindingsOf } from '../store/bindings.ts'
import { chipsOf } from '../store/chips.ts'
import type { Ending } from '../store/endings.ts'
import { keysOf, setRevoked } from '../store/keys.ts'
import type { Db } from '../store/schema.ts'
import { removeUser, setUserState } from '../store/users.ts'
import type { Audit } from '../audit/audit.ts'
import type { SecretPlace, Vault } from '../vault/vault.ts'
import { forgetInvitations } from './invitations.ts'
import { endBindings, type EndedBy } from './where.ts'

/*
 * What is taken from users. Each runs within the transaction that records it, and gives what terminals are to be told once
 * that stands.
 */

type Recording = Pick<Audit, 'record'>
/** Who takes it, and their words on why. */
export type TakenBy = Omit<EndedBy, 'code'>

/** Nobody signs in as this user any more, and nobody is signed in. */
export async function suspendUser(
  db: Db,
  audit: Recording,
  user: string,
  by: TakenBy,
): Promise<readonly Ending[]> {
  await setUserState(db, user, 'suspended', by.reason)
  const bindings = await bindingsOf(db, user, by.now)
  return endBindings(db, audit, bindings, { ...by, code: 'ERR_USER_SUSPENDED' })
}

/** Revokes a key, and ends what it binds. */
export async function revokeKey(
  db: Db,
  audit: Recording,
  key: Uint8Array,
  by: TakenBy,
): Promise<readonly Ending[]> {
  await setRevoked(db, key, by.now, by.reason)
  const bindings = await bindingsByKey(db, key)
  return endBindings(db, audit, bindings, { ...by, code: 'ERR_KEY_REVOKED' })
}

/**
 * Removes a user with all that belongs to them. Their certificates are revoked: others may believe them for weeks still.
 */
export async function forgetUser(
  db: Db,
  audit: Recording,
  vault: Vault,
  user: string,
  by: TakenBy,
): Promise<readonly Ending[]> {
  const bindings = await bindingsOf(db, user, by.now)
  const endings = await endBindings(db, audit, bindings, { ...by, code: 'ERR_USER_UNKNOWN' })
  for (const { id } of await keysOf(db, user)) await setRevoked(db, id, by.now, by.reason)
  for (const { terminal } of await chipsOf(db, user)) await vault.remove(db, chipPlace(terminal))
  await forgetInvitations(db, vault, user)
  await removeUser(db, user)
  return endings
}

/** Where the sign-in key of a terminal's chip is kept. */
export function chipPlace(terminal: Uint8Array): SecretPlace {
  return { owner: `terminal:${hex(terminal)}`, name: 'chip' }
}
