import { wipe, type Random } from '../../crypto/index.ts'
import type { ErrorCode } from '../../wire/errors.ts'
import type { MessageOf } from '../../wire/schema.ts'
import { after, type Ms } from '../../wire/units.ts'
import {
  checkConfirmation,
  makeAnswer,
  readRequesterData,
  type AnswerSecrets,
  type Channel,
  type Knowledge,
  type PairKeys,
  type RequesterData,
} from './handshake.ts'
import type { Answer, Ring, Verdict } from './messages.ts'
import { knownCode } from './requester.ts'

/*
 * The answerer (B2).
 *
 *   ringing ─ passphrase ─→ answered ─ verdict with good Ta ─→ agreed
 *     └─ declined, late ──────┴─ bad Ta, late, refused ────────→ failed
 */

export type AnswererState =
  | {
      readonly at: 'ringing'
      readonly channel: Channel
      readonly request: Pick<MessageOf<typeof Ring>, 'sid' | 'share' | 'associated'>
      readonly from: RequesterData
      readonly answerBy: Ms
      readonly confirmBy: Ms
    }
  | {
      readonly at: 'answered'
      readonly secrets: AnswerSecrets
      readonly confirmBy: Ms
    }
  | { readonly at: 'agreed'; readonly keys: PairKeys; readonly session: Uint8Array }
  | { readonly at: 'failed'; readonly code: ErrorCode }

export type AnswererInput =
  /** What this end knows: the slot's words at once, by name whatever the user has typed. */
  | {
      readonly type: 'answer'
      readonly knowledge: readonly Knowledge[]
      readonly terminal: Uint8Array
    }
  | { readonly type: 'decline' }
  | {
      readonly type: 'verdict'
      readonly message: Omit<MessageOf<typeof Verdict>, 'type' | 'pairing'>
    }
  | { readonly type: 'tick' }

export type AnswererSend =
  | {
      readonly type: 'answer'
      readonly message: Omit<MessageOf<typeof Answer>, 'type' | 'pairing'>
    }
  | { readonly type: 'fail'; readonly reason: 'declined' | 'mismatch' }
  /** The requester has proved itself: the attempt was no guess. */
  | { readonly type: 'stands' }

export interface AnswererStep {
  readonly state: AnswererState
  readonly send?: AnswererSend
}

/** The state of a terminal that has just been rung. Both deadlines run from here on its own clock too. */
export function startAnswerer(
  ring: Pick<MessageOf<typeof Ring>, 'sid' | 'share' | 'associated'>,
  channel: Channel,
  limits: { readonly answerMs: number; readonly confirmMs: number },
  now: Ms,
): AnswererStep {
  const from = readRequesterData(ring.associated)
  if (from === undefined)
    return {
      state: { at: 'failed', code: 'ERR_PAIR_MALFORMED' },
      send: { type: 'fail', reason: 'mismatch' },
    }
  const answerBy = after(now, limits.answerMs)
  const confirmBy = after(answerBy, limits.confirmMs)
  return { state: { at: 'ringing', channel, request: ring, from, answerBy, confirmBy } }
}

/** One step. Never throws for what a peer or a server sent; a message out of turn changes nothing. */
export function stepAnswerer(
  state: AnswererState,
  input: AnswererInput,
  now: Ms,
  random: Random,
): AnswererStep {
  switch (state.at) {
    case 'ringing':
      return ringing(state, input, now, random)
    case 'answered':
      return answered(state, input, now)
    case 'agreed':
    case 'failed':
      return { state }
  }
}

/** When the state must be stepped with a tick at the latest, if it waits for anything. */
export function answererWakesAt(state: AnswererState): Ms | undefined {
  if (state.at === 'ringing') return state.answerBy
  return state.at === 'answered' ? state.confirmBy : undefined
}

type At<S extends AnswererState['at']> = Extract<AnswererState, { at: S }>

function ringing(
  state: At<'ringing'>,
  input: AnswererInput,
  now: Ms,
  random: Random,
): AnswererStep {
  if (input.type === 'verdict') return failed(knownCode(input.message.code))
  if (now >= state.answerBy) return failed('ERR_PAIR_ANSWER_LATE')
  if (input.type === 'decline') return failed('ERR_PAIR_DECLINED', 'declined')
  if (input.type !== 'answer') return { state }
  const { sid, share, associated: ada } = state.request
  const self = { terminal: input.terminal, random }
  const secrets = makeAnswer(state.channel, input.knowledge, { sid, share, ada }, self)
  if (typeof secrets === 'string') return failed(secrets, 'mismatch')
  return {
    state: { at: 'answered', secrets, confirmBy: state.confirmBy },
    send: {
      type: 'answer',
      message: { share: secrets.share, associated: secrets.adb, tag: secrets.tb },
    },
  }
}

function answered(state: At<'answered'>, input: AnswererInput, now: Ms): AnswererStep {
  const { secrets } = state
  const drop = (code: ErrorCode): AnswererStep => {
    wipe(secrets.isk, secrets.shared)
    return failed(code)
  }
  if (input.type === 'verdict' && input.message.session === null)
    return drop(knownCode(input.message.code))
  if (now >= state.confirmBy) return drop('ERR_PAIR_CONFIRM_LATE')
  if (input.type !== 'verdict' || input.message.session === null) return { state }
  const { confirm, session } = input.message
  const keys = confirm === null ? undefined : checkConfirmation(secrets, confirm)
  if (keys === undefined) {
    wipe(secrets.isk, secrets.shared)
    return failed('ERR_PAIR_GUESSED', 'mismatch')
  }
  return { state: { at: 'agreed', keys, session }, send: { type: 'stands' } }
}

function failed(code: ErrorCode, reason?: 'declined' | 'mismatch'): AnswererStep {
  const state = { at: 'failed', code } as const
  return reason === undefined ? { state } : { state, send: { type: 'fail', reason } }
}
