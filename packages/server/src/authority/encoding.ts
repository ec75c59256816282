import { concat, sha256, unhex, utf8 } from '@hufu/protocol/crypto'
import type { CertifiedKey } from '@hufu/protocol/identity'

/*
 * The little DER (X.690) that certificates need beside what the library makes.
 */

/** SubjectPublicKeyInfo up to the key (RFC 8410 §4, RFC 5480 §2). */
const HEADS: Readonly<Record<CertifiedKey['algorithm'], Uint8Array>> = {
  ed25519: unhex('302a300506032b6570032100'),
  x25519: unhex('302a300506032b656e032100'),
  p256: unhex('3059301306072a8648ce3d020106082a8648ce3d030107034200'),
}

/** SubjectPublicKeyInfo of a public key. */
export function publicKeyInfo({ algorithm, octets }: CertifiedKey): Uint8Array {
  return concat(HEADS[algorithm], octets)
}

/** A key identifier: 20 octets of the SHA-256 over the key (RFC 7093 §2). */
export function keyIdentifier({ octets }: CertifiedKey): Uint8Array {
  return sha256(octets).slice(0, 20)
}

/** NameConstraints that permit rfc822Names of these hosts only (RFC 5280 §4.2.1.10). */
export function permittedHosts(hosts: readonly string[]): Uint8Array {
  const subtrees = hosts.map((host) => tagged(0x30, tagged(0x81, utf8(host))))
  return tagged(0x30, tagged(0xa0, concat(...subtrees)))
}

/** INTEGER of a number that is not negative (CRLNumber, RFC 5280 §5.2.3). */
export function integer(value: number): Uint8Array {
  const digits = value.toString(16)
  const octets = unhex(digits.length % 2 === 0 ? digits : `0${digits}`)
  return tagged(0x02, octets[0]! >= 0x80 ? concat(Uint8Array.of(0), octets) : octets)
}

function tagged(tag: number, content: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(tag, ...length(content.length)), content)
}

function length(octets: number): readonly number[] {
  if (octets < 0x80) return [octets]
  return octets < 0x100 ? [0x81, octets] : [0x82, octets >> 8, octets & 0xff]
}
