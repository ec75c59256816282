import { equal } from '@hufu/protocol/crypto'
import {
  isUserId,
  type CertificatePair,
  type SecurityKey,
  type TrustedIssuer,
} from '@hufu/protocol/identity'
import { after, HufuError, errorCodeOf, type ErrorCode } from '@hufu/protocol/wire'
import type { Line } from '../connection/line.ts'
import type { FromServer } from '../connection/messages.ts'
import type { Chip } from './chip.ts'
import { keyActs, type KeyActs } from './key-acts.ts'
import { codeOf, proofsOver } from './proofs.ts'
import { startRequests } from './requests.ts'

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
export interface Signin extends KeyActs {
  /** Users who have signed in at this terminal before, the latest first. */
  offered(): Promise<readonly string[]>
  /** Signs in here. Certificates near their end are renewed on the way; that this failed is only told. */
  signIn(by: SecurityKey | Chip): Promise<SignedIn>
  /** Signs in here, and again whenever half of the time is over, until `close` or somebody ends it. */
  stay(by: SecurityKey | Chip): Promise<SignedIn>
  /** Ends the sign-in here or, with the key, at another terminal of the same user. */
  release(by: SecurityKey | Chip, terminal?: Uint8Array): Promise<void>
  whereabouts(): Promise<Whereabouts>
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

  const proofs = proofsOver(requests, random)
  const acts = keyActs({ requests, proofs, random, issuers, nowUnixMs })

  const released = ({ user, code, reason }: Released): void => {
    if (bound?.user === user) bound = undefined
    if (bound === undefined) cancelStay()
    const known = errorCodeOf(code, 'ERR_BINDING_RELEASED')
    on({ type: 'released', user, code: known, reason })
  }

  /** Signs in, and by what it goes on: the key may have new certificates by then. */
  const enter = async <B extends SecurityKey | Chip>(
    by: B,
  ): Promise<{ readonly now: SignedIn; readonly by: B | SecurityKey }> => {
    const proof = isKey(by) ? await proofs.byKey(by, 'sign-in') : await proofs.byChip(by, 'sign-in')
    const { ref: _, type: __, renew, ...now } = await requests.exchange(proof, 'signin.bound')
    if (isKey(by) && now.user !== by.user) throw new HufuError('ERR_CERT_USER', now.user)
    bound = now
    on({ type: 'bound', ...now })
    return { now, by: renew && isKey(by) ? await renewSilently(by) : by }
  }

  const renewSilently = async (key: SecurityKey): Promise<SecurityKey> => {
    try {
      const { key: renewed } = await acts.renew(key)
      on({ type: 'renewed', user: renewed.user, certificates: renewed.certificates })
      return renewed
    } catch (error) {
      on({ type: 'unrenewed', code: codeOf(error) })
      return key
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
      void enter(by).then(
        (again) => keepUp(again.by, again.now),
        (error: unknown) => {
          on({ type: 'unrenewed', code: codeOf(error) })
          if (bound !== undefined) keepUp(by, bound)
        },
      )
    })
  }

  return {
    async offered() {
      return (await proofs.challenge('sign-in', 'key', null)).offered.filter(isUserId)
    },
    ...acts,
    async signIn(by) {
      return (await enter(by)).now
    },
    async stay(by) {
      const entered = await enter(by)
      keepUp(entered.by, entered.now)
      return entered.now
    },
    async release(by, terminal) {
      const subject = terminal ?? line.terminal
      const proof = isKey(by)
        ? await proofs.byKey(by, 'release', subject)
        : await proofs.byChip(by, 'release')
      await requests.exchange(proof, 'signin.done')
      if (isKey(by) && !equal(subject, line.terminal)) return
      bound = undefined
      cancelStay()
    },
    whereabouts,
    close() {
      cancelStay()
      requests.close()
    },
  }
}

type Released = Omit<Extract<FromServer, { type: 'signin.released' }>, 'type'>

/** Milliseconds between two sign-ins of somebody who stays: at least, and (timers hold no more) at most. Our choices. */
const LEAST_STAY_MS = 60_000
const MOST_STAY_MS = 2_000_000_000

function isKey(by: SecurityKey | Chip): by is SecurityKey {
  return 'certificates' in by
}
