import { type Aead, makeAead } from '../aead.ts'
import { keyFor } from './cipher.ts'

/** ChaCha20-Poly1305 (RFC 8439 §2.8). */
export const chacha20poly1305: Aead = /* @__PURE__ */ makeAead(32, (raw) =>
  keyFor('chacha20-poly1305', raw),
)
