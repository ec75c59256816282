import { hmac as nobleHmac } from '@noble/hashes/hmac.js'
import { sha256, sha512 } from '@noble/hashes/sha2.js'

import type { KeyedHash } from '../hash.ts'
import { expose, type Secret } from '../secret.ts'

/** HMAC-SHA-256 (RFC 2104, FIPS 198-1): 32 octets. */
export const hmacSha256: KeyedHash = (key, ...parts) => hmac(sha256, key, parts)
/** HMAC-SHA-512 (RFC 2104, FIPS 198-1): 64 octets. */
export const hmacSha512: KeyedHash = (key, ...parts) => hmac(sha512, key, parts)

function hmac(
  hash: typeof sha256 | typeof sha512,
  key: Uint8Array | Secret,
  parts: readonly Uint8Array[],
): Uint8Array {
  const state = nobleHmac.create(hash, expose(key))
  for (const part of parts) state.update(part)
  const tag = state.digest()
  state.destroy()
  return tag
}
