import { concat, hmacSha256, utf8, type Random } from '../../crypto/index.ts'
import { chacha20poly1305 } from '../../crypto/more.ts'
import { Secret } from '../../crypto/secret.ts'
import { encodeCbor } from '../../wire/cbor.ts'
import { list, tuple, string, type Carried } from '../../wire/schema.ts'
import { statementOctets, type Statement } from '../../wire/statement.ts'
import { invitationTag, type InvitationKeys } from './invitation.ts'
import { certificates, trustedIssuer } from './messages.ts'
import { INVITATION_ID_OCTETS } from './sizes.ts'
import type { Place } from './statements.ts'

/*
 * What goes to and fro under an invitation: what its holder seals for the server, and the tags by which either knows that
 * the other has made what came.
 */

/** Octets of a chip's sign-in key, and of each of an invitation's secret keys. */
export const SECRET_OCTETS = 32

const NONCE_OCTETS = 12

/** `octets` sealed under an invitation: a random nonce, then the ciphertext. */
export function sealUnder(
  { id, seal }: Pick<InvitationKeys, 'id' | 'seal'>,
  octets: Uint8Array,
  random: Random,
): Uint8Array {
  const nonce = random(NONCE_OCTETS)
  const key = chacha20poly1305.key(seal)
  try {
    return concat(nonce, key.seal(nonce, octets, id))
  } finally {
    key.wipe()
  }
}

/** What was sealed under this invitation; undefined if anything was altered. */
export function openUnder(
  { id, seal }: Pick<InvitationKeys, 'id' | 'seal'>,
  sealed: Uint8Array,
): Uint8Array | undefined {
  if (sealed.length < NONCE_OCTETS) return undefined
  const key = chacha20poly1305.key(seal)
  try {
    return key.open(sealed.subarray(0, NONCE_OCTETS), sealed.subarray(NONCE_OCTETS), id)
  } finally {
    key.wipe()
  }
}

/** An invitation's keys as they are kept and sent, 80 octets: id, then the key of tags, then that of seals. */
export function invitationKeysOctets({ id, mac, seal }: InvitationKeys): Uint8Array {
  return concat(id, mac.expose(), seal.expose())
}

/** Reads what {@link invitationKeysOctets} wrote; undefined if it is not of its length. */
export function readInvitationKeys(octets: Uint8Array): InvitationKeys | undefined {
  if (octets.length !== INVITATION_ID_OCTETS + 2 * SECRET_OCTETS) return undefined
  const second = INVITATION_ID_OCTETS + SECRET_OCTETS
  return {
    id: octets.slice(0, INVITATION_ID_OCTETS),
    mac: new Secret(octets.slice(INVITATION_ID_OCTETS, second)),
    seal: new Secret(octets.slice(second)),
  }
}

/**
 * The tag of `Enrol`, 32 octets: over the statement, its signature, and the recovery code's keys as they were sealed, so
 * that nobody between puts in others.
 */
export function enrolTag(
  mac: Secret,
  statement: Statement,
  signature: Uint8Array,
  recovery: Uint8Array | null,
): Uint8Array {
  return invitationTag(mac, 'enrol', encodeCbor([statementOctets(statement), signature, recovery]))
}

/** The tag of `EnrolChip`, 32 octets. */
export function enrolChipTag(
  mac: Secret,
  { serverName, serverId, terminal }: Place,
  invitation: Uint8Array,
  sealed: Uint8Array,
): Uint8Array {
  const what = [serverName, serverId, terminal, invitation, sealed]
  return invitationTag(mac, 'enrol-chip', encodeCbor(what))
}

const issuers = list(trustedIssuer, 16)
const issued = tuple({ user: string(254), certificates, issuers })

/** The tag of `Issued`, 32 octets: in answer to the enrolment whose tag was `enrolled`. */
export function issuedTag(
  mac: Secret,
  enrolled: Uint8Array,
  { user, certificates, issuers }: Carried<typeof issued>,
): Uint8Array {
  const what = issued.write({ user, certificates, issuers })
  return invitationTag(mac, 'issued', encodeCbor([enrolled, what]))
}

/** K_signin of a terminal whose chip holds `root`: 32 octets. Neither tells of the other, nor of other terminals' keys. */
export function chipKey(root: Secret, terminal: Uint8Array): Secret {
  return new Secret(hmacSha256(root, utf8('hufu/1 signin'), terminal))
}

/** A chip's tag over what it proves, 32 octets. */
export function chipTag(key: Secret, statement: Statement): Uint8Array {
  return hmacSha256(key, statementOctets(statement))
}
