import { createHash, hash } from 'node:crypto'

import type { ExtendableHash, Hash } from '../hash.ts'
import { plain } from './buffers.ts'

/** SHA-256 (FIPS 180-4): 32 octets. */
export const sha256: Hash = (...parts) => digest('sha256', parts)
/** SHA-512 (FIPS 180-4): 64 octets. */
export const sha512: Hash = (...parts) => digest('sha512', parts)
/** SHA3-256 (FIPS 202): 32 octets. */
export const sha3_256: Hash = (...parts) => digest('sha3-256', parts)
/** SHAKE256 (FIPS 202): as many octets as asked for. */
export const shake256: ExtendableHash = (octets, ...parts) => {
  const state = createHash('shake256', { outputLength: octets })
  for (const part of parts) state.update(part)
  return plain(state.digest())
}

function digest(name: string, parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts
  if (only !== undefined && parts.length === 1) return plain(hash(name, only, 'buffer'))
  const state = createHash(name)
  for (const part of parts) state.update(part)
  return plain(state.digest())
}
