import { ed25519 as noble } from '@noble/curves/ed25519.js'
import { sha512 } from '@noble/hashes/sha2.js'

import { concat, equal, hex } from '../bytes.ts'
import { KEY_OCTETS, plausible } from '../ed25519-strict.ts'
import { requireOctets } from '../input.ts'
import { Secret } from '../secret.ts'
import type { Signatures, SigningKey } from '../signatures.ts'

/** Ed25519 (RFC 8032 §5.1), strict: see `ed25519-strict.ts`. */
export const ed25519: Signatures = {
  generate(random) {
    const seed = random(KEY_OCTETS)
    requireOctets('Ed25519 seed', seed, KEY_OCTETS)
    return holding(new Secret(seed))
  },
  fromSecret(seed) {
    requireOctets('Ed25519 seed', seed, KEY_OCTETS)
    return holding(new Secret(seed.slice()))
  },
  verify(publicKey, message, signature) {
    return plausible(publicKey, signature) && verify(publicKey, message, signature)
  },
}

function holding(seed: Secret): SigningKey {
  return {
    publicKey: noble.getPublicKey(seed.expose()),
    sign: (message) => noble.sign(message, seed.expose()),
    exportSecret: () => new Secret(seed.expose().slice()),
    wipe: () => seed.wipe(),
  }
}

/**
 * RFC 8032 §5.1.7 without the cofactor, as OpenSSL does it: encode(S·B − k·A) = R, octet by octet. noble's own `verify`
 * multiplies both sides by 8, and would take some crafted signatures that Node's backend refuses.
 */
function verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const { Point } = noble
  const r = signature.subarray(0, KEY_OCTETS)
  const s = littleEndian(signature.subarray(KEY_OCTETS))
  if (s >= Point.Fn.ORDER) return false
  const k = littleEndian(sha512(concat(r, publicKey, message))) % Point.Fn.ORDER
  try {
    const a = Point.fromBytes(publicKey)
    const expected = Point.BASE.multiplyUnsafe(s).add(a.negate().multiplyUnsafe(k))
    return equal(expected.toBytes(), r)
  } catch {
    // The public key is not on the curve.
    return false
  }
}

function littleEndian(octets: Uint8Array): bigint {
  return BigInt('0x' + hex(octets.toReversed()))
}
