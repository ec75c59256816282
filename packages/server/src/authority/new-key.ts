import { base64url } from '@hufu/protocol/crypto'
import type { CertificatePair } from '@hufu/protocol/identity'
import type { ErrorCode, Outcome } from '@hufu/protocol/wire'
import type { ShownKey } from '@hufu/protocol/signin'
import type { Audit } from '../audit/audit.ts'
import type { Clock, UnixMs } from '../clock.ts'
import type { Config } from '../config.ts'
import { addCertificates, addKey, countKeys, findKey } from '../store/keys.ts'
import { addPasskey, findPasskey } from '../store/passkeys.ts'
import type { Db } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import type { Certifier, IssuedPair } from './certifier.ts'

/** What is needed to take a key for a user's. */
export interface NewKeyPorts {
  readonly store: Pick<Store, 'read' | 'write'>
  readonly clock: Clock
  readonly config: Pick<Config, 'keysPerUser' | 'certificateLifetimeMs' | 'namespace'>
  readonly audit: Pick<Audit, 'record'>
  readonly certifier: Certifier
}

/** A key that is to be a user's, with the certificates that it will have. */
export interface Certified {
  readonly user: string
  readonly shown: ShownKey
  readonly certificates: CertificatePair
  readonly expires: number
  /** Of certificates that were issued for it: none for a key from outside. */
  readonly rows: IssuedPair['rows']
}

/**
 * Certifies a key that was shown, unless somebody else has. Nothing of it counts before {@link keepKey}.
 *
 * Codes: `ERR_CERT_NAMESPACE` if the user is not of the authority's own namespaces.
 */
export async function certify(
  { certifier }: NewKeyPorts,
  user: string,
  shown: ShownKey,
): Promise<Outcome<Certified>> {
  const { fresh, outside, publicKeys } = shown
  if (fresh.kind === 'outside') {
    const { certificates, expires } = outside!
    return { ok: true, value: { user, shown, certificates, expires, rows: [] } }
  }
  const issued = await certifier.issue(user, fresh.kind, publicKeys)
  return issued.ok ? { ok: true, value: { user, shown, ...issued.value } } : issued
}

/** What is wrong with taking this key for its user: `ERR_ENROL_LIMIT`, `ERR_KEY_EXISTS`. */
export async function faultOfNewKey(
  { config }: NewKeyPorts,
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
  const object = { kind: 'key', id: base64url(shown.keyId) } as const
  const detail = { user, kind: shown.fresh.kind, by }
  return { actor: `user:${user}`, action: 'key.enrol', object, outcome, detail } as const
}
