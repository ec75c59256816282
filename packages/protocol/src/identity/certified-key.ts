import { done, failed, type Outcome } from '../wire/errors.ts'
import { itemsOf, oidOf, readDer, unsignedOf, wholeBitsOf, type DerItem } from './der.ts'

/** A public key: 32 octets, or of P-256 an uncompressed point of 65. */
export interface CertifiedKey {
  readonly algorithm: 'ed25519' | 'x25519' | 'p256'
  readonly octets: Uint8Array
}

/** A signature of 64 octets; that of an algorithm which is not taken is not looked at. */
export type Signature =
  | { readonly scheme: 'ed25519' | 'ecdsa-p256'; readonly octets: Uint8Array }
  | { readonly scheme: 'other' }

/**
 * Reads a SubjectPublicKeyInfo (RFC 5480 §2, RFC 8410 §4). Whether a point is on the curve, its use says.
 *
 * Codes: `ERR_CERT_MALFORMED`, `ERR_CERT_ALGORITHM`.
 */
export function readPublicKey(item: DerItem): Outcome<CertifiedKey> {
  const [algorithm, bits, ...noMore] = itemsOf(item) ?? []
  const octets = wholeBitsOf(bits)
  const id = oidOf(itemsOf(algorithm)?.[0])
  if (id === undefined || octets === undefined || noMore.length > 0) return malformed
  const parameters = itemsOf(algorithm)!.slice(1)
  if (id === OID.ed25519 || id === OID.x25519) {
    if (parameters.length > 0 || octets.length !== 32) return malformed
    return done({ algorithm: id === OID.ed25519 ? 'ed25519' : 'x25519', octets })
  }
  if (id !== OID.ecKey || oidOf(parameters[0]) !== OID.p256 || parameters.length !== 1)
    return failed('ERR_CERT_ALGORITHM')
  // a compressed point (SEC 1 §2.3.3) is well formed, and not taken
  if (octets.length === 33 && (octets[0] === 2 || octets[0] === 3))
    return failed('ERR_CERT_ALGORITHM')
  return octets.length === 65 && octets[0] === 4 ? done({ algorithm: 'p256', octets }) : malformed
}

/**
 * Reads a signature and what it was made by.
 *
 * Codes: `ERR_CERT_MALFORMED`.
 */
export function readSignature(algorithm: DerItem, octets: Uint8Array): Outcome<Signature> {
  const [name, ...parameters] = itemsOf(algorithm) ?? []
  const id = oidOf(name)
  if (id === undefined) return malformed
  if (id !== OID.ed25519 && id !== OID.ecdsaSha256) return done({ scheme: 'other' })
  if (parameters.length > 0) return malformed
  if (id === OID.ed25519)
    return octets.length === 64 ? done({ scheme: 'ed25519', octets }) : malformed
  const [r, s] = numbersOf(octets) ?? []
  if (r === undefined || s === undefined) return malformed
  // of another curve, whose issuer is not taken
  if (r.length > HALF_OCTETS || s.length > HALF_OCTETS) return done({ scheme: 'other' })
  return done({ scheme: 'ecdsa-p256', octets: joined(r, s) })
}

const HALF_OCTETS = 32

/**
 * r ‖ s, 64 octets, of an ECDSA signature in DER (RFC 3279 §2.2.3); `undefined` unless it is the one encoding of two
 * numbers that are not zero and have at most 32 octets.
 */
export function joinedSignature(der: Uint8Array): Uint8Array | undefined {
  const [r, s] = numbersOf(der) ?? []
  if (r === undefined || s === undefined) return undefined
  return r.length > HALF_OCTETS || s.length > HALF_OCTETS ? undefined : joined(r, s)
}

function numbersOf(der: Uint8Array): readonly [Uint8Array, Uint8Array] | undefined {
  const parts = itemsOf(readDer(der))
  const [r, s] = [unsignedOf(parts?.[0]), unsignedOf(parts?.[1])]
  if (parts?.length !== 2 || r === undefined || s === undefined) return undefined
  return r[0] === 0 || s[0] === 0 ? undefined : [r, s]
}

function joined(r: Uint8Array, s: Uint8Array): Uint8Array {
  const both = new Uint8Array(2 * HALF_OCTETS)
  both.set(r, HALF_OCTETS - r.length)
  both.set(s, 2 * HALF_OCTETS - s.length)
  return both
}

const OID = {
  ecKey: '1.2.840.10045.2.1',
  p256: '1.2.840.10045.3.1.7',
  ecdsaSha256: '1.2.840.10045.4.3.2',
  ed25519: '1.3.101.112',
  x25519: '1.3.101.110',
} as const

const malformed = failed('ERR_CERT_MALFORMED')
