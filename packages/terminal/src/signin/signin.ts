import { equal } from '@hufu/protocol/crypto'
import type {
  CertificatePair,
  KeyHolder,
  KeyKind,
  SecurityKey,
  TrustedIssuer,
} from '@hufu/protocol/identity'
import { enrolled, isUserId } from '@hufu/protocol/identity'
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
  prove,
  proveByChip,
  readIssuers,
  type Act,
  type Enrolment,
  type InvitationKeys,
  type NewKeyExtras,
  type PasskeyPlace,
} from '@hufu/protocol/signin'
import { after, HufuError, isErrorCode, type ErrorCode, type Outcome } from '@hufu/protocol/wire'
import type { Line } from '../connection/line.ts'
import type { FromServer } from '../connection/messages.ts'
import type { Chip } from './chip.ts'
import { startRequests, type AnswerOf } from './requests.ts'

/*
 * What a user does with a KEY, or a terminal with its chip, at a server: enrol, sign in, stay, release (A1, A4–A6). Each act
 * is asked for, challenged, proved and answered; the protocol's own functions say what is signed and what an answer is worth.
 */

/** What happens by itself. */
export type SigninEvent =
  /** The user is signed in at this terminal, or still is. */
  | ({ readonly type: 'bound' } & SignedIn)
  /** Nobody is any more, and why. `reason`: an operator's own words, empty if there are none. */
  | {
      readonly type: 'released'
      readonly user: string
      readonly code: ErrorCode
      readonly reason: string
    }
  /** The key that signed in has new certificates: to be kept. */
  | { readonly type: 'renewed'; readonly user: string; readonly certificates: CertificatePair }
  /** What was to be done by itself was not: the sign-in or the certificates end as they would have. */
  | { readonly type: 'unrenewed'; readonly code: ErrorCode }

/** A user who is signed in at this terminal. */
export interface SignedIn {
  readonly user: string
  readonly by: 'key' | 'chip'
  /** Unix milliseconds. */
  readonly since: number
  readonly expires: number
}

/** Who is signed in here, and where else the same user is. */
export interface Whereabouts {
  readonly here: SignedIn | undefined
  readonly elsewhere: readonly {
    /** Communication ID, 32 octets. */
    readonly terminal: Uint8Array
    readonly since: number
    readonly expires: number
    readonly connected: boolean
  }[]
}

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

export interface SigninOptions {
  readonly line: Line
  /** Whom this terminal trusts already, from its enrolments: renewed certificates must be theirs. */
  readonly issuers: () => readonly TrustedIssuer[]
  readonly on?: (event: SigninEvent) => void
  /** The wall clock, the platform's if undefined. */
  readonly nowUnixMs?: () => number
}

/**
 * Signing in over a line.
 *
 * Every promise rejects with {@link HufuError}: what the server refuses it with, any of `ERR_SIGNIN_…`, `ERR_KEY_…`,
 * `ERR_USER_…`, `ERR_CERT_…`, `ERR_TERMINAL_IN_USE`, `ERR_CHIP_UNKNOWN`, `ERR_RELEASE_REFUSED`, `ERR_ENROL_…`,
 * `ERR_AUTHORITY`; what the key refuses it with; `ERR_UNREACHABLE`, `ERR_INTERRUPTED` and the connection's own codes.
 */
export interface Signin {
  /** Users who have signed in at this terminal before, the latest first. */
  offered(): Promise<readonly string[]>
  /** Signs in here. Certificates near their end are renewed on the way; that this failed is only told. */
  signIn(by: SecurityKey | Chip): Promise<SignedIn>
  /** Signs in here, and again whenever half of the time is over, until `close` or somebody ends it. */
  stay(by: SecurityKey | Chip): Promise<SignedIn>
  /** Ends the sign-in here or, with the key, at another terminal of the same user. */
  release(by: SecurityKey | Chip, terminal?: Uint8Array): Promise<void>
  whereabouts(): Promise<Whereabouts>
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
  /** Gives up its share in the line; a sign-in stays. */
  close(): void
}

