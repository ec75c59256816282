/** The rest of the floor: what neither a connection nor a session nor a pairing needs. */
export { aes128gcm, aes256gcm } from '#backend/aes-gcm.ts'
export { chacha20poly1305 } from '#backend/chacha20poly1305.ts'
export { argon2id } from '#backend/argon2id.ts'
export { ecdsaP256 } from '#backend/ecdsa-p256.ts'
export { p256 } from '#backend/p256.ts'
export type { Argon2Cost, Argon2id } from './argon2id-cost.ts'
export {
  type HpkeAead,
  type HpkeExporter,
  type HpkeRecipient,
  type HpkeSender,
  type HpkeSuite,
  setupRecipient,
  setupSender,
} from './hpke.ts'
export type { HpkeKdf } from './hpke-kdf.ts'
export type { HpkeAgreementKey, HpkeDecapsulationKey, HpkeKem } from './hpke-kem.ts'
export {
  hpkeAes128Gcm,
  hpkeAes256Gcm,
  hpkeChaCha20Poly1305,
  hpkeHkdfSha256,
  hpkeHkdfSha512,
  hpkeP256,
  hpkeX25519,
  hpkeXwing,
} from './hpke-suites.ts'
