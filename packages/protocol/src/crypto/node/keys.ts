import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'

import { MLKEM768_OCTETS } from '../mlkem768-sizes.ts'
import { buffer, plain } from './buffers.ts'

/** How Node names the kind of a raw key. */
export type RawKind =
  | { readonly asymmetricKeyType: 'x25519' | 'ed25519' | 'ml-kem-768' }
  | { readonly asymmetricKeyType: 'ec'; readonly namedCurve: 'P-256' }

/**
 * What stands before a public key in its SubjectPublicKeyInfo (RFC 8410 §4, RFC 9935 §4), and how many octets follow.
 * Node 24 asks of everything but a string whether it is a key object, by way of an exception, which costs more than the
 * import: so a key is read from its PEM.
 */
const SPKI: Readonly<
  Partial<Record<RawKind['asymmetricKeyType'], { readonly head: Buffer; readonly octets: number }>>
> = {
  x25519: { head: Buffer.from('302a300506032b656e032100', 'hex'), octets: 32 },
  ed25519: { head: Buffer.from('302a300506032b6570032100', 'hex'), octets: 32 },
  'ml-kem-768': {
    head: Buffer.from('308204b2300b0609608648016503040402038204a100', 'hex'),
    octets: MLKEM768_OCTETS.publicOctets,
  },
}

/** The public key object for `octets`, or `undefined` if OpenSSL refuses them. */
export function importPublic(kind: RawKind, octets: Uint8Array): KeyObject | undefined {
  const spki = SPKI[kind.asymmetricKeyType]
  try {
    if (spki?.octets === octets.length) return createPublicKey(pem(spki.head, octets))
    return createPublicKey({ ...kind, format: 'raw-public', key: buffer(octets) })
  } catch {
    return undefined
  }
}

function pem(head: Buffer, octets: Uint8Array): string {
  const letters = Buffer.concat([head, octets]).toString('base64')
  return `-----BEGIN PUBLIC KEY-----\n${letters}\n-----END PUBLIC KEY-----`
}

/** The private key object for `octets`, whose length and range the caller has checked. */
export function importPrivate(kind: RawKind, octets: Uint8Array): KeyObject {
  return createPrivateKey({ ...kind, format: 'raw-private', key: buffer(octets) })
}

/** The raw public half of a private key; for P-256 the uncompressed point. */
export function publicHalf(privateKey: KeyObject): Uint8Array {
  return plain(createPublicKey(privateKey).export({ format: 'raw-public' }))
}
