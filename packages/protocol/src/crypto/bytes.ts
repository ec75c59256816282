import { equalOctets } from '#backend/equal.ts'
import { misuse } from './input.ts'
import { platform } from './platform.ts'
import type { Secret } from './secret.ts'

/** All `parts` one after another, in a new array that shares nothing with them. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(octetsOf(parts))
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}

/** Octets of memory that short arrays share. Our choice: a page of a machine. */
const SLAB_OCTETS = 4_096
let slab = new Uint8Array(SLAB_OCTETS)
let taken = 0

/**
 * So many zeros, up to 64, that are nobody else's, for what is handed to native code at once and is no secret: a short array of
 * its own is moved out of the engine's memory first, which costs more than a frame's nonce is worth.
 */
export function shortArray(octets: number): Uint8Array {
  if (taken + octets > SLAB_OCTETS) {
    slab = new Uint8Array(SLAB_OCTETS)
    taken = 0
  }
  const array = slab.subarray(taken, taken + octets)
  taken += octets
  return array
}

/** Octets of all `parts` together. */
export function octetsOf(parts: readonly Uint8Array[]): number {
  let octets = 0
  for (const part of parts) octets += part.length
  return octets
}

const encoder = /* @__PURE__ */ new platform.TextEncoder()
// ignoreBOM keeps a leading U+FEFF: dropping it would let two octet strings stand for one text.
const decoder = /* @__PURE__ */ new platform.TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** UTF-8 (RFC 3629). A lone surrogate has no encoding and becomes U+FFFD, as everywhere on the web. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text)
}

/** The text of strict UTF-8 (RFC 3629), or `undefined` if `bytes` are malformed. A byte order mark is kept. */
export function text(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes)
  } catch {
    return undefined
  }
}

const DIGITS: readonly string[] = /* @__PURE__ */ Array.from({ length: 256 }, (_, octet) =>
  octet.toString(16).padStart(2, '0'),
)

/** Two lower-case hexadecimal digits for each octet. */
export function hex(bytes: Uint8Array): string {
  let digits = ''
  for (const octet of bytes) digits += DIGITS[octet]!
  return digits
}

/**
 * The octets that {@link hex} writes; upper case is read too. For constants and fixtures, not for a peer's input.
 *
 * @throws {HufuError} `ERR_CRYPTO_INPUT` if `digits` are odd in number or not hexadecimal.
 */
export function unhex(digits: string): Uint8Array {
  if (digits.length % 2 !== 0 || /[^0-9a-f]/i.test(digits)) throw misuse('not hexadecimal')
  return Uint8Array.from({ length: digits.length / 2 }, (_, at) =>
    Number.parseInt(digits.slice(2 * at, 2 * at + 2), 16),
  )
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** Base64url without padding (RFC 4648 §5). */
export function base64url(bytes: Uint8Array): string {
  let letters = ''
  let bits = 0
  let held = 0
  for (const octet of bytes) {
    held = (held << 8) | octet
    for (bits += 8; bits >= 6; bits -= 6) letters += ALPHABET.charAt((held >>> (bits - 6)) & 63)
    held &= 63
  }
  return bits === 0 ? letters : letters + ALPHABET.charAt((held << (6 - bits)) & 63)
}

/**
 * The octets that {@link base64url} writes, or `undefined`. Strict, so that no two texts stand for the same
 * octets: no padding, no white space, no bits left over that are not zero.
 */
export function unbase64url(letters: string): Uint8Array | undefined {
  if (letters.length % 4 === 1) return undefined
  const bytes = new Uint8Array(Math.floor((letters.length * 6) / 8))
  let at = 0
  let bits = 0
  let held = 0
  for (const letter of letters) {
    const value = ALPHABET.indexOf(letter)
    if (value < 0) return undefined
    held = ((held << 6) | value) & 0xfff
    bits += 6
    if (bits < 8) continue
    bits -= 8
    bytes[at++] = held >>> bits
  }
  return (held & ((1 << bits) - 1)) === 0 ? bytes : undefined
}

/** Whether `a` and `b` are the same octets. Takes the same time wherever they differ; their lengths are no secret. */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && equalOctets(a, b)
}

/** Overwrites each of `secrets` with zeros. */
export function wipe(...secrets: readonly (Uint8Array | Secret)[]): void {
  for (const secret of secrets) {
    if (secret instanceof Uint8Array) secret.fill(0)
    else secret.wipe()
  }
}
