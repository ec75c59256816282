import type { Random } from '@hufu/protocol/crypto'
import {
  enrolled,
  type KeyHolder,
  type KeyKind,
  type SecurityKey,
  type TrustedIssuer,
} from '@hufu/protocol/identity'
import {
  addKey,
  checkEnrolled,
  checkIssued,
  enrol,
  enrolChip,
  invitationKeys,
  newInvitation,
  openPasskey,
  parseInvitation,
  readIssuers,
  type Enrolment,
  type InvitationKeys,
  type NewKeyExtras,
  type PasskeyPlace,
} from '@hufu/protocol/signin'
import { HufuError } from '@hufu/protocol/wire'
import type { Chip } from './chip.ts'
import { codeOf, userOf, valueOf, type Proofs } from './proofs.ts'
import type { Requests } from './requests.ts'

/*
 * What concerns a user's keys and a terminal's chip themselves: enrolled, added, renewed, revoked, listed. The protocol's own
 * functions say what is signed and what an answer is worth.
 */

/** A key that has just been enrolled. */
export interface Enrolled {
  readonly key: SecurityKey
  /** Unix milliseconds when its certificates end. */
  readonly expires: number
  /** Whom to trust from now on to certify users: the invitation speaks for them. */
  readonly issuers: readonly TrustedIssuer[]
  /** A code that enrols another key when this one is lost: to be shown once. */
  readonly recovery: string
}

/** One of a user's keys, as the server has it. */
export interface ListedKey {
  /** 32 octets. */
  readonly keyId: Uint8Array
  readonly kind: KeyKind
  /** Unix milliseconds; null if it never was. */
  readonly created: number
  readonly lastUsed: number | null
  readonly revoked: number | null
}

/** Acts on keys. Every promise rejects as those of `Signin`. */
export interface KeyActs {
  /**
   * Enrols a key. `invitation`: as it was typed. `extras`: its certificates, where another issuer has made them; what it is
   * sealed under, if that is a passkey.
   *
   * Rejects with `ERR_ENROL_CODE` too if it is no invitation, or the answer was not made by who made it.
   */
  enrol(holder: KeyHolder, invitation: string, extras?: NewKeyExtras): Promise<Enrolled>
  /** Has a user's key vouch for a further one of the same user. */
  addKey(
    by: SecurityKey,
    holder: KeyHolder,
    extras?: NewKeyExtras,
  ): Promise<Pick<Enrolled, 'key' | 'expires'>>
  /**
   * The key that is sealed under a passkey, and whom the server says to trust: nothing but the server speaks for that.
   *
   * Rejects with `ERR_KEY_UNKNOWN` if nothing is, and with the codes of `openPasskey`.
   */
  unseal(place: PasskeyPlace): Promise<Pick<Enrolled, 'key' | 'issuers'>>
  /** The keys of the user who is signed in here, the oldest first. Rejects with `ERR_SIGNIN_NONE`. */
  keys(): Promise<readonly ListedKey[]>
  /** New certificates for a key. */
  renew(key: SecurityKey): Promise<Pick<Enrolled, 'key' | 'expires'>>
  /** Revokes a key of the same user. @param keyId 32 octets */
  revokeKey(by: SecurityKey, keyId: Uint8Array): Promise<void>
  /** Enrols this terminal's chip, and resolves to the user whom it signs in from now on. */
  enrolChip(chip: Chip, invitation: string): Promise<string>
}

export interface KeyActsPorts {
  readonly requests: Requests
  readonly proofs: Proofs
  readonly random: Random
  /** Whom this terminal trusts already. */
  readonly issuers: () => readonly TrustedIssuer[]
  readonly nowUnixMs: () => number
}

/** Acts on keys over these requests. */
export function keyActs({ requests, proofs, random, issuers, nowUnixMs }: KeyActsPorts): KeyActs {
  /** Who has lost the answer gets it again, as the server knows the key. */
  const enrolAt = async (
    holder: KeyHolder,
    invitation: InvitationKeys,
    what: NewKeyExtras & { readonly recovery: InvitationKeys },
    tries: number,
  ): Promise<Enrolment> => {
    const ref = await requests.begin()
    const place = requests.place()
    const { message, awaited } = await enrol(holder, invitation, { ...what, ref, place }, random)
    try {
      const issued = await requests.exchange(message, 'signin.issued')
      return valueOf(checkEnrolled(awaited, issued, nowUnixMs()))
    } catch (error) {
      if (tries <= 1 || codeOf(error) !== 'ERR_UNREACHABLE') throw error
      return enrolAt(holder, invitation, what, tries - 1)
    }
  }

  return {
    async enrol(holder, invitation, extras) {
      const keys = invitationKeys(codeFrom(invitation))
      const recovery = newInvitation(random)
      const what = { ...extras, recovery: invitationKeys(recovery) }
      const { key, issuers } = await enrolAt(holder, keys, what, ENROL_TRIES)
      return {
        key: enrolled(holder, key.user, key.certificates),
        expires: key.expires,
        issuers,
        recovery,
      }
    },
    async addKey(by, holder, extras) {
      const challenge = await proofs.challenge('add-key', 'key', by.user)
      const what = { ...extras, place: requests.place(), random }
      const message = await addKey(by, holder, challenge, what)
      const issued = await requests.exchange(message, 'signin.issued')
      const own = { publicKeys: holder.publicKeys, user: by.user }
      const checked = valueOf(checkIssued(own, issued, issuers(), nowUnixMs()))
      return { key: enrolled(holder, by.user, checked.certificates), expires: checked.expires }
    },
    async unseal(place) {
      const ref = await requests.begin()
      const { credential } = place
      const sealed = await requests.exchange(
        { type: 'signin.unseal', ref, credential },
        'signin.sealed',
      )
      const key = valueOf(await openPasskey(sealed, place))
      return { key, issuers: valueOf(readIssuers(sealed.issuers)) }
    },
    async keys() {
      const ref = await requests.begin()
      return (await requests.exchange({ type: 'signin.keys', ref }, 'signin.listed')).keys
    },
    async renew(key) {
      const issued = await requests.exchange(await proofs.byKey(key, 'renew'), 'signin.issued')
      const checked = valueOf(checkIssued(key, issued, issuers(), nowUnixMs()))
      return { key: enrolled(key, key.user, checked.certificates), expires: checked.expires }
    },
    async revokeKey(by, keyId) {
      await requests.exchange(await proofs.byKey(by, 'revoke-key', keyId), 'signin.done')
    },
    async enrolChip(chip, invitation) {
      const keys = invitationKeys(codeFrom(invitation))
      const ref = await requests.begin()
      const place = requests.place()
      using secret = await chip.signinKey(place.terminal)
      const message = enrolChip(secret, keys, { ref, place }, random)
      await requests.exchange(message, 'signin.done')
      return userOf(await proofs.challenge('sign-in', 'chip', null))
    },
  }
}

/** How often an enrolment is tried whose answer is lost. Our choice. */
const ENROL_TRIES = 3

function codeFrom(typed: string): string {
  const code = parseInvitation(typed)
  if (code === undefined)
    throw new HufuError('ERR_ENROL_CODE', 'an invitation has seven groups of four characters')
  return code
}
