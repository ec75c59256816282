import { diffieHellman, type KeyObject } from 'node:crypto'

import type { AgreementKey, KeyAgreement } from '../agreement.ts'
import {
  drawScalar,
  looksLikePoint,
  POINT_OCTETS,
  requireScalar,
  SCALAR_OCTETS,
} from '../p256-encoding.ts'
import { unwiped } from '../secret.ts'
import { plain } from './buffers.ts'
import { importPrivate, importPublic, publicHalf, type RawKind } from './keys.ts'

const KIND: RawKind = { asymmetricKeyType: 'ec', namedCurve: 'P-256' }

/** ECDH on P-256 (SP 800-56A): uncompressed points of 65 octets, validated; the result is the x-coordinate. */
export const p256: KeyAgreement = {
  publicOctets: POINT_OCTETS,
  secretOctets: SCALAR_OCTETS,
  generate(random) {
    const secret = drawScalar(random)
    const key = p256.fromSecret(secret)
    secret.fill(0)
    return key
  },
  fromSecret(secret) {
    requireScalar(secret)
    return holding(importPrivate(KIND, secret))
  },
}

function holding(privateKey: KeyObject): AgreementKey {
  let held: KeyObject | undefined = privateKey
  let publicKey: Uint8Array | undefined
  return {
    get publicKey() {
      publicKey ??= publicHalf(unwiped(held))
      return publicKey
    },
    agree(peer) {
      const mine = unwiped(held)
      // OpenSSL checks at import that the point lies on the curve.
      const theirs = looksLikePoint(peer) ? importPublic(KIND, peer) : undefined
      if (theirs === undefined) return undefined
      return plain(diffieHellman({ privateKey: mine, publicKey: theirs }))
    },
    wipe() {
      held = undefined
    },
  }
}
