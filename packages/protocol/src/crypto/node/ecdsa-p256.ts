import { type KeyObject, sign, verify } from 'node:crypto'

import { drawScalar, looksLikePoint, requireScalar } from '../p256-encoding.ts'
import { Secret, unwiped } from '../secret.ts'
import type { Signatures, SigningKey } from '../signatures.ts'
import { plain } from './buffers.ts'
import { importPrivate, importPublic, publicHalf, type RawKind } from './keys.ts'

const KIND: RawKind = { asymmetricKeyType: 'ec', namedCurve: 'P-256' }
const ENCODING = 'ieee-p1363'
const SIGNATURE_OCTETS = 64

/**
 * ECDSA on P-256 with SHA-256 (FIPS 186-5): signatures r ‖ s of 64 octets (IEEE P1363), uncompressed public keys.
 * Both s and n − s are good, as tokens make either: a signature must not serve as an identifier.
 */
export const ecdsaP256: Signatures = {
  generate(random) {
    const scalar = drawScalar(random)
    const key = ecdsaP256.fromSecret(scalar)
    scalar.fill(0)
    return key
  },
  fromSecret(scalar) {
    requireScalar(scalar)
    return holding(importPrivate(KIND, scalar))
  },
  verify(publicKey, message, signature) {
    if (signature.length !== SIGNATURE_OCTETS || !looksLikePoint(publicKey)) return false
    const key = importPublic(KIND, publicKey)
    return key !== undefined && verify('sha256', message, { key, dsaEncoding: ENCODING }, signature)
  },
}

function holding(privateKey: KeyObject): SigningKey {
  let held: KeyObject | undefined = privateKey
  return {
    publicKey: publicHalf(privateKey),
    sign: (message) =>
      plain(sign('sha256', message, { key: unwiped(held), dsaEncoding: ENCODING })),
    exportSecret: () => new Secret(plain(unwiped(held).export({ format: 'raw-private' }))),
    wipe() {
      held = undefined
    },
  }
}
