import type { AeadKey } from '../aead.ts'
import { Secret } from '../secret.ts'

/** How noble makes a cipher for one message. */
type OneMessage = (
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
) => {
  encrypt(plaintext: Uint8Array): Uint8Array
  decrypt(sealed: Uint8Array): Uint8Array
}

/** A key that lives in `raw`'s copy. */
export function keyOver(cipher: OneMessage, raw: Uint8Array): AeadKey {
  const key = new Secret(raw.slice())
  return {
    seal: (nonce, plaintext, aad) => cipher(key.expose(), nonce, aad).encrypt(plaintext),
    open(nonce, sealed, aad) {
      const message = cipher(key.expose(), nonce, aad)
      try {
        return message.decrypt(sealed)
      } catch {
        // The tag does not fit.
        return undefined
      }
    },
    wipe: () => key.wipe(),
  }
}
