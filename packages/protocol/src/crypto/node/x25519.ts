import { diffieHellman, generateKeyPairSync, type KeyObject } from 'node:crypto'

import type { AgreementKey, KeyAgreement } from '../agreement.ts'
import { requireOctets } from '../input.ts'
import { unwiped } from '../secret.ts'
import { plain } from './buffers.ts'
import { importPrivate, importPublic, publicHalf, type RawKind } from './keys.ts'
import { random as systemRandom } from './random.ts'

const OCTETS = 32
const KIND: RawKind = { asymmetricKeyType: 'x25519' }

/** X25519 (RFC 7748 §5): any 32 octets are a u-coordinate, bit 255 is ignored; low-order ones agree on nothing. */
export const x25519: KeyAgreement = {
  publicOctets: OCTETS,
  secretOctets: OCTETS,
  generate(random) {
    // The scalar then never enters JavaScript, and importing one costs more than making one.
    if (random === systemRandom) return holding(generateKeyPairSync('x25519').privateKey)
    const secret = random(OCTETS)
    const key = x25519.fromSecret(secret)
    secret.fill(0)
    return key
  },
  fromSecret(secret) {
    requireOctets('X25519 secret key', secret, OCTETS)
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
      return peer.length === OCTETS ? multiply(mine, peer) : undefined
    },
    wipe() {
      held = undefined
    },
  }
}

function multiply(privateKey: KeyObject, u: Uint8Array): Uint8Array | undefined {
  const publicKey = importPublic(KIND, u)
  if (publicKey === undefined) return undefined
  try {
    return plain(diffieHellman({ privateKey, publicKey }))
  } catch {
    // OpenSSL refuses an all-zero result, and nothing else can fail here.
    return undefined
  }
}
