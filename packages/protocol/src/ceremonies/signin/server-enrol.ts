import { equal } from '../../crypto/index.ts'
import type { Secret } from '../../crypto/secret.ts'
import { verifySignature, type VerifiedKey } from '../../identity/verify.ts'
import { done, failed, type Outcome } from '../../wire/errors.ts'
import type { MessageOf } from '../../wire/schema.ts'
import type { Tagged } from '../../wire/units.ts'
import type { OpenChallenge } from './challenges.ts'
import { chipEnrolmentTag, enrolmentTag, openChipKey } from './invitation-seal.ts'
import type { InvitationKeys } from './invitation.ts'
import type { AddKey, Enrol, EnrolChip } from './messages.ts'
import { judgeNewKey, type ShownKey } from './new-key.ts'
import { judgeClaim, type Grounds } from './server.ts'
import { enrolStatement, keyStatement, newKeyHash, type Place } from './statements.ts'

/* The server's judgement of what is to be enrolled: with an invitation, or by a key that the user has. */

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
