import { hmacSha256, hmacSha512 } from '#backend/hmac.ts'
import type { KeyedHash } from './hash.ts'
import { misuse } from './input.ts'
import { expose, type Secret } from './secret.ts'

/** The hashes that HKDF is offered with. */
export type HashName = 'sha256' | 'sha512'

/** HKDF (RFC 5869) over some backend's HMAC. */
export interface Hkdf {
  extract(hash: HashName, salt: Octets, ikm: Octets): Uint8Array
  expand(hash: HashName, prk: Octets, info: Uint8Array, octets: number): Uint8Array
}

type Octets = Uint8Array | Secret

/** The parts of a backend that HKDF stands on. */
export interface HkdfParts {
  readonly hmacSha256: KeyedHash
  readonly hmacSha512: KeyedHash
}

/** HKDF over the given HMACs: for the conformance suite. Others use the functions below. */
export function makeHkdf(parts: HkdfParts): Hkdf {
  const rows = {
    sha256: { hmac: parts.hmacSha256, octets: 32 },
    sha512: { hmac: parts.hmacSha512, octets: 64 },
  } as const
  return {
    extract: (hash, salt, ikm) => rows[hash].hmac(salt, expose(ikm)),
    expand(hash, prk, info, octets) {
      const row = rows[hash]
      const blocks = Math.ceil(octets / row.octets)
      if (blocks > 255) throw misuse(`HKDF cannot derive ${octets} octets`)
      const okm = new Uint8Array(octets)
      let block: Uint8Array = new Uint8Array()
      for (let n = 1; n <= blocks; n++) {
        const next = row.hmac(prk, block, info, Uint8Array.of(n))
        block.fill(0)
        block = next
        const at = (n - 1) * row.octets
        okm.set(block.subarray(0, octets - at), at)
      }
      block.fill(0)
      return okm
    },
  }
}

const own: Hkdf = /* @__PURE__ */ makeHkdf({ hmacSha256, hmacSha512 })

/**
 * HKDF-Extract (RFC 5869 §2.2).
 *
 * @param salt may be empty.
 * @returns a pseudorandom key of 32 or 64 octets, the output of `hash`.
 */
export function hkdfExtract(hash: HashName, salt: Octets, ikm: Octets): Uint8Array {
  return own.extract(hash, salt, ikm)
}

/**
 * HKDF-Expand (RFC 5869 §2.3).
 *
 * @param octets how many to derive: at most 255 × the output of `hash`.
 * @throws {HufuError} `ERR_CRYPTO_INPUT` for more.
 */
export function hkdfExpand(
  hash: HashName,
  prk: Octets,
  info: Uint8Array,
  octets: number,
): Uint8Array {
  return own.expand(hash, prk, info, octets)
}

/**
 * HKDF (RFC 5869), both steps.
 *
 * @param octets how many to derive: at most 255 × the output of `hash`.
 * @throws {HufuError} `ERR_CRYPTO_INPUT` for more.
 */
// Five parameters, as in every other HKDF: the order is RFC 5869's own.
export function hkdf(
  hash: HashName,
  ikm: Octets,
  salt: Octets,
  info: Uint8Array,
  octets: number,
): Uint8Array {
  const prk = own.extract(hash, salt, ikm)
  const okm = own.expand(hash, prk, info, octets)
  prk.fill(0)
  return okm
}
