/**
 * The ground: one small file per primitive, synchronous, on Node's own crypto in Node and on noble elsewhere.
 * Both stand to the same vectors (`conformance.ts`).
 */
export { aes128gcm, aes256gcm } from '#backend/aes-gcm.ts'
export { argon2id } from '#backend/argon2id.ts'
export { chacha20poly1305 } from '#backend/chacha20poly1305.ts'
export { ecdsaP256 } from '#backend/ecdsa-p256.ts'
export { ed25519 } from '#backend/ed25519.ts'
export { sha256, sha3_256, sha512, shake256 } from '#backend/hash.ts'
export { hmacSha256, hmacSha512 } from '#backend/hmac.ts'
export { mlkem768 } from '#backend/mlkem768.ts'
export { p256 } from '#backend/p256.ts'
export { random } from '#backend/random.ts'
export { sha256Stream } from '#backend/sha256-stream.ts'
export { x25519 } from '#backend/x25519.ts'
export type { Aead, AeadKey } from './aead.ts'
export type { AgreementKey, KeyAgreement } from './agreement.ts'
export type { Argon2Cost, Argon2id } from './argon2id-cost.ts'
export { base64url, concat, equal, hex, text, unbase64url, unhex, utf8, wipe } from './bytes.ts'
export {
  type CpaceInput,
  cpaceIsk,
  type CpaceShare,
  cpaceStart,
  cpaceTags,
  type CpaceTags,
  type CpaceTranscript,
} from './cpace.ts'
export type { ExtendableHash, Hash, HashStream, KeyedHash } from './hash.ts'
export { type HashName, hkdf, hkdfExpand, hkdfExtract } from './hkdf.ts'
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
export type { DecapsulationKey, Encapsulation, Kem } from './kem.ts'
export { lvCat, prependLen } from './length-value.ts'
export { type Random, seededRandomForTests } from './random.ts'
export { Secret } from './secret.ts'
export type { Signatures, SigningKey } from './signatures.ts'
export { xwing } from './xwing.ts'
