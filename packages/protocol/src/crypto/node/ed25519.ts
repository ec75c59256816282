import { generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto'

import { KEY_OCTETS, plausible } from '../ed25519-strict.ts'
import { requireOctets } from '../input.ts'
import { Secret, unwiped } from '../secret.ts'
import type { Signatures, SigningKey } from '../signatures.ts'
import { plain } from './buffers.ts'
import { equalOctets } from './equal.ts'
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
    const key = imported(publicKey)
    return key !== undefined && verify(null, message, key, signature)
  },
}

interface Imported {
  /** What the array held. */
  readonly octets: Uint8Array
  readonly key: KeyObject
}

/** Keys by the arrays that they came in, for as long as those live: a call's host signs every message of it by one key. */
const keys = new WeakMap<Uint8Array, Imported>()

function imported(publicKey: Uint8Array): KeyObject | undefined {
  const known = keys.get(publicKey)
  if (known !== undefined && equalOctets(known.octets, publicKey)) return known.key
  const key = importPublic(KIND, publicKey)
  if (key !== undefined) keys.set(publicKey, { octets: publicKey.slice(), key })
  return key
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
