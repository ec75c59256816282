import { equal, hmacSha256 } from '../../crypto/index.ts'
import type { Secret } from '../../crypto/secret.ts'
import type { CertificateCache } from '../../identity/certificate-cache.ts'
import type { CertificatePair } from '../../identity/security-key.ts'
import { isUserId } from '../../identity/user-id.ts'
import {
  verifyKey,
  verifySignature,
  type TrustedIssuer,
  type VerifiedKey,
} from '../../identity/verify.ts'
import { done, failed, type ErrorCode, type Outcome } from '../../wire/errors.ts'
import type { MessageOf } from '../../wire/schema.ts'
import { statementOctets } from '../../wire/statement.ts'
import type { Tagged } from '../../wire/units.ts'
import type { OpenChallenge } from './challenges.ts'
import { chipEnrolmentTag, enrolmentTag, openChipKey } from './invitation-seal.ts'
import type { InvitationKeys } from './invitation.ts'
import type { AddKey, Enrol, EnrolChip, Prove, ProveChip } from './messages.ts'
import { judgeNewKey, type ShownKey } from './new-key.ts'
import { HASH_OCTETS } from './sizes.ts'
import {
  chipStatement,
  enrolStatement,
  keyStatement,
  newKeyHash,
  type Act,
  type Place,
} from './statements.ts'

/*
 * The server's judgement of what a terminal shows: everything that follows from the message, the challenge, the connection
 * and the issuers. Whether a key is known, revoked, or its user suspended, its store says; it is asked when it is known that
 * whoever asks has the key, so that nobody else learns it.
 */

/** What a judgement rests on, none of it from the message. */
export interface Grounds {
  /** Of the connection, as its hello proved it. */
  readonly place: Place
  readonly issuers: readonly TrustedIssuer[]
  readonly nowUnixMs: number
  readonly cache?: CertificateCache
}

/** Somebody holds this user's key, is at this terminal now, and wants this. Only {@link judge} makes one. */
export type Proved = Tagged<
  {
    readonly act: Exclude<Act, 'add-key'>
    readonly key: VerifiedKey
    /** Of a release a terminal's communication ID, of a revocation a key's id, 32 octets; otherwise empty. */
    readonly subject: Uint8Array
  },
  'signature checked'
>

/**
 * Judges a key's proof for the challenge that was taken for it.
 *
 * Codes: `ERR_SIGNIN_CHALLENGE` if it was for a chip or a further key; `ERR_USER_ID`; `ERR_CERT_USER` if the user is not the
 * one that was asked for, or not the certificates'; those of `verifyKey`; `ERR_SIGNIN_PROOF`.
 */
export function judge(
  asked: OpenChallenge,
  message: MessageOf<typeof Prove>,
  grounds: Grounds,
): Outcome<Proved> {
  const { act } = asked
  if (asked.by !== 'key' || act === 'add-key') return failed('ERR_SIGNIN_CHALLENGE')
  const key = judgeClaim(asked, message, grounds)
  if (!key.ok) return key
  const { subject } = message
  if (subject.length !== (HAS_SUBJECT[act] ? HASH_OCTETS : 0)) return failed('ERR_SIGNIN_PROOF')
  const fresh = { challenge: asked.challenge, nonce: message.nonce }
  const statement = keyStatement(act, grounds.place, fresh, { ...message, subject })
  const signed = verifySignature(key.value.publicKeys, statement, message.signature)
  return signed ? done({ act, key: key.value, subject } as Proved) : failed('ERR_SIGNIN_PROOF')
}

const HAS_SUBJECT: Readonly<Record<Exclude<Act, 'add-key'>, boolean>> = {
  'sign-in': false,
  release: true,
  renew: false,
  'revoke-key': true,
}

/** A terminal's chip has asked for this, now. Only {@link judgeChip} makes one. */
export type ProvedChip = Tagged<
  { readonly act: 'sign-in' | 'release'; readonly user: string },
  'tag checked'
>

/**
 * Judges a chip's proof. A chip signs in, and releases, its own terminal only.
 *
 * Codes: `ERR_SIGNIN_CHALLENGE` if it was for a key or for another act; `ERR_CERT_USER` if another user was asked for;
 * `ERR_SIGNIN_PROOF`.
 *
 * @param chip what was enrolled for the terminal of the connection.
 */
export function judgeChip(
  asked: OpenChallenge,
  message: MessageOf<typeof ProveChip>,
  place: Place,
  chip: { readonly user: string; readonly key: Secret },
): Outcome<ProvedChip> {
  const { act, by, challenge } = asked
  if (by !== 'chip' || (act !== 'sign-in' && act !== 'release'))
    return failed('ERR_SIGNIN_CHALLENGE')
  if (asked.user !== null && asked.user !== chip.user) return failed('ERR_CERT_USER')
  const statement = chipStatement(act, place, { challenge, nonce: message.nonce }, chip.user)
  const expected = hmacSha256(chip.key, statementOctets(statement))
  return equal(expected, message.tag)
    ? done({ act, user: chip.user } as ProvedChip)
    : failed('ERR_SIGNIN_PROOF')
}

