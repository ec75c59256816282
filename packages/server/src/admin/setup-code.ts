import { randomBytes } from 'node:crypto'
import { hashOf, type Issued } from './credentials.ts'

/** Digits that are not taken for one another (Crockford's base 32): no I, L, O, U. */
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
/** Seven groups of four digits of five bits: 140 bits. */
const GROUPS = 7
const GROUP = 4

/** A code that opens an account, such as `7Q2M-K0ZD-…`: seven groups of four. */
export function newSetupCode(): Issued {
  const digits = [...randomBytes(GROUPS * GROUP)].map((octet) => DIGITS[octet & 31]!)
  const text = Array.from({ length: GROUPS }, (_, group) =>
    digits.slice(group * GROUP, (group + 1) * GROUP).join(''),
  ).join('-')
  return { text, hash: hashOf(text) }
}

/** The hash of a code as somebody typed it: in small letters, without hyphens, with O for 0 and I or L for 1. */
export function setupCodeHash(typed: string): Uint8Array {
  const digits = typed
    .toUpperCase()
    .replaceAll(/[^0-9A-Z]/g, '')
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1')
  return hashOf(digits.match(/.{1,4}/g)?.join('-') ?? '')
}
