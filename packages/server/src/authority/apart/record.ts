import { equal, sha256 } from '@hufu/protocol/crypto'
import { readCertificate, type CertificatePair, type VerifiedKey } from '@hufu/protocol/identity'
import type { NewKey } from '@hufu/protocol/signin'
import type { ErrorCode } from '@hufu/protocol/wire'
import type { Audit } from '../../audit/audit.ts'
import type { Clock } from '../../clock.ts'
import { findKey, type CertificateRow } from '../../store/keys.ts'
import { findPasskey } from '../../store/passkeys.ts'
import type { Db } from '../../store/schema.ts'
import type { Store } from '../../store/store.ts'
import { addUser, findUser } from '../../store/users.ts'
import type { Vault } from '../../vault/vault.ts'
import type { Trust } from '../issuers.ts'
import { enrolEntry, keepKey } from '../new-key.ts'

/** What is needed to record what an authority grants. */
export interface RecordPorts {
  readonly store: Pick<Store, 'read' | 'write'>
  readonly vault: Vault
  readonly clock: Clock
  readonly audit: Pick<Audit, 'record'>
}

/** A key that the authority has taken for a user's, and that was checked. */
export interface GrantedKey {
  readonly fresh: NewKey
  readonly key: VerifiedKey
  readonly by: 'invitation' | 'recovery' | 'key'
  readonly issuers: Trust['issuers']
}

/**
 * A key is a user's here too. One that is already changes nothing: its answer may have been lost on the way to its terminal.
 *
 * Codes: `ERR_USER_SUSPENDED`, and `ERR_KEY_EXISTS` if it is another's here, or was revoked.
 */
export async function recordKey(
  { audit, clock, store }: RecordPorts,
  { by, fresh, issuers, key }: GrantedKey,
): Promise<ErrorCode | undefined> {
  const { certificates, expires, keyId, publicKeys, user } = key
  return store.write('durable', async (db) => {
    const now = clock.wall()
    const kept = await findKey(db, keyId)
    if (kept?.user === user && kept.revoked === null) return undefined
    const shown = { fresh, publicKeys, keyId, outside: undefined }
    const fault = kept === undefined ? await faultOf(db, user, fresh) : 'ERR_KEY_EXISTS'
    await audit.record(db, enrolEntry({ user, shown }, by, fault ?? 'done'))
    if (fault !== undefined) return fault
    await addUser(db, user, now)
    const rows = key.kind === 'outside' ? [] : certificateRows(key, issuers)
    await keepKey(db, { user, shown, certificates, expires, rows }, now)
    return undefined
  })
}

/** What is noted of certificates that somebody else has made: by that it is known which keys were revoked with their user. */
export function certificateRows(
  {
    certificates,
    expires,
    keyId,
  }: { certificates: CertificatePair; expires: number; keyId: Uint8Array },
  issuers: Trust['issuers'],
): readonly CertificateRow[] {
  return [certificates.signing, certificates.agreement].flatMap((der) => {
    const read = readCertificate(der)
    if (!read.ok) return []
    const { issuer, serial } = read.value
    const by = issuers.find((each) => equal(each.certificate.subject, issuer))
    return by === undefined
      ? []
      : [{ serial, issuer: sha256(by.certificate.der), key: keyId, expires }]
  })
}

async function faultOf(db: Db, user: string, { passkey }: NewKey): Promise<ErrorCode | undefined> {
  if ((await findUser(db, user))?.state === 'suspended') return 'ERR_USER_SUSPENDED'
  const sealed = passkey === null ? undefined : await findPasskey(db, passkey.credential)
  return sealed === undefined ? undefined : 'ERR_KEY_EXISTS'
}
