import { ml_kem768 as noble } from '@noble/post-quantum/ml-kem.js'

import { requireOctets } from '../input.ts'
import type { DecapsulationKey, Kem } from '../kem.ts'
import { MLKEM768_OCTETS } from '../mlkem768-sizes.ts'
import { Secret } from '../secret.ts'

/** Octets of randomness that an encapsulation takes: m (FIPS 203 §6.2). */
const MESSAGE_OCTETS = 32

/** ML-KEM-768 (FIPS 203). Encapsulation takes m from `random`, so that a run can be replayed. */
export const mlkem768: Kem = {
  ...MLKEM768_OCTETS,
  generate(random) {
    const seed = random(MLKEM768_OCTETS.seedOctets)
    const key = mlkem768.fromSecret(seed)
    seed.fill(0)
    return key
  },
  fromSecret(seed) {
    requireOctets('ML-KEM-768 seed', seed, MLKEM768_OCTETS.seedOctets)
    const { publicKey, secretKey } = noble.keygen(seed)
    return holding(publicKey, new Secret(secretKey))
  },
  encapsulate(publicKey, random) {
    if (publicKey.length !== MLKEM768_OCTETS.publicOctets) return undefined
    const message = random(MESSAGE_OCTETS)
    try {
      const { cipherText, sharedSecret } = noble.encapsulate(publicKey, message)
      return { ciphertext: cipherText, shared: sharedSecret }
    } catch {
      // The modulus check of FIPS 203 §7.2 failed.
      return undefined
    } finally {
      message.fill(0)
    }
  },
}

function holding(publicKey: Uint8Array, secret: Secret): DecapsulationKey {
  return {
    publicKey,
    decapsulate(ciphertext) {
      const mine = secret.expose()
      if (ciphertext.length !== MLKEM768_OCTETS.ciphertextOctets) return undefined
      return noble.decapsulate(ciphertext, mine)
    },
    wipe: () => secret.wipe(),
  }
}