/** A key that its holder shows with an invitation, and what comes with it. Only {@link judgeEnrol} makes one. */
export type ShownEnrolment = Tagged<
  ShownKey & {
    /** The recovery code's own keys, sealed under the invitation: see `openRecovery`. */
    readonly recovery: Uint8Array | null
    /** The answer's tag is made over it: see `issuedTag`. */
    readonly tag: Uint8Array
  },
  'invitation checked'
>

/**
 * Judges an enrolment with an invitation that is still open.
 *
 * Codes: `ERR_ENROL_CODE` if it was not made by who has the invitation's code, for this terminal at this server; then those of
 * `judgeNewKey`.
 */
export function judgeEnrol(
  message: MessageOf<typeof Enrol>,
  invitation: Pick<InvitationKeys, 'id' | 'mac'> & { readonly user: string },
  grounds: Grounds,
): Outcome<ShownEnrolment> {
  const { fresh, nonce, signature, recovery, tag } = message
  const statement = enrolStatement(grounds.place, invitation.id, nonce, fresh)
  const expected = enrolmentTag(invitation.mac, statement, { signature, recovery })
  const invited = equal(invitation.id, message.invitation) && equal(expected, tag)
  if (!invited) return failed('ERR_ENROL_CODE')
  const shown = judgeNewKey(fresh, invitation.user, { statement, signature }, grounds)
  return shown.ok ? done({ ...shown.value, recovery, tag } as ShownEnrolment) : shown
}

/** A chip's sign-in key, that whoever has the invitation's code has put into this terminal. */
export type ShownChip = Tagged<{ readonly key: Secret }, 'invitation checked'>

/**
 * Judges a chip's enrolment with an invitation that is still open.
 *
 * Codes: `ERR_ENROL_CODE`.
 */
export function judgeEnrolChip(
  { invitation: id, sealed, tag }: MessageOf<typeof EnrolChip>,
  invitation: InvitationKeys,
  place: Place,
): Outcome<ShownChip> {
  const expected = chipEnrolmentTag(invitation, place, sealed)
  if (!equal(invitation.id, id) || !equal(expected, tag)) return failed('ERR_ENROL_CODE')
  const key = openChipKey(invitation, sealed)
  return key === undefined ? failed('ERR_ENROL_CODE') : done({ key } as ShownChip)
}

/** A further key that one of the user's keys vouches for. Only {@link judgeAddKey} makes one. */
export type ShownFurtherKey = Tagged<
  ShownKey & {
    /** The key that vouches. */
    readonly by: VerifiedKey
  },
  'signature checked'
>

/**
 * Judges a further key: both keys have signed the same statement, with the hash of the further one.
 *
 * Codes: `ERR_SIGNIN_CHALLENGE` if it was for something else; as {@link judge}; then those of `judgeNewKey`.
 */
export function judgeAddKey(
  asked: OpenChallenge,
  message: MessageOf<typeof AddKey>,
  grounds: Grounds,
): Outcome<ShownFurtherKey> {
  if (asked.by !== 'key' || asked.act !== 'add-key') return failed('ERR_SIGNIN_CHALLENGE')
  const key = judgeClaim(asked, message, grounds)
  if (!key.ok) return key
  const { fresh, nonce, signature, proof } = message
  const { challenge } = asked
  const by = { ...message, subject: newKeyHash(fresh) }
  const statement = keyStatement('add-key', grounds.place, { challenge, nonce }, by)
  if (!verifySignature(key.value.publicKeys, statement, signature))
    return failed('ERR_SIGNIN_PROOF')
  const shown = judgeNewKey(fresh, key.value.user, { statement, signature: proof }, grounds)
  return shown.ok ? done({ ...shown.value, by: key.value } as ShownFurtherKey) : shown
}

/** Whether the certificates are good, and are those of the user who is claimed, and asked for. */
function judgeClaim(
  asked: OpenChallenge,
  { user, certificates }: { readonly user: string; readonly certificates: CertificatePair },
  { issuers, nowUnixMs, cache }: Grounds,
): Outcome<VerifiedKey> {
  if (!isUserId(user)) return failed('ERR_USER_ID')
  const key = verifyKey(certificates, issuers, nowUnixMs, cache)
  if (!key.ok) return key
  const code: ErrorCode | undefined =
    key.value.user !== user || (asked.user !== null && asked.user !== user)
      ? 'ERR_CERT_USER'
      : undefined
  return code === undefined ? key : failed(code)
}
