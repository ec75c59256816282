import { unhex } from '../crypto/index.ts'

/*
 * Curve25519 by the textbook (RFC 7748 §4.1), with big integers and no care for time: so that the tests of an attacker's
 * checks share nothing with the code they check.
 */

const P = 2n ** 255n - 19n
const A = 486_662n
/** The order of the prime-order subgroup. */
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n

/** What anybody can tell of 32 octets taken as an X25519 share, knowing no secret. */
export interface ShareChecks {
  /** Below 2^255 − 19, the top bit clear. */
  readonly canonical: boolean
  /** On the curve, not on its twist. */
  readonly onCurve: boolean
  /** In the subgroup of prime order: ORDER · u is the neutral element, and u is not. */
  readonly primeOrder: boolean
}

/** Looks at a share as an attacker would. */
export function checkShare(octets: Uint8Array): ShareChecks {
  const whole = littleEndian(octets)
  const u = mod(whole % 2n ** 255n)
  return {
    canonical: whole < P,
    onCurve: isSquare(mod(u * u * u + A * u * u + u)),
    primeOrder: u !== 0n && multiply(ORDER, u) === 'neutral',
  }
}

/** Shares of small order (RFC 7748 §6.1 and its twist): whoever goes on with one has no secret. */
export const LOW_ORDER: readonly Uint8Array[] = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
].map(unhex)

/** The Montgomery ladder over projective coordinates. */
function multiply(scalar: bigint, u: bigint): 'neutral' | bigint {
  let [x1, z1, x2, z2] = [1n, 0n, u, 1n]
  for (let bit = 255n; bit >= 0n; bit -= 1n) {
    const set = (scalar >> bit) & 1n
    if (set === 1n) [x1, z1, x2, z2] = [x2, z2, x1, z1]
    const sum = mod(x1 + z1)
    const difference = mod(x1 - z1)
    const cross1 = mod(mod(x2 - z2) * sum)
    const cross2 = mod(mod(x2 + z2) * difference)
    const [aa, bb] = [mod(sum * sum), mod(difference * difference)]
    const e = mod(aa - bb)
    x2 = mod((cross1 + cross2) ** 2n)
    z2 = mod(u * (cross1 - cross2) ** 2n)
    x1 = mod(aa * bb)
    z1 = mod(e * (aa + 121_665n * e))
    if (set === 1n) [x1, z1, x2, z2] = [x2, z2, x1, z1]
  }
  return z1 === 0n ? 'neutral' : mod(x1 * power(z1, P - 2n))
}

function isSquare(value: bigint): boolean {
  return value === 0n || power(value, (P - 1n) / 2n) === 1n
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n
  let square = mod(base)
  for (let left = exponent; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) result = mod(result * square)
    square = mod(square * square)
  }
  return result
}

function littleEndian(octets: Uint8Array): bigint {
  return octets.reduceRight((value, octet) => value * 256n + BigInt(octet), 0n)
}

function mod(value: bigint): bigint {
  const rest = value % P
  return rest < 0n ? rest + P : rest
}
