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
import { done, failed, type Outcome } from '../../wire/errors.ts'
import type { MessageOf } from '../../wire/schema.ts'
import { statementOctets } from '../../wire/statement.ts'
import type { Tagged } from '../../wire/units.ts'
import type { OpenChallenge } from './challenges.ts'
import type { Prove, ProveChip } from './messages.ts'
import { HASH_OCTETS } from './sizes.ts'
import { chipStatement, keyStatement, type Act, type Place } from './statements.ts'

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

/**
 * Whether the certificates are good, and are those of the user who is claimed, and asked for.
 *
 * Codes: `ERR_USER_ID`, those of `verifyKey`, `ERR_CERT_USER`.
 */
export function judgeClaim(
  asked: OpenChallenge,
  { user, certificates }: { readonly user: string; readonly certificates: CertificatePair },
  { issuers, nowUnixMs, cache }: Grounds,
): Outcome<VerifiedKey> {
  if (!isUserId(user)) return failed('ERR_USER_ID')
  const key = verifyKey(certificates, issuers, nowUnixMs, cache)
  if (!key.ok) return key
  const asOther = asked.user !== null && asked.user !== user
  return key.value.user !== user || asOther ? failed('ERR_CERT_USER') : key
}
