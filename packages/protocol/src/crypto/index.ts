/**
 * The ground: one small file per primitive, synchronous, on Node's own crypto in Node and on noble elsewhere.
 * Both stand to the same vectors (`conformance.ts`).
 *
 * Here is what connections, sessions and pairings use; the rest of the floor is in `more.ts`, so that a command does not
 * load at every start what it does not need.
 */
export { bulkKey, giveBack } from '#backend/bulk.ts'
export { ed25519 } from '#backend/ed25519.ts'
export { sha256, sha3_256, sha512, shake256 } from '#backend/hash.ts'
export { hmacSha256, hmacSha512 } from '#backend/hmac.ts'
export { mlkem768 } from '#backend/mlkem768.ts'
export { random } from '#backend/random.ts'
export { sha256Stream } from '#backend/sha256-stream.ts'
export { x25519 } from '#backend/x25519.ts'
export type { AgreementKey, KeyAgreement } from './agreement.ts'
export type { BulkKey, Eventually } from './bulk.ts'
export {
  base64url,
  concat,
  equal,
  hex,
  octetsOf,
  shortArray,
  text,
  unbase64url,
  unhex,
  utf8,
  wipe,
} from './bytes.ts'
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
export type { DecapsulationKey, Encapsulation, Kem } from './kem.ts'
export { lvCat, prependLen } from './length-value.ts'
export { type Random, seededRandomForTests } from './random.ts'
export { Secret } from './secret.ts'
export type { Signatures, SigningKey } from './signatures.ts'
export { xwing } from './xwing.ts'
