import { x25519 as noble } from '@noble/curves/ed25519.js'

import type { AgreementKey, KeyAgreement } from '../agreement.ts'
import { requireOctets } from '../input.ts'
import { Secret } from '../secret.ts'

const OCTETS = 32

/** X25519 (RFC 7748 §5): any 32 octets are a u-coordinate, bit 255 is ignored; low-order ones agree on nothing. */
export const x25519: KeyAgreement = {
  publicOctets: OCTETS,
  secretOctets: OCTETS,
  generate(random) {
    const secret = random(OCTETS)
    requireOctets('X25519 secret key', secret, OCTETS)
    return holding(new Secret(secret))
  },
  fromSecret(secret) {
    requireOctets('X25519 secret key', secret, OCTETS)
    return holding(new Secret(secret.slice()))
  },
}

function holding(secret: Secret): AgreementKey {
  let publicKey: Uint8Array | undefined
  return {
    get publicKey() {
      publicKey ??= noble.getPublicKey(secret.expose())
      return publicKey
    },
    agree(peer) {
      const mine = secret.expose()
      return peer.length === OCTETS ? multiply(mine, peer) : undefined
    },
    wipe: () => secret.wipe(),
  }
}

function multiply(secret: Uint8Array, u: Uint8Array): Uint8Array | undefined {
  try {
    return noble.getSharedSecret(secret, u)
  } catch {
    // noble refuses an all-zero result, and nothing else can fail here.
    return undefined
  }
}