/** Starts on `line`, which must carry `ALL_MESSAGES`. */
export function startSignin(options: SigninOptions): Signin {
  const { line, issuers } = options
  const { clock, random } = line
  const on = options.on ?? ((): void => undefined)
  const nowUnixMs = options.nowUnixMs ?? Date.now
  let bound: SignedIn | undefined
  let cancelStay: () => void = () => undefined

  const requests = startRequests(line, {
    open() {
      // It may have ended while nobody could be told.
      if (bound !== undefined) void whereabouts().catch(() => undefined)
    },
    told(message) {
      if (message.type === 'signin.released') released(message)
    },
  })

  const released = ({ user, code, reason }: Released): void => {
    if (bound?.user === user) bound = undefined
    if (bound === undefined) cancelStay()
    const known = isErrorCode(code) ? code : 'ERR_BINDING_RELEASED'
    on({ type: 'released', user, code: known, reason })
  }

  const challenged = async (
    act: Act,
    by: 'key' | 'chip',
    user: string | null,
  ): Promise<AnswerOf<'signin.challenge'>> => {
    const ref = await requests.begin()
    return requests.exchange({ type: 'signin.ask', ref, act, by, user }, 'signin.challenge')
  }

  /** Proves an act by a key. */
  const proof = async (
    key: SecurityKey,
    act: Exclude<Act, 'add-key'>,
    subject?: Uint8Array,
  ): Promise<Parameters<typeof requests.exchange>[0]> => {
    const challenge = await challenged(act, 'key', key.user)
    const what = { act, place: requests.place(), ...(subject === undefined ? {} : { subject }) }
    return prove(key, challenge, what, random)
  }

  const chipProof = async (
    chip: Chip,
    act: 'sign-in' | 'release',
  ): Promise<Parameters<typeof requests.exchange>[0]> => {
    const challenge = await challenged(act, 'chip', null)
    const { user } = challenge
    if (user === null) throw new HufuError('ERR_CHIP_UNKNOWN')
    const place = requests.place()
    using secret = await chip.signinKey(place.terminal)
    return proveByChip(secret, challenge, { act, place, user }, random)
  }

  const signIn = async (by: SecurityKey | Chip): Promise<SignedIn> => {
    const message = isKey(by) ? await proof(by, 'sign-in') : await chipProof(by, 'sign-in')
    const {
      user,
      since,
      expires,
      renew,
      by: kind,
    } = await requests.exchange(message, 'signin.bound')
    if (isKey(by) && user !== by.user) throw new HufuError('ERR_CERT_USER', user)
    bound = { user, by: kind, since, expires }
    const now = bound
    on({ type: 'bound', ...now })
    if (renew && isKey(by)) await renewSilently(by)
    return now
  }

  const renewSilently = async (key: SecurityKey): Promise<void> => {
    try {
      const { key: renewed } = await renewKey(key)
      on({ type: 'renewed', user: renewed.user, certificates: renewed.certificates })
    } catch (error) {
      on({ type: 'unrenewed', code: codeOf(error) })
    }
  }

  const renewKey: Signin['renew'] = async (key) => {
    const message = await proof(key, 'renew')
    const issued = await requests.exchange(message, 'signin.issued')
    const checked = valueOf(checkIssued(key, issued, issuers(), nowUnixMs()))
    return { key: enrolled(key, key.user, checked.certificates), expires: checked.expires }
  }

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

  const whereabouts = async (): Promise<Whereabouts> => {
    const ref = await requests.begin()
    const { here, elsewhere } = await requests.exchange(
      { type: 'signin.where', ref },
      'signin.here',
    )
    if (bound !== undefined && here?.user !== bound.user)
      released({ user: bound.user, code: 'ERR_BINDING_RELEASED', reason: '' })
    bound = here ?? undefined
    return { here: bound, elsewhere }
  }

  /** Signs in again at half of what is left, so that a server that is away for a while ends nothing. */
  const keepUp = (by: SecurityKey | Chip, { expires }: SignedIn): void => {
    cancelStay()
    const inMs = Math.max(LEAST_STAY_MS, (expires - nowUnixMs()) / 2)
    cancelStay = clock.wake(after(clock.now(), Math.min(inMs, MOST_STAY_MS)), () => {
      void signIn(by).then(
        (again) => keepUp(by, again),
        (error: unknown) => {
          on({ type: 'unrenewed', code: codeOf(error) })
          if (bound !== undefined) keepUp(by, bound)
        },
      )
    })
  }

  return {
    async offered() {
      return (await challenged('sign-in', 'key', null)).offered.filter(isUserId)
    },
    signIn,
    async stay(by) {
      const now = await signIn(by)
      keepUp(by, now)
      return now
    },
    async release(by, terminal) {
      const subject = terminal ?? line.terminal
      const message = isKey(by)
        ? await proof(by, 'release', subject)
        : await chipProof(by, 'release')
      await requests.exchange(message, 'signin.done')
      if (isKey(by) && !equal(subject, line.terminal)) return
      bound = undefined
      cancelStay()
    },
    whereabouts,
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
      const challenge = await challenged('add-key', 'key', by.user)
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
    renew: renewKey,
    async revokeKey(by, keyId) {
      await requests.exchange(await proof(by, 'revoke-key', keyId), 'signin.done')
    },
    async enrolChip(chip, invitation) {
      const keys = invitationKeys(codeFrom(invitation))
      const ref = await requests.begin()
      const place = requests.place()
      using secret = await chip.signinKey(place.terminal)
      const message = enrolChip(secret, keys, { ref, place }, random)
      await requests.exchange(message, 'signin.done')
      const { user } = await challenged('sign-in', 'chip', null)
      if (user === null) throw new HufuError('ERR_CHIP_UNKNOWN')
      return user
    },
    close() {
      cancelStay()
      requests.close()
    },
  }
}

type Released = Omit<Extract<FromServer, { type: 'signin.released' }>, 'type'>

/** How often an enrolment is tried whose answer is lost. Our choice. */
const ENROL_TRIES = 3
/** Milliseconds between two sign-ins of somebody who stays: at least, and (timers hold no more) at most. Our choices. */
const LEAST_STAY_MS = 60_000
const MOST_STAY_MS = 2_000_000_000

function isKey(by: SecurityKey | Chip): by is SecurityKey {
  return 'certificates' in by
}

function codeFrom(typed: string): string {
  const code = parseInvitation(typed)
  if (code === undefined)
    throw new HufuError('ERR_ENROL_CODE', 'an invitation has seven groups of four characters')
  return code
}

function valueOf<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value
  throw new HufuError(outcome.code)
}

function codeOf(error: unknown): ErrorCode {
  return error instanceof HufuError ? error.code : 'ERR_INTERNAL'
}
