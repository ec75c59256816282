import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'

import { buffer, plain } from './buffers.ts'

/** How Node names the kind of a raw key. */
export type RawKind =
  | { readonly asymmetricKeyType: 'x25519' | 'ed25519' | 'ml-kem-768' }
  | { readonly asymmetricKeyType: 'ec'; readonly namedCurve: 'P-256' }

/** The public key object for `octets`, or `undefined` if OpenSSL refuses them. */
export function importPublic(kind: RawKind, octets: Uint8Array): KeyObject | undefined {
  try {
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
