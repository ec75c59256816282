import { equal } from '../crypto/index.ts'
import { done, failed, type Outcome } from '../wire/errors.ts'
import {
  itemsOf,
  oidOf,
  readDer,
  TAG,
  timeOf,
  unsignedOf,
  wholeBitsOf,
  type DerItem,
} from './der.ts'
import { readExtensions, type Extensions } from './extensions.ts'
import { MAX_CERTIFICATE_OCTETS } from './key-id.ts'

/*
 * X.509 version 3 (RFC 5280 §4.1), read as far as hufu needs it: names are compared octet by octet and not looked into, keys
 * and signatures are of four kinds, and the extensions that are not known are passed over unless they are critical.
 */

/** A certificate, read but not believed: `verify.ts` says whether it is good. Everything is a copy, or a view of it. */
export interface Certificate extends Extensions {
  readonly der: Uint8Array
  /** The part of it that is signed. */
  readonly signed: Uint8Array
  readonly signature: Signature
  /** Without leading zeros. */
  readonly serial: Uint8Array
  /** Names, DER. */
  readonly issuer: Uint8Array
  readonly subject: Uint8Array
  /** Both ends are inside, Unix milliseconds. */
  readonly notBefore: number
  readonly notAfter: number
  readonly publicKey: CertifiedKey
}

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
 * Reads a certificate, at most {@link MAX_CERTIFICATE_OCTETS} octets of DER. The result shares nothing with `der`.
 *
 * Codes: `ERR_CERT_MALFORMED`; `ERR_CERT_ALGORITHM` for a key or a signature of another kind than ours (RSA).
 */
export function readCertificate(der: Uint8Array): Outcome<Certificate> {
  const read = readAnySignature(der)
  if (read.ok && read.value.signature.scheme === 'other') return failed('ERR_CERT_ALGORITHM')
  return read
}

/**
 * Reads the certificate of somebody who may be trusted to issue others. Who has signed it does not matter, as it is
 * trusted by being configured: it may be one that an RSA root has issued.
 *
 * Codes: `ERR_CERT_MALFORMED`; `ERR_CERT_ALGORITHM` for a key that is neither P-256 nor Ed25519; `ERR_CERT_USAGE` if it is
 * no authority's, or has limits that are not understood here.
 */
export function readIssuer(der: Uint8Array): Outcome<Certificate> {
  const read = readAnySignature(der)
  if (!read.ok) return read
  const { publicKey, isAuthority, usage, forUsers, unknownLimit } = read.value
  if (publicKey.algorithm === 'x25519') return failed('ERR_CERT_ALGORITHM')
  const issues = isAuthority && usage?.keyCertSign === true
  return issues && forUsers && !unknownLimit ? read : failed('ERR_CERT_USAGE')
}

function readAnySignature(der: Uint8Array): Outcome<Certificate> {
  if (der.length > MAX_CERTIFICATE_OCTETS) return failed('ERR_CERT_MALFORMED')
  const own = Uint8Array.from(der)
  const outer = itemsOf(readDer(own))
  const [signed, algorithm, bits] = outer ?? []
  const body = readBody(signed)
  const signatureOctets = wholeBitsOf(bits)
  if (outer?.length !== 3 || signed === undefined || algorithm === undefined) return malformed
  if (body === undefined || signatureOctets === undefined) return malformed
  // the algorithm stands twice, and only the inner one is signed
  if (!equal(algorithm.whole, body.algorithm.whole)) return malformed
  const signature = readSignature(algorithm, signatureOctets)
  const publicKey = readPublicKey(body.publicKey)
  if (!signature.ok) return signature
  if (!publicKey.ok) return publicKey
  return done({
    der: own,
    signed: signed.whole,
    signature: signature.value,
    ...body.names,
    publicKey: publicKey.value,
    ...body.extensions,
  })
}

const malformed = failed('ERR_CERT_MALFORMED')

