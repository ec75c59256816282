import {
  type CipherChaCha20Poly1305Types,
  type CipherGCM,
  type CipherGCMTypes,
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  type DecipherGCM,
  type KeyObject,
} from 'node:crypto'

import { type AeadKey, TAG_OCTETS } from '../aead.ts'
import { unwiped } from '../secret.ts'
import { plain } from './buffers.ts'

const OPTIONS = { authTagLength: TAG_OCTETS } as const

/** A key for one of Node's authenticated ciphers, made once: that is the dear part. */
export function keyFor(
  name: CipherGCMTypes | CipherChaCha20Poly1305Types,
  raw: Uint8Array,
): AeadKey {
  // The two kinds differ in Node's types and in nothing that is used here.
  const cipher = name as CipherGCMTypes
  let held: KeyObject | undefined = createSecretKey(raw)
  return {
    seal: (nonce, plaintext, aad) =>
      sealWith(createCipheriv(cipher, unwiped(held), nonce, OPTIONS), plaintext, aad),
    open: (nonce, sealed, aad) =>
      openWith(createDecipheriv(cipher, unwiped(held), nonce, OPTIONS), sealed, aad),
    wipe() {
      held = undefined
    },
  }
}

/** `ciphertext ‖ tag` by a fresh cipher. */
function sealWith(cipher: CipherGCM, plaintext: Uint8Array, aad: Uint8Array): Uint8Array {
  cipher.setAAD(aad, { plaintextLength: plaintext.length })
  const ciphertext = cipher.update(plaintext)
  cipher.final()
  const sealed = withRoomForTag(ciphertext)
  sealed.set(cipher.getAuthTag(), plaintext.length)
  return sealed
}

/**
 * Grows the buffer in place where it stands alone in its memory, which leaves `ciphertext` itself empty: copying 64 KiB
 * would cost a third of the whole.
 */
function withRoomForTag(ciphertext: Buffer): Uint8Array {
  const octets = ciphertext.length + TAG_OCTETS
  if (standsAlone(ciphertext)) return new Uint8Array(ciphertext.buffer.transfer(octets))
  const roomy = new Uint8Array(octets)
  roomy.set(ciphertext)
  return roomy
}

/** Whether nothing but `octets` is in its memory. */
export function standsAlone(octets: Buffer): octets is Buffer<ArrayBuffer> {
  const { buffer, length } = octets
  return length > 0 && length === buffer.byteLength && buffer instanceof ArrayBuffer
}

/** The plaintext by a fresh decipher, or `undefined` if the tag does not fit. */
export function openWith(
  decipher: DecipherGCM,
  sealed: Uint8Array,
  aad: Uint8Array,
): Uint8Array | undefined {
  const end = sealed.length - TAG_OCTETS
  decipher.setAAD(aad, { plaintextLength: end })
  decipher.setAuthTag(sealed.subarray(end))
  const plaintext = decipher.update(sealed.subarray(0, end))
  try {
    decipher.final()
    return plain(plaintext)
  } catch {
    // What a forger sent was deciphered before the tag could be compared: nobody shall see it.
    plaintext.fill(0)
    return undefined
  }
}
