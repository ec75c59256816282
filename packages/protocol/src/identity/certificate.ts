import { equal } from '../crypto/index.ts'
import { done, failed, type Outcome } from '../wire/errors.ts'
import { readPublicKey, readSignature, type CertifiedKey, type Signature } from './certified-key.ts'
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
  if (number?.content.join() !== '2' || number.tag !== TAG.integer || noMore.length > 0)
    return undefined
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
