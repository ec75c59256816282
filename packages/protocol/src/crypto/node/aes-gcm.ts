import {
  type CipherGCMTypes,
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  type KeyObject,
} from 'node:crypto'

import { type Aead, type AeadKey, makeAead, TAG_OCTETS } from '../aead.ts'
import { openWith, sealIntoWith, sealWith } from './cipher.ts'
import { unwiped } from '../secret.ts'

/** AES-128-GCM (SP 800-38D), nonces of 12 octets. */
export const aes128gcm: Aead = /* @__PURE__ */ makeAead(16, (raw) => gcm('aes-128-gcm', raw))
/** AES-256-GCM (SP 800-38D), nonces of 12 octets. */
export const aes256gcm: Aead = /* @__PURE__ */ makeAead(32, (raw) => gcm('aes-256-gcm', raw))

const OPTIONS = { authTagLength: TAG_OCTETS } as const

function gcm(cipher: CipherGCMTypes, raw: Uint8Array): AeadKey {
  let held: KeyObject | undefined = createSecretKey(raw)
  return {
    seal: (nonce, plaintext, aad) =>
      sealWith(createCipheriv(cipher, unwiped(held), nonce, OPTIONS), plaintext, aad),
    sealInto: (target, at, message) =>
      sealIntoWith(
        createCipheriv(cipher, unwiped(held), message.nonce, OPTIONS),
        target,
        at,
        message,
      ),
    open: (nonce, sealed, aad) =>
      openWith(createDecipheriv(cipher, unwiped(held), nonce, OPTIONS), sealed, aad),
    wipe() {
      held = undefined
    },
  }
}
