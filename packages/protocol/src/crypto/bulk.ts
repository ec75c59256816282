import { misuse, requireOctets } from './input.ts'
import { expose, type Secret } from './secret.ts'

/** What is here now, or will be where the platform answers later. */
export type Eventually<T> = T | Promise<T>

/**
 * An AES-256-GCM or AES-128-GCM key for much traffic. Node answers at once. In a browser WebCrypto does the work, later, by the
 * processor's own instructions: ten times faster than JavaScript, and in constant time. Answers may overtake each other.
 */
export interface BulkKey {
  /** `room` free octets ‖ the head ‖ ciphertext ‖ tag, in an array of its own. */
  seal(message: BulkMessage): Eventually<Uint8Array>
  /**
   * The plaintext, in an array of its own, or `undefined` if anything was altered.
   *
   * @param nonce exactly 12 octets.
   * @param sealed ciphertext ‖ tag.
   * @param head all associated data: what did not travel is put behind it.
   */
  open(nonce: Uint8Array, sealed: Uint8Array, head: Uint8Array): Eventually<Uint8Array | undefined>
  /**
   * Lets go of the key; what has been begun is finished. A native key object is left to be collected.
   *
   * After it both others throw {@link HufuError} `ERR_SECRET_WIPED`.
   */
  wipe(): void
}

/** What a {@link BulkKey} seals. */
export interface BulkMessage {
  /** Exactly 12 octets, never used before under this key. */
  readonly nonce: Uint8Array
  /** The associated data, which stands before the ciphertext. */
  readonly head: Uint8Array
  /** Associated data after that, which does not travel. */
  readonly unsent?: Uint8Array
  /** The plaintext; the octets must not change until the answer is there. */
  readonly parts: readonly Uint8Array[]
  /** Octets that are left free before the head. */
  readonly room: number
}

/** Octets of a bulk key: AES-128 or AES-256. Then of its nonces and tags. */
const BULK_KEY_OCTETS: readonly number[] = [16, 32]
const BULK_NONCE_OCTETS = 12
export const BULK_TAG_OCTETS = 16

/** Makes a key of what a backend brings, with the checks that both share; `raw` is copied. */
export function makeBulkKey(
  load: (raw: Uint8Array) => BulkKey,
): (raw: Uint8Array | Secret) => BulkKey {
  return (raw) => {
    const octets = expose(raw)
    if (!BULK_KEY_OCTETS.includes(octets.length)) throw misuse('a bulk key has 16 or 32 octets')
    const key = load(octets)
    return {
      seal(message) {
        requireOctets('nonce', message.nonce, BULK_NONCE_OCTETS)
        return key.seal(message)
      },
      open(nonce, sealed, head) {
        requireOctets('nonce', nonce, BULK_NONCE_OCTETS)
        return sealed.length < BULK_TAG_OCTETS ? undefined : key.open(nonce, sealed, head)
      },
      wipe: () => key.wipe(),
    }
  }
}
