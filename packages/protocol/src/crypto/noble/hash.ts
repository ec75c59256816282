import { sha256 as nobleSha256, sha512 as nobleSha512 } from '@noble/hashes/sha2.js'
import { sha3_256 as nobleSha3, shake256 as nobleShake } from '@noble/hashes/sha3.js'

import type { ExtendableHash, Hash } from '../hash.ts'

/** SHA-256 (FIPS 180-4): 32 octets. */
export const sha256: Hash = (...parts) => absorb(nobleSha256.create(), parts).digest()
/** SHA-512 (FIPS 180-4): 64 octets. */
export const sha512: Hash = (...parts) => absorb(nobleSha512.create(), parts).digest()
/** SHA3-256 (FIPS 202): 32 octets. */
export const sha3_256: Hash = (...parts) => absorb(nobleSha3.create(), parts).digest()
/** SHAKE256 (FIPS 202): as many octets as asked for. */
export const shake256: ExtendableHash = (octets, ...parts) =>
  absorb(nobleShake.create({ dkLen: octets }), parts).digest()

interface State {
  update(part: Uint8Array): unknown
  digest(): Uint8Array
}

function absorb(state: State, parts: readonly Uint8Array[]): State {
  for (const part of parts) state.update(part)
  return state
}
