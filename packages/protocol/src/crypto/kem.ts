import type { Random } from './random.ts'

/** A key that opens what was encapsulated to it. */
export interface DecapsulationKey {
  /** What senders are given. Computed when first read, which must be before {@link wipe}. */
  readonly publicKey: Uint8Array
  /**
   * The shared secret, or `undefined` if `ciphertext` is malformed. ML-KEM rejects implicitly: a well-formed
   * ciphertext that was made for another key gives a secret that nobody else has.
   *
   * @throws {HufuError} `ERR_SECRET_WIPED` after {@link wipe}.
   */
  decapsulate(ciphertext: Uint8Array): Uint8Array | undefined
  /** Lets go of the secret. What JavaScript holds is zeroed; a native key object is left to be collected. */
  wipe(): void
}

/** A fresh shared secret, and what the holder of the key needs to get it too. */
export interface Encapsulation {
  readonly ciphertext: Uint8Array
  readonly shared: Uint8Array
}

/** A key encapsulation mechanism with its encodings. */
export interface Kem {
  /** Octets in a public key. */
  readonly publicOctets: number
  /** Octets in a ciphertext. */
  readonly ciphertextOctets: number
  /** Octets in a shared secret. */
  readonly sharedOctets: number
  /** Octets in the seed that a key is made from. */
  readonly seedOctets: number
  generate(random: Random): DecapsulationKey
  /**
   * The key that `seed` expands to; the seed is copied.
   *
   * @param seed exactly {@link seedOctets} octets.
   * @throws {HufuError} `ERR_CRYPTO_INPUT` for another length.
   */
  fromSecret(seed: Uint8Array): DecapsulationKey
  /**
   * A fresh secret for the holder of `publicKey`, or `undefined` if that key is malformed. Node's ML-KEM draws
   * its own randomness, so that only noble's can be replayed from `random`.
   */
  encapsulate(publicKey: Uint8Array, random: Random): Encapsulation | undefined
}
