import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'

import { buffer, plain } from './buffers.ts'

/** How Node names the kind of a raw key. */
export type RawKind =
  | { readonly asymmetricKeyType: 'x25519' | 'ed25519' | 'ml-kem-768' }
  | { readonly asymmetricKeyType: 'ec'; readonly namedCurve: 'P-256' }

/**
 * The first 16 letters of a public key's PEM, up to its 32 octets (RFC 8410 §4: twelve octets come before them). Node 24
 * asks of everything but a string whether it is a key object, by way of an exception, which costs twice the import.
 */
const PEM_START: Readonly<Partial<Record<RawKind['asymmetricKeyType'], string>>> = {
  x25519: '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VuAyEA',
  ed25519: '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA',
}
const PEM_END = '\n-----END PUBLIC KEY-----'

/** The public key object for `octets`, or `undefined` if OpenSSL refuses them. */
export function importPublic(kind: RawKind, octets: Uint8Array): KeyObject | undefined {
  const start = PEM_START[kind.asymmetricKeyType]
  try {
    if (start !== undefined && octets.length === 32)
      return createPublicKey(start + buffer(octets).toString('base64') + PEM_END)
    return createPublicKey({ ...kind, format: 'raw-public', key: buffer(octets) })
  } catch {
    return undefined
  }
}

/** The private key object for `octets`, whose length and range the caller has checked. */
export function importPrivate(kind: RawKind, octets: Uint8Array): KeyObject {
  return createPrivateKey({ ...kind, format: 'raw-private', key: buffer(octets) })
}

/** The raw public half of a private key; for P-256 the uncompressed point. */
export function publicHalf(privateKey: KeyObject): Uint8Array {
  return plain(createPublicKey(privateKey).export({ format: 'raw-public' }))
}
