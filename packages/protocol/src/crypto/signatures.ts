import type { Random } from './random.ts'
import type { Secret } from './secret.ts'

/** A key that signs. */
export interface SigningKey {
  readonly publicKey: Uint8Array
  /**
   * The signature of `message`, 64 octets in both schemes.
   *
   * @throws {HufuError} `ERR_SECRET_WIPED` after {@link wipe}.
   */
  sign(message: Uint8Array): Uint8Array
  /**
   * A copy of the 32-octet seed or scalar, to be stored.
   *
   * @throws {HufuError} `ERR_SECRET_WIPED` after {@link wipe}.
   */
  exportSecret(): Secret
  /** Lets go of the secret. What JavaScript holds is zeroed; a native key object is left to be collected. */
  wipe(): void
}

/** A signature scheme with its encodings. */
export interface Signatures {
  generate(random: Random): SigningKey
  /**
   * The key with this seed or scalar, which is copied.
   *
   * @param seed exactly 32 octets.
   * @throws {HufuError} `ERR_CRYPTO_INPUT` for another length, or a scalar out of the group's range.
   */
  fromSecret(seed: Uint8Array): SigningKey
  /** Whether `signature` is good. Any octets may be given; malformed ones are simply not good. */
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean
}