interface Body {
  readonly algorithm: DerItem
  readonly publicKey: DerItem
  readonly names: Pick<Certificate, 'serial' | 'issuer' | 'subject' | 'notBefore' | 'notAfter'>
  readonly extensions: Extensions
}

/** TBSCertificate: [0] version 3, serial, algorithm, issuer, validity, subject, key, [3] extensions. */
function readBody(item: DerItem | undefined): Body | undefined {
  const [version, serialItem, algorithm, issuer, validity, subject, publicKey, ...rest] =
    itemsOf(item) ?? []
  const [number, ...noMore] = itemsOf(version, 0xa0) ?? []
  if (unsignedOf(number)?.[0] !== 2 || noMore.length > 0) return undefined
  const serial = unsignedOf(serialItem)
  const [from, to, ...neither] = itemsOf(validity) ?? []
  const [notBefore, notAfter] = [timeOf(from), timeOf(to)]
  if (notBefore === undefined || notAfter === undefined || neither.length > 0) return undefined
  if (serial === undefined || serial.length > 20 || algorithm === undefined) return undefined
  if (publicKey === undefined || !isName(issuer) || !isName(subject)) return undefined
  // unique identifiers, which could stand before the extensions, are used by nobody (RFC 5280 §4.1.2.8)
  const [list, ...lists] = itemsOf(rest[0], 0xa3) ?? []
  const extensions = readExtensions(list)
  if (extensions === undefined || rest.length > 1 || lists.length > 0) return undefined
  const names = {
    serial,
    issuer: issuer.whole,
    subject: subject.whole,
    notBefore,
    notAfter,
  }
  return { algorithm, publicKey, names, extensions }
}

/** A Name: SEQUENCE of SET of SEQUENCE (RFC 5280 §4.1.2.4). */
function isName(item: DerItem | undefined): item is DerItem {
  const sets = itemsOf(item)?.map((set) => itemsOf(set, TAG.set))
  return sets?.every((set) => set?.every(isAttribute) === true) === true
}

function isAttribute(item: DerItem): boolean {
  const parts = itemsOf(item)
  return parts?.length === 2 && oidOf(parts[0]) !== undefined
}

/** SubjectPublicKeyInfo (RFC 5480 §2, RFC 8410 §4). */
function readPublicKey(item: DerItem): Outcome<CertifiedKey> {
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

function readSignature(algorithm: DerItem, octets: Uint8Array): Outcome<Signature> {
  const [name, ...parameters] = itemsOf(algorithm) ?? []
  const id = oidOf(name)
  if (id === undefined) return malformed
  if (id !== OID.ed25519 && id !== OID.ecdsaSha256) return done({ scheme: 'other' })
  if (parameters.length > 0) return malformed
  if (id === OID.ed25519)
    return octets.length === 64 ? done({ scheme: 'ed25519', octets }) : malformed
  const joined = joinedSignature(octets)
  return joined === undefined ? malformed : done({ scheme: 'ecdsa-p256', octets: joined })
}

/**
 * r ‖ s, 64 octets, of an ECDSA signature in DER (RFC 3279 §2.2.3); `undefined` unless it is the one encoding of two
 * numbers that are not zero and have at most 32 octets.
 */
export function joinedSignature(der: Uint8Array): Uint8Array | undefined {
  const parts = itemsOf(readDer(der))
  const [r, s] = [unsignedOf(parts?.[0]), unsignedOf(parts?.[1])]
  if (parts?.length !== 2 || r === undefined || s === undefined) return undefined
  if (r.length > 32 || s.length > 32 || r[0] === 0 || s[0] === 0) return undefined
  const joined = new Uint8Array(64)
  joined.set(r, 32 - r.length)
  joined.set(s, 64 - s.length)
  return joined
}

const OID = {
  ecKey: '1.2.840.10045.2.1',
  p256: '1.2.840.10045.3.1.7',
  ecdsaSha256: '1.2.840.10045.4.3.2',
  ed25519: '1.3.101.112',
  x25519: '1.3.101.110',
} as const
