import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto'

import { type Aead, type AeadKey, makeAead, TAG_OCTETS } from '../aead.ts'
import { unwiped } from '../secret.ts'
import { openWith, sealIntoWith, sealWith } from './cipher.ts'

/** ChaCha20-Poly1305 (RFC 8439 §2.8). */
export const chacha20poly1305: Aead = /* @__PURE__ */ makeAead(32, load)

const CIPHER = 'chacha20-poly1305'
const OPTIONS = { authTagLength: TAG_OCTETS } as const

function load(raw: Uint8Array): AeadKey {
  let held: KeyObject | undefined = createSecretKey(raw)
  return {
    seal: (nonce, plaintext, aad) =>
      sealWith(createCipheriv(CIPHER, unwiped(held), nonce, OPTIONS), plaintext, aad),
    sealInto: (target, at, message) =>
      sealIntoWith(
        createCipheriv(CIPHER, unwiped(held), message.nonce, OPTIONS),
        target,
        at,
        message,
      ),
    open: (nonce, sealed, aad) =>
      openWith(createDecipheriv(CIPHER, unwiped(held), nonce, OPTIONS), sealed, aad),
    wipe() {
      held = undefined
    },
  }
}
