import {
  createPrivateKey,
  decapsulate,
  encapsulate,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto'

import { requireOctets } from '../input.ts'
import type { DecapsulationKey, Kem } from '../kem.ts'
import { MLKEM768_OCTETS } from '../mlkem768-sizes.ts'
import { unwiped } from '../secret.ts'
import { buffer, plain } from './buffers.ts'
import { importPublic, publicHalf, type RawKind } from './keys.ts'
import { random as systemRandom } from './random.ts'

const KIND: RawKind = { asymmetricKeyType: 'ml-kem-768' }

/**
 * ML-KEM-768 (FIPS 203). Node takes no randomness for encapsulation and draws its own: `random` is not used there.
 */
export const mlkem768: Kem = {
  ...MLKEM768_OCTETS,
  generate(random) {
    if (random === systemRandom) return holding(generateKeyPairSync('ml-kem-768').privateKey)
    const seed = random(MLKEM768_OCTETS.seedOctets)
    const key = mlkem768.fromSecret(seed)
    seed.fill(0)
    return key
  },
  fromSecret(seed) {
    requireOctets('ML-KEM-768 seed', seed, MLKEM768_OCTETS.seedOctets)
    return holding(importSeed(seed))
  },
  encapsulate(publicKey) {
    if (publicKey.length !== MLKEM768_OCTETS.publicOctets) return undefined
    // OpenSSL's import makes the modulus check of FIPS 203 §7.2.
    const key = importPublic(KIND, publicKey)
    if (key === undefined) return undefined
    const { ciphertext, sharedKey } = encapsulate(key)
    return { ciphertext: plain(ciphertext), shared: plain(sharedKey) }
  },
}

function holding(privateKey: KeyObject): DecapsulationKey {
  let held: KeyObject | undefined = privateKey
  let publicKey: Uint8Array | undefined
  return {
    get publicKey() {
      publicKey ??= publicHalf(unwiped(held))
      return publicKey
    },
    decapsulate(ciphertext) {
      const mine = unwiped(held)
      if (ciphertext.length !== MLKEM768_OCTETS.ciphertextOctets) return undefined
      return plain(decapsulate(mine, ciphertext))
    },
    wipe() {
      held = undefined
    },
  }
}

// PKCS #8 with the seed alone (RFC 9935 §6): version, id-alg-ml-kem-768, OCTET STRING { [0] seed }.
// On Node 24 OpenSSL reads this form in about half the time that the raw one takes.
const PKCS8_HEADER = Buffer.from('3054020100300b060960864801650304040204428040', 'hex')

function importSeed(seed: Uint8Array): KeyObject {
  const key = Buffer.concat([PKCS8_HEADER, buffer(seed)])
  const imported = createPrivateKey({ key, format: 'der', type: 'pkcs8' })
  key.fill(0)
  return imported
}
