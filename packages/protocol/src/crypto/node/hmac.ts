import { createHmac, createSecretKey } from 'node:crypto'

import type { KeyedHash } from '../hash.ts'
import { expose, type Secret } from '../secret.ts'
import { plain } from './buffers.ts'

/** HMAC-SHA-256 (RFC 2104, FIPS 198-1): 32 octets. */
export const hmacSha256: KeyedHash = (key, ...parts) => hmac('sha256', key, parts)
/** HMAC-SHA-512 (RFC 2104, FIPS 198-1): 64 octets. */
export const hmacSha512: KeyedHash = (key, ...parts) => hmac('sha512', key, parts)

function hmac(hash: string, key: Uint8Array | Secret, parts: readonly Uint8Array[]): Uint8Array {
  // On Node 24 a raw key costs several times what making a key object of it does.
  const state = createHmac(hash, createSecretKey(expose(key)))
  for (const part of parts) state.update(part)
  return plain(state.digest())
}
