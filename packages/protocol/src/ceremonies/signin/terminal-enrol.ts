import { equal, type Random } from '../../crypto/index.ts'
import type { Secret } from '../../crypto/secret.ts'
import { readIssuer } from '../../identity/certificate.ts'
import { keyIdOf } from '../../identity/key-id.ts'
import type { KeyHolder, PublicKeys, SecurityKey } from '../../identity/security-key.ts'
import { verifyKey, type TrustedIssuer, type VerifiedKey } from '../../identity/verify.ts'
import { done, failed, type Outcome } from '../../wire/errors.ts'
import type { MessageOf } from '../../wire/schema.ts'
import {
  chipEnrolmentTag,
  enrolmentTag,
  issuedTag,
  sealChipKey,
  sealRecovery,
  type CarriedIssuer,
} from './invitation-seal.ts'
import type { InvitationKeys } from './invitation.ts'
import type { AddKey, Enrol, EnrolChip, Issued } from './messages.ts'
import { newKeyOf, type NewKeyExtras } from './new-key.ts'
import { NONCE_OCTETS } from './sizes.ts'
import { enrolStatement, keyStatement, newKeyHash, type Place } from './statements.ts'
import type { ChallengeMessage } from './terminal.ts'

/* The terminal's part in enrolling keys and chips, and its check of what it gets for them. */

/** What is kept until an enrolment is answered. */
export interface AwaitedEnrolment {
  readonly publicKeys: PublicKeys
  readonly mac: Secret
  readonly tag: Uint8Array
}

/**
 * Enrols a key with an invitation.
 *
 * Rejects as the key's `sign` does.
 *
 * @param what.recovery the keys of a new recovery code, which the authority is to keep.
 */
export async function enrol(
  holder: KeyHolder,
  invitation: InvitationKeys,
  what: NewKeyExtras & {
    readonly ref: number
    readonly place: Place
    readonly recovery?: InvitationKeys
  },
  random: Random,
): Promise<{ readonly message: MessageOf<typeof Enrol>; readonly awaited: AwaitedEnrolment }> {
  const fresh = newKeyOf(holder, what)
  const nonce = random(NONCE_OCTETS)
  const recovery =
    what.recovery === undefined ? null : sealRecovery(invitation, what.recovery, random)
  const statement = enrolStatement(what.place, invitation.id, nonce, fresh)
  const signature = await holder.sign(statement)
  const tag = enrolmentTag(invitation.mac, statement, { signature, recovery })
  const { id, mac } = invitation
  return {
    message: {
      type: 'signin.enrol',
      ref: what.ref,
      invitation: id,
      fresh,
      recovery,
      nonce,
      signature,
      tag,
    },
    awaited: { publicKeys: holder.publicKeys, mac, tag },
  }
}

/** Enrols the terminal's chip with an invitation. */
export function enrolChip(
  key: Secret,
  invitation: InvitationKeys,
  { ref, place }: { readonly ref: number; readonly place: Place },
  random: Random,
): MessageOf<typeof EnrolChip> {
  const sealed = sealChipKey(invitation, key, random)
  const tag = chipEnrolmentTag(invitation, place, sealed)
  return { type: 'signin.enrol-chip', ref, invitation: invitation.id, sealed, tag }
}

/**
 * Has the user's key vouch for a further one.
 *
 * Rejects as the `sign` of either does.
 */
export async function addKey(
  key: SecurityKey,
  holder: KeyHolder,
  { ref, challenge }: Pick<ChallengeMessage, 'ref' | 'challenge'>,
  what: NewKeyExtras & { readonly place: Place; readonly random: Random },
): Promise<MessageOf<typeof AddKey>> {
  const fresh = newKeyOf(holder, what)
  const nonce = what.random(NONCE_OCTETS)
  const { user, certificates } = key
  const by = { user, certificates, subject: newKeyHash(fresh) }
  const statement = keyStatement('add-key', what.place, { challenge, nonce }, by)
  const signature = await key.sign(statement)
  const proof = await holder.sign(statement)
  return { type: 'signin.add', ref, user, nonce, certificates, signature, fresh, proof }
}

/** What an enrolment gives: a key with its certificates, and whom to trust from now on. */
export interface Enrolment {
  readonly key: VerifiedKey
  readonly issuers: readonly TrustedIssuer[]
}

/**
 * Checks the answer to an enrolment: that who made the invitation made it, for this key.
 *
 * Codes: `ERR_ENROL_CODE` for a tag that is wrong or not there; those of `readIssuer`; as {@link checkIssued}.
 */
export function checkEnrolled(
  { publicKeys, mac, tag }: AwaitedEnrolment,
  issued: MessageOf<typeof Issued>,
  nowUnixMs: number,
): Outcome<Enrolment> {
  const expected = issuedTag(mac, tag, issued)
  if (issued.tag === null || !equal(issued.tag, expected)) return failed('ERR_ENROL_CODE')
  const issuers = readIssuers(issued.issuers)
  if (!issuers.ok) return issuers
  const own = { publicKeys, user: issued.user }
  const key = checkIssued(own, issued, issuers.value, nowUnixMs)
  return key.ok ? done({ key: key.value, issuers: issuers.value }) : key
}

/**
 * Checks certificates that a key has got, by renewal or as a further key. No invitation speaks for the issuers in the message,
 * so they are not looked at: `issuers` are those that the terminal trusts already.
 *
 * Codes: those of `verifyKey`; `ERR_CERT_USER` for another user's; `ERR_ENROL_KEYS` for another key's.
 */
export function checkIssued(
  own: { readonly publicKeys: PublicKeys; readonly user: string },
  { user, certificates }: Pick<MessageOf<typeof Issued>, 'user' | 'certificates'>,
  issuers: readonly TrustedIssuer[],
  nowUnixMs: number,
): Outcome<VerifiedKey> {
  const verified = verifyKey(certificates, issuers, nowUnixMs)
  if (!verified.ok) return verified
  const { publicKeys } = verified.value
  if (!equal(keyIdOf(publicKeys), keyIdOf(own.publicKeys))) return failed('ERR_ENROL_KEYS')
  return user === own.user && verified.value.user === user ? verified : failed('ERR_CERT_USER')
}

/**
 * The issuers of a message, read. All or none.
 *
 * Codes: those of `readIssuer`.
 */
export function readIssuers(carried: readonly CarriedIssuer[]): Outcome<readonly TrustedIssuer[]> {
  const issuers: TrustedIssuer[] = []
  for (const { certificate, namespaces, ours } of carried) {
    const read = readIssuer(certificate)
    if (!read.ok) return read
    issuers.push({ certificate: read.value, namespaces, ours })
  }
  return done(issuers)
}
