import type { Random } from '../../crypto/index.ts'
import { done, failed, type Outcome } from '../../wire/errors.ts'
import type { MessageOf } from '../../wire/schema.ts'
import { after, type Ms } from '../../wire/units.ts'
import type { Ask } from './messages.ts'
import { CHALLENGE_OCTETS } from './sizes.ts'
import type { Act } from './statements.ts'

/*
 * The challenges that one connection waits for. They are in the memory of the server's process that has the connection, and
 * nowhere else: a connection that ends, and a server that starts anew, leave none.
 *
 *   issue ─→ open ─ take in time → gone, judged once
 *             │  └─ take late ──→ gone, ERR_SIGNIN_EXPIRED
 *             └─ another under the same ref, or too many after it → gone
 */

/** What one was asked to prove. */
export interface OpenChallenge {
  /** The terminal's number for it. */
  readonly ref: number
  readonly act: Act
  readonly by: 'key' | 'chip'
  /** Who wants to, where the terminal has said so. */
  readonly user: string | null
  /** 32 octets. */
  readonly challenge: Uint8Array
  /** From then on it is too late. */
  readonly until: Ms
}

/** All of a connection, the oldest first. */
export type Challenges = readonly OpenChallenge[]

/** A connection begins without. */
export const NO_CHALLENGES: Challenges = []

/** Limits of challenges, both our choice. */
export const CHALLENGE_LIMITS = {
  /** How long somebody may look for a key and answer its prompt, milliseconds. */
  lifetimeMs: 60_000,
  /** Most that a connection has open; one more, and the oldest is void. */
  most: 4,
} as const

/** Draws a challenge for what a terminal asks. An older one under the same ref is void. */
export function issueChallenge(
  challenges: Challenges,
  { ref, act, by, user }: MessageOf<typeof Ask>,
  now: Ms,
  { random, limits = CHALLENGE_LIMITS }: IssueOptions,
): { readonly challenges: Challenges; readonly issued: OpenChallenge } {
  const challenge = random(CHALLENGE_OCTETS)
  const issued = { ref, act, by, user, challenge, until: after(now, limits.lifetimeMs) }
  const others = challenges.filter((open) => open.ref !== ref)
  return { challenges: [...others, issued].slice(-limits.most), issued }
}

/** What drawing a challenge needs. */
export interface IssueOptions {
  readonly random: Random
  readonly limits?: { readonly lifetimeMs: number; readonly most: number }
}

/**
 * Takes out the challenge that a proof answers. It is gone then, whatever comes of the proof.
 *
 * Codes: `ERR_SIGNIN_CHALLENGE` if there is none of this ref, or for another sort of proof; `ERR_SIGNIN_EXPIRED`.
 */
export function takeChallenge(
  challenges: Challenges,
  { ref, by }: Pick<OpenChallenge, 'ref' | 'by'>,
  now: Ms,
): { readonly challenges: Challenges; readonly taken: Outcome<OpenChallenge> } {
  const open = challenges.find((each) => each.ref === ref)
  const others = challenges.filter((each) => each !== open)
  if (open === undefined || open.by !== by)
    return { challenges: others, taken: failed('ERR_SIGNIN_CHALLENGE') }
  const taken = now < open.until ? done(open) : failed('ERR_SIGNIN_EXPIRED')
  return { challenges: others, taken }
}
