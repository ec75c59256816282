import type { Secret } from './secret.ts'

/** A hash of fixed output: the digest of all parts, one after another. */
export type Hash = (...parts: readonly Uint8Array[]) => Uint8Array

/** A hash of chosen output length, in octets: the first `octets` of the digest of all parts. */
export type ExtendableHash = (octets: number, ...parts: readonly Uint8Array[]) => Uint8Array

/** A keyed hash (HMAC, RFC 2104): a key of any length and the message in parts. */
export type KeyedHash = (key: Uint8Array | Secret, ...parts: readonly Uint8Array[]) => Uint8Array

/** A hash in the making: for what is too large to be held whole. */
export interface HashStream {
  update(part: Uint8Array): void
  /** The digest of all parts. Once. */
  digest(): Uint8Array
}
