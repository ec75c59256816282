import { p256 as noble } from '@noble/curves/nist.js'

import type { AgreementKey, KeyAgreement } from '../agreement.ts'
import {
  drawScalar,
  looksLikePoint,
  POINT_OCTETS,
  requireScalar,
  SCALAR_OCTETS,
} from '../p256-encoding.ts'
import { Secret } from '../secret.ts'

/** ECDH on P-256 (SP 800-56A): uncompressed points of 65 octets, validated; the result is the x-coordinate. */
export const p256: KeyAgreement = {
  publicOctets: POINT_OCTETS,
  secretOctets: SCALAR_OCTETS,
  generate: (random) => holding(new Secret(drawScalar(random))),
  fromSecret(secret) {
    requireScalar(secret)
    return holding(new Secret(secret.slice()))
  },
}

function holding(secret: Secret): AgreementKey {
  let publicKey: Uint8Array | undefined
  return {
    get publicKey() {
      publicKey ??= noble.getPublicKey(secret.expose(), false)
      return publicKey
    },
    agree(peer) {
      const mine = secret.expose()
      return looksLikePoint(peer) ? multiply(mine, peer) : undefined
    },
    wipe: () => secret.wipe(),
  }
}

function multiply(secret: Uint8Array, point: Uint8Array): Uint8Array | undefined {
  try {
    return noble.getSharedSecret(secret, point, false).slice(1, 1 + SCALAR_OCTETS)
  } catch {
    // The point is not on the curve: the scalar was checked when the key was made.
    return undefined
  }
}
