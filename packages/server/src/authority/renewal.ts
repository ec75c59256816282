import { base64url } from '@hufu/protocol/crypto'
import type { KeyKind, VerifiedKey } from '@hufu/protocol/identity'
import { failed, type ErrorCode, type Outcome } from '@hufu/protocol/wire'
import type { UnixMs } from '../clock.ts'
import { addCertificates, findKey, renewKey, touchKey } from '../store/keys.ts'
import type { Renewed } from './authority.ts'
import type { NewKeyPorts } from './new-key.ts'
import { standingOf } from './standing.ts'

/** Gives a key new certificates, or those that it has: see `Authority.renew`. */
export async function renew(ports: NewKeyPorts, key: VerifiedKey): Promise<Outcome<Renewed>> {
  const { audit, certifier, clock, config, store } = ports
  const { user, keyId, publicKeys } = key
  const standing = await store.read((db) => standingOf(db, key))
  if (!standing.ok) return standing
  const { kind } = standing.value as { readonly kind: KeyKind }
  if (kind === 'outside') return failed('ERR_CERT_ISSUER')
  const kept = await store.read((db) => findKey(db, keyId))
  if (kept !== undefined && !isNearEnd(kept.expires, clock.wall(), config.certificateLifetimeMs))
    return { ok: true, value: { user, certificates: kept.certificates } }
  const issued = await certifier.issue(user, kind, publicKeys)
  if (!issued.ok) return issued
  return store.write('durable', async (db) => {
    const now = clock.wall()
    const still = await standingOf(db, key)
    await audit.record(db, renewalEntry(key, still.ok ? 'done' : still.code))
    if (!still.ok) return still
    await renewKey(db, keyId, issued.value)
    await addCertificates(db, issued.value.rows)
    await touchKey(db, keyId, now)
    return { ok: true, value: { user, certificates: issued.value.certificates } }
  })
}

/** The entry that says that a key has new certificates, or why not. */
export function renewalEntry(
  { keyId, user }: Pick<VerifiedKey, 'keyId' | 'user'>,
  outcome: 'done' | ErrorCode,
) {
  const object = { kind: 'key', id: base64url(keyId) } as const
  return { actor: `user:${user}`, action: 'key.renew', object, outcome, detail: { user } } as const
}

/** True in the last third of a certificate's life. */
export function isNearEnd(expires: number, now: UnixMs, lifetimeMs: number): boolean {
  return expires - now < lifetimeMs / 3
}
