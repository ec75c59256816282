import type { HashName } from '../../crypto/index.ts'

/** A cipher suite of SFrame: sizes in octets, nonces of 12 and tags of 16 in both. */
export interface SframeSuite {
  /** As IANA has it. */
  readonly id: number
  readonly name: string
  readonly hash: HashName
  readonly keyOctets: number
}

/** The suites that frames are sealed under (RFC 9605 §4.5). Those with short tags are left out: a frame of 20 ms can bear 16 octets. */
export const SFRAME_SUITES = {
  4: { id: 4, name: 'AES_128_GCM_SHA256_128', hash: 'sha256', keyOctets: 16 },
  5: { id: 5, name: 'AES_256_GCM_SHA512_128', hash: 'sha512', keyOctets: 32 },
} as const satisfies Record<number, SframeSuite>

/** Octets of a salt, and so of a nonce. */
export const SFRAME_SALT_OCTETS = 12
/** Octets of a tag. */
export const SFRAME_TAG_OCTETS = 16
