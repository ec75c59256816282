import { generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto'

import { KEY_OCTETS, plausible } from '../ed25519-strict.ts'
import { requireOctets } from '../input.ts'
import { Secret, unwiped } from '../secret.ts'
import type { Signatures, SigningKey } from '../signatures.ts'
import { plain } from './buffers.ts'
import { importPrivate, importPublic, publicHalf, type RawKind } from './keys.ts'
import { random as systemRandom } from './random.ts'

const KIND: RawKind = { asymmetricKeyType: 'ed25519' }

/** Ed25519 (RFC 8032 §5.1), strict: see `ed25519-strict.ts`. */
export const ed25519: Signatures = {
  generate(random) {
    // The seed then never enters JavaScript, and importing one costs twice what making one does.
    if (random === systemRandom) return holding(generateKeyPairSync('ed25519').privateKey)
    const seed = random(KEY_OCTETS)
    const key = ed25519.fromSecret(seed)
    seed.fill(0)
    return key
  },
  fromSecret(seed) {
    requireOctets('Ed25519 seed', seed, KEY_OCTETS)
    return holding(importPrivate(KIND, seed))
  },
  verify(publicKey, message, signature) {
    if (!plausible(publicKey, signature)) return false
    const key = importPublic(KIND, publicKey)
    return key !== undefined && verify(null, message, key, signature)
  },
}

function holding(privateKey: KeyObject): SigningKey {
  let held: KeyObject | undefined = privateKey
  return {
    publicKey: publicHalf(privateKey),
    sign: (message) => plain(sign(null, message, unwiped(held))),
    exportSecret: () => new Secret(plain(unwiped(held).export({ format: 'raw-private' }))),
    wipe() {
      held = undefined
    },
  }
}
