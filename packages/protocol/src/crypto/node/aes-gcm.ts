import { type Aead, makeAead } from '../aead.ts'
import { keyFor } from './cipher.ts'

/** AES-128-GCM (SP 800-38D), nonces of 12 octets. */
export const aes128gcm: Aead = /* @__PURE__ */ makeAead(16, (raw) => keyFor('aes-128-gcm', raw))
/** AES-256-GCM (SP 800-38D), nonces of 12 octets. */
export const aes256gcm: Aead = /* @__PURE__ */ makeAead(32, (raw) => keyFor('aes-256-gcm', raw))
