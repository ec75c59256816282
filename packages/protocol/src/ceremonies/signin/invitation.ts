import { hkdf, hmacSha256, utf8, type Random } from '../../crypto/index.ts'
import { Secret } from '../../crypto/secret.ts'
import { INVITATION_ID_OCTETS } from './sizes.ts'

/*
 * An invitation is a code that its holder types. What the server keeps of it, and what both ends authenticate by, are made
 * of it, so that a relay between them can neither use it nor put other keys or another authority in.
 */

/** Digits that are not taken for one another (Crockford's base 32): no I, L, O, U. */
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
/** Seven groups of four digits of five bits: 140 bits. */
const GROUPS = 7
const GROUP = 4

/** What is made of an invitation's code. */
export interface InvitationKeys {
  /** Its public half, 16 octets. */
  readonly id: Uint8Array
  /** Authenticates what either end sends, 32 octets. */
  readonly mac: Secret
  /** Seals what only the authority may read, 32 octets. */
  readonly seal: Secret
}

/** A new code, such as `7Q2M-K0ZD-…`. */
export function newInvitation(random: Random): string {
  const digits = [...random(GROUPS * GROUP)].map((octet) => DIGITS[octet & 31]!)
  return grouped(digits.join(''))
}

/** The code as it is compared: as somebody typed it, in capitals, with hyphens, O for 0 and I or L for 1; undefined if it is none. */
export function parseInvitation(typed: string): string | undefined {
  const digits = typed
    .toUpperCase()
    .replaceAll(/[^0-9A-Z]/g, '')
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1')
  const known = digits.split('').every((digit) => DIGITS.includes(digit))
  return known && digits.length === GROUPS * GROUP ? grouped(digits) : undefined
}

/** The keys of a code in the form that {@link parseInvitation} gives it. Each is a 140-bit secret's; stretching would add nothing. */
export function invitationKeys(code: string): InvitationKeys {
  const made = (label: string, octets: number): Uint8Array =>
    hkdf('sha256', utf8(code), utf8(LABEL), utf8(label), octets)
  return {
    id: made('id', INVITATION_ID_OCTETS),
    mac: new Secret(made('mac', 32)),
    seal: new Secret(made('seal', 32)),
  }
}

/** A tag under an invitation, 32 octets. `what` keeps a request's from being taken for an answer's. */
export function invitationTag(
  mac: Secret,
  what: 'enrol' | 'enrol-chip' | 'issued',
  octets: Uint8Array,
): Uint8Array {
  return hmacSha256(mac, utf8(`${LABEL} ${what}`), Uint8Array.of(0), octets)
}

const LABEL = 'hufu/1 invitation'

function grouped(digits: string): string {
  return digits.match(/.{4}/g)!.join('-')
}
