import { encodeCbor } from '../../wire/cbor.ts'
import { sha256 } from '../../crypto/index.ts'
import { MAX_CERTIFICATE_OCTETS } from '../../identity/key-id.ts'
import { MAX_USER_ID } from '../../identity/user-id.ts'
import { bytes, string, tuple, type Carried, type Field } from '../../wire/schema.ts'
import { TERMINAL_ID_OCTETS } from '../../wire/connection.ts'
import { RANDOM_OCTETS, SEALING_OCTETS, SIGNATURE_OCTETS, SIGNING_OCTETS } from './sizes.ts'

const certificate = bytes(1, MAX_CERTIFICATE_OCTETS)

/** A KEY's two certificates, DER. */
export const certificates: Field<{
  readonly signing: Uint8Array
  readonly agreement: Uint8Array
}> = tuple({ signing: certificate, agreement: certificate })

const fields = {
  user: string(MAX_USER_ID),
  certificates,
  /** Communication ID of the terminal that is in the call. */
  terminal: bytes(TERMINAL_ID_OCTETS),
  /** Who had this user rung, and the R1 that came with it. Of the initiator: itself. */
  host: string(MAX_USER_ID),
  r1: bytes(RANDOM_OCTETS),
  /** The member's own random number; also the first nonce that it wants secrets sealed with. */
  r2: bytes(RANDOM_OCTETS),
  /** Per-call Ed25519 key. */
  signing: bytes(SIGNING_OCTETS),
  /** Per-call X-Wing key. */
  sealing: bytes(SEALING_OCTETS),
  /** Communication ID of the connection that media goes by. */
  media: bytes(TERMINAL_ID_OCTETS),
  /** S1: the KEY's, over `joinStatement`. */
  signature: bytes(SIGNATURE_OCTETS),
} as const

/** How a bundle travels. */
export const bundle: Field<Bundle> = tuple(fields)

/** What a member is in a call, under its KEY's signature S1 (A9). */
export type Bundle = { readonly [N in keyof typeof fields]: Carried<(typeof fields)[N]> }

/** A hash over a whole bundle, S1 and all, 32 octets: what S2 names it by. */
export function bundleHash(of: Bundle): Uint8Array {
  return sha256(encodeCbor(bundle.write(of)))
}
