import type { Random } from './random.ts'

/** One party's key for Diffie–Hellman. The secret part stays inside. */
export interface AgreementKey {
  /** What the peer is given. Computed when first read, which must be before {@link wipe}. */
  readonly publicKey: Uint8Array
  /**
   * The shared secret with `peer`'s public key, or `undefined` if that key is malformed, not on the curve, or
   * of low order (an all-zero result is refused: RFC 7748 §6.1).
   *
   * @throws {HufuError} `ERR_SECRET_WIPED` after {@link wipe}.
   */
  agree(peer: Uint8Array): Uint8Array | undefined
  /** Lets go of the secret. What JavaScript holds is zeroed; a native key object is left to be collected. */
  wipe(): void
}

/** A Diffie–Hellman group with its encodings. */
export interface KeyAgreement {
  /** Octets in a public key. */
  readonly publicOctets: number
  /** Octets in a secret key, and in the result of an agreement. */
  readonly secretOctets: number
  generate(random: Random): AgreementKey
  /**
   * The key with this secret, which is copied.
   *
   * @param secret exactly {@link secretOctets} octets.
   * @throws {HufuError} `ERR_CRYPTO_INPUT` for another length, or a scalar out of the group's range.
   */
  fromSecret(secret: Uint8Array): AgreementKey
}
