import { misuse, requireOctets } from './input.ts'
import type { Random } from './random.ts'

/** Octets in an uncompressed point: 0x04 ‖ x ‖ y (SEC 1 §2.3.3). */
export const POINT_OCTETS = 65
/** Octets in a scalar, and in the x-coordinate that an agreement yields. */
export const SCALAR_OCTETS = 32

// The order of the group, big-endian (SP 800-186 §3.2.1.3).
// prettier-ignore
const ORDER = Uint8Array.of(
  0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
  0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
)

/**
 * Whether `octets` could be an uncompressed point. The libraries below would also take compressed and hybrid
 * forms; one encoding only, so that a transcript has one reading. Whether it lies on the curve, they say.
 */
export function looksLikePoint(octets: Uint8Array): boolean {
  return octets.length === POINT_OCTETS && octets[0] === 4
}

/**
 * Checks that a secret key is in 1 … n−1. Node's import does not.
 *
 * @throws {HufuError} `ERR_CRYPTO_INPUT` for another length or range.
 */
export function requireScalar(secret: Uint8Array): void {
  requireOctets('P-256 secret key', secret, SCALAR_OCTETS)
  if (!inRange(secret)) throw misuse('P-256 secret key is zero or not below the order of the group')
}

/** A uniform scalar by testing candidates (FIPS 186-5 A.2.2): one draw but once in 2^32. */
export function drawScalar(random: Random): Uint8Array {
  for (;;) {
    const candidate = random(SCALAR_OCTETS)
    if (inRange(candidate)) return candidate
    candidate.fill(0)
  }
}

/** 0 < scalar < n, without a branch on its octets. */
function inRange(scalar: Uint8Array): boolean {
  let any = 0
  let borrow = 0
  for (let at = SCALAR_OCTETS - 1; at >= 0; at--) {
    const octet = scalar[at] ?? 0
    any |= octet
    borrow = ((octet - (ORDER[at] ?? 0) - borrow) >> 8) & 1
  }
  return any !== 0 && borrow === 1
}
