import { hex, unhex } from './bytes.ts'

/** The prime of curve25519, 2^255 − 19. */
const P = (1n << 255n) - 19n
/** The coefficient of curve25519: v² = u³ + J·u² + u. */
const J = 486662n

/**
 * Elligator 2 for curve25519 (RFC 9380 §6.7.1, Z = 2), only the u-coordinate, which is all that X25519 takes.
 *
 * Written without a branch on the input, but BigInt's own time depends on its values: as in every implementation in
 * JavaScript, somebody who can time this machine closely could learn something about a passphrase.
 *
 * @param octets 32, little-endian; bit 255 is ignored (decodeUCoordinate, RFC 7748 §5).
 * @returns the u-coordinate: 32 octets, little-endian.
 */
export function elligator2(octets: Uint8Array): Uint8Array {
  const r = decode(octets)
  // One of the two candidates is x1 = n / d, the other −x1 − J: just one of them lies on the curve.
  const n = P - J
  const d = (1n + 2n * r * r) % P
  const g = (n * ((n * n + J * n * d + d * d) % P)) % P
  // g(x1) = g / d³ is a square exactly where w is. w is not zero: neither −1/2 nor J² − 4 is a square.
  const w = (g * d) % P
  // One power serves twice: w^((p−1)/2), which is 1 or −1, is e⁴·w², and 1/w = w^(p−2) is e⁸·w³ for e = w^((p−5)/8).
  const e4 = squareTimes(powerOfMinus5Over8(w), 2)
  const w2 = squareTimes(w, 1)
  const sign = (e4 * w2) % P
  const inverse = (((e4 * e4) % P) * ((w2 * w) % P)) % P
  const x1 = (((n * g) % P) * inverse) % P
  // Bit 2 of p − 1 is set, of 1 it is not.
  const other = (sign >> 2n) & 1n
  return encode((x1 + other * (3n * P - 2n * x1 - J)) % P)
}

/** x^((p−5)/8) = x^(2^252 − 3), by the usual chain; `xN` stands for x^(2^N − 1). */
function powerOfMinus5Over8(x: bigint): bigint {
  const x2 = (squareTimes(x, 1) * x) % P
  const x4 = (squareTimes(x2, 2) * x2) % P
  const x5 = (squareTimes(x4, 1) * x) % P
  const x10 = (squareTimes(x5, 5) * x5) % P
  const x20 = (squareTimes(x10, 10) * x10) % P
  const x40 = (squareTimes(x20, 20) * x20) % P
  const x80 = (squareTimes(x40, 40) * x40) % P
  const x160 = (squareTimes(x80, 80) * x80) % P
  const x240 = (squareTimes(x160, 80) * x80) % P
  const x250 = (squareTimes(x240, 10) * x10) % P
  return (squareTimes(x250, 2) * x) % P
}

function squareTimes(x: bigint, times: number): bigint {
  let power = x
  for (let n = 0; n < times; n++) power = (power * power) % P
  return power
}

function decode(octets: Uint8Array): bigint {
  const bigEndian = octets.slice(0, 32).toReversed()
  bigEndian[0] = (bigEndian[0] ?? 0) & 0x7f
  return BigInt('0x' + hex(bigEndian)) % P
}

function encode(value: bigint): Uint8Array {
  return unhex(value.toString(16).padStart(64, '0')).toReversed()
}
