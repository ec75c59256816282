import { p256 as noble } from '@noble/curves/nist.js'

import { drawScalar, looksLikePoint, requireScalar } from '../p256-encoding.ts'
import { Secret } from '../secret.ts'
import type { Signatures, SigningKey } from '../signatures.ts'

const SIGNATURE_OCTETS = 64
// Both s and n − s are good, as in Node's backend.
const OPTIONS = { lowS: false, format: 'compact', prehash: true } as const

/**
 * ECDSA on P-256 with SHA-256 (FIPS 186-5): signatures r ‖ s of 64 octets (IEEE P1363), uncompressed public keys.
 * Both s and n − s are good, as tokens make either: a signature must not serve as an identifier. Signs
 * deterministically (RFC 6979).
 */
export const ecdsaP256: Signatures = {
  generate: (random) => holding(new Secret(drawScalar(random))),
  fromSecret(scalar) {
    requireScalar(scalar)
    return holding(new Secret(scalar.slice()))
  },
  verify(publicKey, message, signature) {
    if (signature.length !== SIGNATURE_OCTETS || !looksLikePoint(publicKey)) return false
    try {
      return noble.verify(signature, message, publicKey, OPTIONS)
    } catch {
      // A point off the curve, or r or s out of range.
      return false
    }
  },
}

function holding(scalar: Secret): SigningKey {
  return {
    publicKey: noble.getPublicKey(scalar.expose(), false),
    sign: (message) => noble.sign(message, scalar.expose(), OPTIONS),
    exportSecret: () => new Secret(scalar.expose().slice()),
    wipe: () => scalar.wipe(),
  }
}
