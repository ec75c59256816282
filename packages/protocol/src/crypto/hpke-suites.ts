import { aes128gcm, aes256gcm } from '#backend/aes-gcm.ts'
import { chacha20poly1305 } from '#backend/chacha20poly1305.ts'
import { hmacSha256, hmacSha512 } from '#backend/hmac.ts'
import { p256 } from '#backend/p256.ts'
import { x25519 } from '#backend/x25519.ts'
import { makeHkdf } from './hkdf.ts'
import type { HpkeAead } from './hpke.ts'
import type { HpkeKdf } from './hpke-kdf.ts'
import {
  type HpkeAgreementKey,
  type HpkeDecapsulationKey,
  type HpkeKem,
  makeDhkem,
  makePlainKem,
} from './hpke-kem.ts'
import { xwing } from './xwing.ts'

const hkdf = /* @__PURE__ */ makeHkdf({ hmacSha256, hmacSha512 })

/** HKDF-SHA256 (RFC 9180 §7.2). */
export const hpkeHkdfSha256: HpkeKdf = { id: 0x0001, hash: 'sha256', octets: 32, hkdf }
/** HKDF-SHA512 (RFC 9180 §7.2). */
export const hpkeHkdfSha512: HpkeKdf = { id: 0x0003, hash: 'sha512', octets: 64, hkdf }

/** DHKEM(P-256, HKDF-SHA256) (RFC 9180 §7.1). */
export const hpkeP256: HpkeKem<HpkeAgreementKey> = /* @__PURE__ */ makeDhkem(
  0x0010,
  p256,
  hpkeHkdfSha256,
)
/** DHKEM(X25519, HKDF-SHA256) (RFC 9180 §7.1). */
export const hpkeX25519: HpkeKem<HpkeAgreementKey> = /* @__PURE__ */ makeDhkem(
  0x0020,
  x25519,
  hpkeHkdfSha256,
)
/** X-Wing (draft-connolly-cfrg-xwing-kem). */
export const hpkeXwing: HpkeKem<HpkeDecapsulationKey> = /* @__PURE__ */ makePlainKem(0x647a, xwing)

/** AES-128-GCM (RFC 9180 §7.3). */
export const hpkeAes128Gcm: HpkeAead = { id: 0x0001, aead: aes128gcm }
/** AES-256-GCM (RFC 9180 §7.3). */
export const hpkeAes256Gcm: HpkeAead = { id: 0x0002, aead: aes256gcm }
/** ChaCha20Poly1305 (RFC 9180 §7.3). */
export const hpkeChaCha20Poly1305: HpkeAead = { id: 0x0003, aead: chacha20poly1305 }
