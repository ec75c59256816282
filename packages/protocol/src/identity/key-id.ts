import { concat, sha256, utf8 } from '../crypto/index.ts'
import type { PublicKeys } from './security-key.ts'

/** Octets of a key's id (SHA-256). */
export const KEY_ID_OCTETS = 32
/** Most octets of a certificate. Ours have some 500; company certificates have been seen with 2,000. */
export const MAX_CERTIFICATE_OCTETS = 4_096

/**
 * What a key is pinned by: a hash over its two public keys, 32 octets. It stays the same when its certificates are
 * renewed. Our choice.
 */
export function keyIdOf({ algorithm, signing, agreement }: PublicKeys): Uint8Array {
  return sha256(concat(utf8(`hufu/1 key ${algorithm}`), Uint8Array.of(0), signing, agreement))
}

/** A certificate's hash, as statements carry it: SHA-256 over its DER, 32 octets. */
export function certificateHash(der: Uint8Array): Uint8Array {
  return sha256(der)
}
