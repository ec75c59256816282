import { equal, hex } from '@hufu/protocol/crypto'
import type { CertificatePair, KeyKind, VerifiedKey } from '@hufu/protocol/identity'
import { failed, type ErrorCode, type Outcome } from '@hufu/protocol/wire'
import type { ShownKey } from '@hufu/protocol/signin'
import type { Issued } from '../../authority/authority.ts'
import { revokeKey } from '../../authority/users.ts'
import type { UnixMs } from '../../clock.ts'
import type { Ending } from '../../store/endings.ts'
import {
  addCertificates,
  addKey,
  countKeys,
  findKey,
  renewKey,
  touchKey,
} from '../../store/keys.ts'
import { addPasskey, findPasskey } from '../../store/passkeys.ts'
import type { Db } from '../../store/schema.ts'
import type { SigninPorts } from './ports.ts'
import { standingOf } from './standing.ts'

/** A key that is to be a user's, with the certificates that it will have. */
export interface Certified {
  readonly user: string
  readonly shown: ShownKey
  readonly certificates: CertificatePair
  readonly expires: number
  /** Of certificates that were issued for it: none for a key from outside. */
  readonly rows: Issued['rows']
}

/**
 * Certifies a key that was shown, unless somebody else has. Nothing of it counts before {@link keepKey}.
 *
 * Codes: `ERR_CERT_NAMESPACE` if the user is not of this server's namespaces.
 */
export async function certify(
  { authority }: SigninPorts,
  user: string,
  shown: ShownKey,
): Promise<Outcome<Certified>> {
  const { fresh, outside, publicKeys } = shown
  if (fresh.kind === 'outside') {
    const { certificates, expires } = outside!
    return { ok: true, value: { user, shown, certificates, expires, rows: [] } }
  }
  const issued = await authority.issue(user, fresh.kind, publicKeys)
  return issued.ok ? { ok: true, value: { user, shown, ...issued.value } } : issued
}

/** What is wrong with taking this key for its user: `ERR_ENROL_LIMIT`, `ERR_KEY_EXISTS`. */
export async function faultOfNewKey(
  { config }: SigninPorts,
  db: Db,
  { user, shown }: Certified,
): Promise<ErrorCode | undefined> {
  const { keyId, fresh } = shown
  if ((await findKey(db, keyId)) !== undefined) return 'ERR_KEY_EXISTS'
  const credential = fresh.passkey?.credential
  if (credential !== undefined && (await findPasskey(db, credential)) !== undefined)
    return 'ERR_KEY_EXISTS'
  return (await countKeys(db, user)) >= config.keysPerUser ? 'ERR_ENROL_LIMIT' : undefined
}

/** The key is the user's from now on. Recorded by the caller: see {@link enrolEntry}. */
export async function keepKey(
  db: Db,
  { user, shown, certificates, expires, rows }: Certified,
  now: UnixMs,
): Promise<void> {
  const { fresh, keyId: id } = shown
  const { kind, algorithm, passkey } = fresh
  await addKey(db, { id, user, kind, algorithm, certificates, expires, created: now })
  if (rows.length > 0) await addCertificates(db, rows)
  if (passkey !== null) await addPasskey(db, { ...passkey, key: id })
}

/** The entry that says that a key was enrolled, or why not. */
export function enrolEntry(
  { user, shown }: Pick<Certified, 'user' | 'shown'>,
  by: 'key' | 'recovery' | 'invitation',
  outcome: 'done' | ErrorCode,
) {
  const object = { kind: 'key', id: hex(shown.keyId) } as const
  const detail = { user, kind: shown.fresh.kind, by }
  return { actor: `user:${user}`, action: 'key.enrol', object, outcome, detail } as const
}

/** What a terminal is told of a key's certificates. */
export interface Renewed {
  readonly user: string
  readonly certificates: CertificatePair
}

/**
 * Gives a key new certificates if those that it has are in the last third of their life, and otherwise those again: nobody
 * fills the tables by asking.
 *
 * Codes: `ERR_KEY_UNKNOWN`, `ERR_KEY_REVOKED`, `ERR_USER_SUSPENDED`; `ERR_CERT_ISSUER` for a key whose certificates are from
 * outside.
 */
export async function renew(ports: SigninPorts, key: VerifiedKey): Promise<Outcome<Renewed>> {
  const { audit, authority, clock, config, store } = ports
  const { user, keyId, publicKeys } = key
  const standing = await store.read((db) => standingOf(db, key))
  if (!standing.ok) return standing
  const { kind } = standing.value as { readonly kind: KeyKind }
  if (kind === 'outside') return failed('ERR_CERT_ISSUER')
  const kept = await store.read((db) => findKey(db, keyId))
  if (kept !== undefined && !isNearEnd(kept.expires, clock.wall(), config.certificateLifetimeMs))
    return { ok: true, value: { user, certificates: kept.certificates } }
  const issued = await authority.issue(user, kind, publicKeys)
  if (!issued.ok) return issued
  return store.write('durable', async (db) => {
    const now = clock.wall()
    const still = await standingOf(db, key)
    await audit.record(db, {
      actor: `user:${user}`,
      action: 'key.renew',
      object: { kind: 'key', id: hex(keyId) },
      outcome: still.ok ? 'done' : still.code,
      detail: { user },
    })
    if (!still.ok) return still
    await renewKey(db, keyId, issued.value)
    await addCertificates(db, issued.value.rows)
    await touchKey(db, keyId, now)
    return { ok: true, value: { user, certificates: issued.value.certificates } }
  })
}

/** True in the last third of a certificate's life. */
export function isNearEnd(expires: number, now: UnixMs, lifetimeMs: number): boolean {
  return expires - now < lifetimeMs / 3
}

/**
 * A user revokes a key of theirs by any of them; not the last, which would lock them out by a mistake.
 *
 * Codes: `ERR_KEY_UNKNOWN`, `ERR_KEY_REVOKED`, `ERR_USER_SUSPENDED`, `ERR_RELEASE_REFUSED`.
 */
export async function revokeOwnKey(
  { audit, clock, store }: SigninPorts,
  by: VerifiedKey,
  subject: Uint8Array,
): Promise<Outcome<readonly Ending[]>> {
  const { user } = by
  return store.write('durable', async (db): Promise<Outcome<readonly Ending[]>> => {
    const now = clock.wall()
    const fault = await revocationFault(db, by, subject)
    const detail = { user, reason: '' }
    const object = { kind: 'key', id: hex(subject) } as const
    const actor = `user:${user}` as const
    const outcome = fault ?? 'done'
    await audit.record(db, { actor, action: 'key.revoke', object, outcome, detail })
    if (fault !== undefined) return failed(fault)
    return { ok: true, value: await revokeKey(db, audit, subject, { reason: '', actor, now }) }
  })
}

async function revocationFault(
  db: Db,
  by: VerifiedKey,
  subject: Uint8Array,
): Promise<ErrorCode | undefined> {
  const standing = await standingOf(db, by)
  if (!standing.ok) return standing.code
  const key = await findKey(db, subject)
  if (key?.user !== by.user) return 'ERR_KEY_UNKNOWN'
  if (key.revoked !== null) return 'ERR_KEY_REVOKED'
  const last = (await countKeys(db, by.user)) <= 1
  return last && equal(subject, by.keyId) ? 'ERR_RELEASE_REFUSED' : undefined
}
