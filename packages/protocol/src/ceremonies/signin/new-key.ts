import { equal, x25519 } from '../../crypto/index.ts'
import { p256 } from '../../crypto/more.ts'
import { keyIdOf } from '../../identity/key-id.ts'
import type { CertificatePair, KeyHolder, PublicKeys } from '../../identity/security-key.ts'
import { verifyKey, verifySignature, type VerifiedKey } from '../../identity/verify.ts'
import { done, failed, type Outcome } from '../../wire/errors.ts'
import type { Statement } from '../../wire/statement.ts'
import type { Grounds } from './server.ts'
import type { NewKey } from './statements.ts'

/** What comes with a key that is not in it. */
export interface NewKeyExtras {
  /** Of a passkey. */
  readonly passkey?: NonNullable<NewKey['passkey']>
  /** The key's certificates, where another issuer has made them: then its kind is `outside`. */
  readonly outside?: CertificatePair
}

/** A key as it travels to be enrolled. */
export function newKeyOf(
  { kind, publicKeys }: Pick<KeyHolder, 'kind' | 'publicKeys'>,
  { passkey, outside }: NewKeyExtras,
): NewKey {
  return {
    kind: outside === undefined ? kind : 'outside',
    ...publicKeys,
    outside: outside ?? null,
    passkey: passkey ?? null,
  }
}

/** A key that may be enrolled: whoever showed it holds it. */
export interface ShownKey {
  readonly fresh: NewKey
  readonly publicKeys: PublicKeys
  /** 32 octets. */
  readonly keyId: Uint8Array
  /** Its certificates, where it is `outside`: nothing is left to issue. */
  readonly outside: VerifiedKey | undefined
}

/**
 * Looks at a key that is to be enrolled for `user`, whose holder has signed `statement`.
 *
 * Codes: `ERR_ENROL_KEYS` for keys that are none or not proved, and parts that do not go with its kind; for an `outside` key
 * also those of `verifyKey`, and `ERR_CERT_USER` if it is another user's.
 */
export function judgeNewKey(
  fresh: NewKey,
  user: string,
  proof: { readonly statement: Statement; readonly signature: Uint8Array },
  grounds: Grounds,
): Outcome<ShownKey> {
  const { kind, passkey, algorithm, signing, agreement } = fresh
  const publicKeys: PublicKeys = { algorithm, signing, agreement }
  const whole = (kind === 'passkey') === (passkey !== null)
  if (!whole || !agrees(publicKeys)) return failed('ERR_ENROL_KEYS')
  if (!verifySignature(publicKeys, proof.statement, proof.signature))
    return failed('ERR_ENROL_KEYS')
  const certified = judgeOutside(fresh, user, grounds)
  if (!certified.ok) return certified
  return done({ fresh, publicKeys, keyId: keyIdOf(publicKeys), outside: certified.value })
}

function judgeOutside(
  { kind, outside, signing, agreement }: NewKey,
  user: string,
  { issuers, nowUnixMs, cache }: Grounds,
): Outcome<VerifiedKey | undefined> {
  if ((kind === 'outside') !== (outside !== null)) return failed('ERR_ENROL_KEYS')
  if (outside === null) return done(undefined)
  const verified = verifyKey(outside, issuers, nowUnixMs, cache)
  if (!verified.ok) return verified
  const { publicKeys } = verified.value
  const same = equal(publicKeys.signing, signing) && equal(publicKeys.agreement, agreement)
  if (!same) return failed('ERR_ENROL_KEYS')
  return verified.value.user === user ? verified : failed('ERR_CERT_USER')
}

/** Whether anybody could agree on a secret with it: on the curve, of no low order, and not the signing key again. */
function agrees({ algorithm, signing, agreement }: PublicKeys): boolean {
  const probe = (algorithm === 'ed25519' ? x25519 : p256).fromSecret(PROBE)
  return probe.agree(agreement) !== undefined && !equal(signing, agreement)
}

/** Nobody's secret: what comes of it is not looked at. */
const PROBE = /* @__PURE__ */ new Uint8Array(32).fill(1)
