import { concat, utf8, type Random } from '../../crypto/index.ts'
import { chacha20poly1305 } from '../../crypto/more.ts'
import { Secret } from '../../crypto/secret.ts'
import type { CertificatePair } from '../../identity/security-key.ts'
import { encodeCbor } from '../../wire/cbor.ts'
import type { Carried } from '../../wire/schema.ts'
import { statementOctets, type Statement } from '../../wire/statement.ts'
import { invitationTag, type InvitationKeys } from './invitation.ts'
import { trustedIssuer } from './messages.ts'
import { HASH_OCTETS, INVITATION_ID_OCTETS } from './sizes.ts'
import type { Place } from './statements.ts'

/*
 * What goes between who has an invitation's code and the authority that made it: authentic by its `mac`, secret by its
 * `seal`, to whatever relays it.
 */

/** An issuer as it travels. */
export type CarriedIssuer = Carried<typeof trustedIssuer>

/** The tag of a key's enrolment, 32 octets: over what the new key signs, its signature, and the recovery code's keys. */
export function enrolmentTag(
  mac: Secret,
  statement: Statement,
  { signature, recovery }: { readonly signature: Uint8Array; readonly recovery: Uint8Array | null },
): Uint8Array {
  return invitationTag(mac, 'enrol', encodeCbor([statementOctets(statement), signature, recovery]))
}

/** The tag of the answer to an enrolment, 32 octets: nobody between puts in another user, certificate or issuer. */
export function issuedTag(
  mac: Secret,
  enrolment: Uint8Array,
  issued: {
    readonly user: string
    readonly certificates: CertificatePair
    readonly issuers: readonly CarriedIssuer[]
  },
): Uint8Array {
  const { user, certificates, issuers } = issued
  const pair = [certificates.signing, certificates.agreement]
  const trusted = issuers.map((issuer) => trustedIssuer.write(issuer))
  return invitationTag(mac, 'issued', encodeCbor([enrolment, user, pair, trusted]))
}

/** The tag of a chip's enrolment, 32 octets: for this terminal at this server only. */
export function chipEnrolmentTag(
  { id, mac }: Pick<InvitationKeys, 'id' | 'mac'>,
  { serverName, serverId, terminal }: Place,
  sealed: Uint8Array,
): Uint8Array {
  return invitationTag(mac, 'enrol-chip', encodeCbor([serverName, serverId, terminal, id, sealed]))
}

/** A recovery code's own keys, for the authority to keep: sealed under the invitation, 108 octets. */
export function sealRecovery(
  invitation: Pick<InvitationKeys, 'id' | 'seal'>,
  recovery: InvitationKeys,
  random: Random,
): Uint8Array {
  using plain = new Secret(concat(recovery.id, recovery.mac.expose(), recovery.seal.expose()))
  return sealed(invitation, 'recovery', plain, random)
}

/** What {@link sealRecovery} sealed; `undefined` if it was altered, or is something else. */
export function openRecovery(
  invitation: Pick<InvitationKeys, 'id' | 'seal'>,
  octets: Uint8Array,
): InvitationKeys | undefined {
  using plain = opened(invitation, 'recovery', octets)
  if (plain?.octets !== INVITATION_ID_OCTETS + 2 * HASH_OCTETS) return undefined
  const whole = plain.expose()
  const part = (from: number, octets: number): Uint8Array => whole.slice(from, from + octets)
  return {
    id: part(0, INVITATION_ID_OCTETS),
    mac: new Secret(part(INVITATION_ID_OCTETS, HASH_OCTETS)),
    seal: new Secret(part(INVITATION_ID_OCTETS + HASH_OCTETS, HASH_OCTETS)),
  }
}

/** A chip's sign-in key, for the authority to keep: sealed under the invitation, 60 octets. */
export function sealChipKey(
  invitation: Pick<InvitationKeys, 'id' | 'seal'>,
  key: Secret,
  random: Random,
): Uint8Array {
  return sealed(invitation, 'chip', key, random)
}

/** What {@link sealChipKey} sealed; `undefined` if it was altered, or is something else. */
export function openChipKey(
  invitation: Pick<InvitationKeys, 'id' | 'seal'>,
  octets: Uint8Array,
): Secret | undefined {
  const key = opened(invitation, 'chip', octets)
  return key?.octets === HASH_OCTETS ? key : undefined
}

type Content = 'recovery' | 'chip'
const NONCE_OCTETS = 12

/** nonce ‖ ciphertext ‖ tag. An invitation is used once, and the nonce is random besides. */
function sealed(
  { id, seal }: Pick<InvitationKeys, 'id' | 'seal'>,
  content: Content,
  plain: Secret,
  random: Random,
): Uint8Array {
  const nonce = random(NONCE_OCTETS)
  const key = chacha20poly1305.key(seal)
  const ciphertext = key.seal(nonce, plain.expose(), associated(content, id))
  key.wipe()
  return concat(nonce, ciphertext)
}

function opened(
  { id, seal }: Pick<InvitationKeys, 'id' | 'seal'>,
  content: Content,
  octets: Uint8Array,
): Secret | undefined {
  if (octets.length < NONCE_OCTETS) return undefined
  const key = chacha20poly1305.key(seal)
  const nonce = octets.subarray(0, NONCE_OCTETS)
  const plain = key.open(nonce, octets.subarray(NONCE_OCTETS), associated(content, id))
  key.wipe()
  return plain === undefined ? undefined : new Secret(plain)
}

function associated(content: Content, id: Uint8Array): Uint8Array {
  return concat(utf8(`hufu/1 invitation ${content}`), Uint8Array.of(0), id)
}
