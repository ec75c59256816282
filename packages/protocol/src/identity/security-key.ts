import type { BulkKey } from '../crypto/bulk.ts'
import type { Secret } from '../crypto/secret.ts'
import type { HufuError } from '../wire/errors.ts'
import type { Statement } from '../wire/statement.ts'

/** What a key's pairs are made for: `ed25519` goes with X25519, `p256` with ECDH on the same curve. */
export type KeyAlgorithm = 'ed25519' | 'p256'

/**
 * What holds a key, as its issuer certified it; others may show it and go by it.
 *
 * - `software`: a file under a passphrase.
 * - `token`: a PKCS#11 token, which does not give it out.
 * - `passkey`: sealed under a passkey, and opened by the server's page.
 * - `outside`: the issuer is not of hufu's making, and does not say.
 */
export type KeyKind = 'software' | 'token' | 'passkey' | 'outside'

/** The public halves of a user's two pairs. Ed25519 and X25519: 32 octets each. P-256: uncompressed points, 65 octets each. */
export interface PublicKeys {
  readonly algorithm: KeyAlgorithm
  readonly signing: Uint8Array
  readonly agreement: Uint8Array
}

/** The two certificates of a key, DER. */
export interface CertificatePair {
  readonly signing: Uint8Array
  readonly agreement: Uint8Array
}

/**
 * A key that has no certificates yet, or whose certificates are not looked at: what a fourth kind of key implements.
 *
 * Both promises reject with {@link HufuError} `ERR_HSM_…` where a token does not do its part, `ERR_SECRET_WIPED` after
 * `close`.
 */
export interface KeyHolder {
  readonly kind: KeyKind
  readonly publicKeys: PublicKeys
  /** The signature over the statement's octets, 64 octets. Nothing else is ever signed. */
  sign(statement: Statement): Promise<Uint8Array>
  /**
   * The secret shared with `peer`'s public key, 32 octets; `undefined` if that key is malformed, not on the curve, or of low
   * order: it is checked before a token sees it.
   */
  agree(peer: Uint8Array): Promise<Secret | undefined>
  /** What it does of a call's traffic itself; a key without it leaves that to the terminal. */
  readonly traffic?: KeyTraffic
  /** Forgets what it can; the token's session ends. */
  close(): Promise<void>
}

/**
 * What a token does of a call's traffic (A10, A15). Promises reject with {@link HufuError} `ERR_HSM_…`, with `ERR_HSM_ABSENT`
 * as soon as the token was taken out, and `ERR_SECRET_WIPED` after `close`.
 */
export interface KeyTraffic {
  /** Octets of the token's own drawing, 1 to 64 of them. */
  random(octets: number): Promise<Uint8Array>
  /**
   * Tries with a key for once whether the token seals and opens AES-GCM as it must, and keeps keys to itself.
   *
   * Rejects with `ERR_HSM_MECHANISM` where it does not.
   */
  prove(): Promise<void>
  /**
   * An AES-GCM key in the token from now until `wipe`, which does not give it out. `raw`, 16 or 32 octets, was made outside, as
   * tokens have no HKDF: it stays the caller's, to be wiped at once. All that is asked of it is answered in that order.
   */
  bulkKey(raw: Secret): BulkKey
  /** How many answers are awaited: a sender who sees it grow is faster than the token. */
  readonly waiting: number
  /** Looks every second whether the token is still there with this key; `gone` is called once. The result ends that. */
  watch(gone: (error: HufuError) => void): () => void
}

/** A key that is enrolled: it speaks for a user. */
export interface SecurityKey extends KeyHolder {
  readonly user: string
  readonly certificates: CertificatePair
}
