import { requireOctets } from './input.ts'
import { expose, type Secret } from './secret.ts'

/** A key for authenticated encryption. The caller must never use a nonce twice under one key. */
export interface AeadKey {
  /**
   * `ciphertext ‖ tag`.
   *
   * @param nonce exactly {@link NONCE_OCTETS} octets.
   * @throws {HufuError} `ERR_CRYPTO_INPUT` for another nonce length, `ERR_SECRET_WIPED` after {@link wipe}.
   */
  seal(nonce: Uint8Array, plaintext: Uint8Array, aad: Uint8Array): Uint8Array
  /**
   * The plaintext, or `undefined` if anything was altered.
   *
   * @param nonce exactly {@link NONCE_OCTETS} octets.
   * @throws {HufuError} `ERR_CRYPTO_INPUT` for another nonce length, `ERR_SECRET_WIPED` after {@link wipe}.
   */
  open(nonce: Uint8Array, sealed: Uint8Array, aad: Uint8Array): Uint8Array | undefined
  /** Lets go of the key. What JavaScript holds is zeroed; a native key object is left to be collected. */
  wipe(): void
}

/** A cipher: its sizes in octets, and how a key for it is made. */
export interface Aead {
  readonly keyOctets: number
  readonly nonceOctets: number
  readonly tagOctets: number
  /**
   * A key to seal and open with; `raw` is copied. Make it once and keep it: that is the dear part.
   *
   * @param raw exactly {@link keyOctets} octets.
   * @throws {HufuError} `ERR_CRYPTO_INPUT` for another length, `ERR_SECRET_WIPED` for a wiped secret.
   */
  key(raw: Uint8Array | Secret): AeadKey
}

/**
 * Octets in a nonce, for all ciphers here. GCM would take other lengths, zero among them, but hashes them down
 * to a block that can collide, and at length zero gives the authentication key away: refused.
 */
const NONCE_OCTETS = 12

/** Octets in a tag, for all ciphers here: never shortened. */
export const TAG_OCTETS = 16

/** Makes an {@link Aead} of what a backend brings, with the checks that all share. */
export function makeAead(keyOctets: number, load: (raw: Uint8Array) => AeadKey): Aead {
  return {
    keyOctets,
    nonceOctets: NONCE_OCTETS,
    tagOctets: TAG_OCTETS,
    key(raw) {
      const octets = expose(raw)
      requireOctets('key', octets, keyOctets)
      const loaded = load(octets)
      return {
        seal(nonce, plaintext, aad) {
          requireOctets('nonce', nonce, NONCE_OCTETS)
          return loaded.seal(nonce, plaintext, aad)
        },
        open(nonce, sealed, aad) {
          requireOctets('nonce', nonce, NONCE_OCTETS)
          return sealed.length < TAG_OCTETS ? undefined : loaded.open(nonce, sealed, aad)
        },
        wipe: () => loaded.wipe(),
      }
    },
  }
}
