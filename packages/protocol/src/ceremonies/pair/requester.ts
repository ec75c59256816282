import type { Random } from '../../crypto/index.ts'
import { wipe } from '../../crypto/index.ts'
import type { ErrorCode } from '../../wire/errors.ts'
import type { MessageOf } from '../../wire/schema.ts'
import { after, type Ms } from '../../wire/units.ts'
import {
  checkAnswer,
  makeRequest,
  type Channel,
  type Knowledge,
  type PairKeys,
  type RequestSecrets,
} from './handshake.ts'
import type { PairLimits } from './limits.ts'
import type { Answered, Confirm, Request, Verdict } from './messages.ts'

/*
 * The requester (B1, B3).
 *
 *   asked ─ answer, Tb good ─→ confirming ─ verdict in time ─→ agreed
 *     └─ Tb bad, late, refused ──┴─ late, refused ─────────────→ failed
 */

export type RequesterState =
  | {
      readonly at: 'asked'
      readonly secrets: RequestSecrets
      readonly terminal: Uint8Array
      readonly askedAt: Ms
      readonly answerBy: Ms
      readonly confirmBy: Ms
    }
  | {
      readonly at: 'confirming'
      readonly keys: PairKeys
      readonly kind: Channel['kind']
      readonly confirmBy: Ms
    }
  /** The server says that the session may open. It stands when the other's first record does. */
  | { readonly at: 'agreed'; readonly keys: PairKeys; readonly session: Uint8Array }
  | { readonly at: 'failed'; readonly code: ErrorCode }

export type RequesterInput =
  /** The server's own limits: they run from the request here too, up to {@link LONGEST_MS}. */
  | { readonly type: 'requested'; readonly answerMs: number; readonly confirmMs: number }
  | { readonly type: 'answered'; readonly message: Body<typeof Answered> }
  | { readonly type: 'verdict'; readonly message: Body<typeof Verdict> }
  | { readonly type: 'tick' }

/** Milliseconds: no server makes a terminal wait longer than this for either message. Our choice. */
const LONGEST_MS = 600_000

type Body<K> = Omit<MessageOf<K>, 'type' | 'pairing'>

export type RequesterSend =
  | { readonly type: 'confirm'; readonly message: Body<typeof Confirm> }
  | { readonly type: 'fail'; readonly reason: 'mismatch' }

export interface RequesterStep {
  readonly state: RequesterState
  readonly send?: RequesterSend
}

/** The first step: keys are made now, when the passphrase is (B6). `send` goes out with the address. */
export function startRequester(
  start: {
    readonly channel: Channel
    readonly knowledge: readonly Knowledge[]
    readonly terminal: Uint8Array
    readonly name: string
    readonly limits: PairLimits
  },
  now: Ms,
  random: Random,
): {
  readonly state: RequesterState
  readonly send: Pick<MessageOf<typeof Request>, 'sid' | 'share' | 'associated'>
} {
  const { channel, knowledge, terminal, name, limits } = start
  const secrets = makeRequest(channel, knowledge, { terminal, name }, random)
  const byPerson = channel.kind === 'name' || channel.kind === 'user'
  const answerBy = after(now, byPerson ? limits.answerByNameMs : limits.answerMs)
  const confirmBy = after(answerBy, limits.confirmMs)
  return {
    state: { at: 'asked', secrets, terminal, askedAt: now, answerBy, confirmBy },
    send: { sid: secrets.sid, share: secrets.share.share, associated: secrets.ada },
  }
}

/** One step. Never throws for what a peer or a server sent; a message out of turn changes nothing. */
export function stepRequester(
  state: RequesterState,
  input: RequesterInput,
  now: Ms,
): RequesterStep {
  switch (state.at) {
    case 'asked':
      return asked(state, input, now)
    case 'confirming':
      return confirming(state, input, now)
    case 'agreed':
    case 'failed':
      return { state }
  }
}

/** When the state must be stepped with a tick at the latest, if it waits for anything. */
export function requesterWakesAt(state: RequesterState): Ms | undefined {
  if (state.at === 'asked') return state.answerBy
  return state.at === 'confirming' ? state.confirmBy : undefined
}

type At<S extends RequesterState['at']> = Extract<RequesterState, { at: S }>

function asked(state: At<'asked'>, input: RequesterInput, now: Ms): RequesterStep {
  const { kind } = state.secrets.channel
  if (input.type === 'verdict') return abandon(state, knownCode(input.message.code))
  if (now >= state.answerBy)
    return abandon(state, kind === 'slot' ? 'ERR_PAIR_ANSWER_LATE' : 'ERR_PAIR_NO_ANSWER')
  if (input.type === 'requested') {
    const answerBy = after(state.askedAt, Math.min(input.answerMs, LONGEST_MS))
    const confirmBy = after(answerBy, Math.min(input.confirmMs, LONGEST_MS))
    return { state: { ...state, answerBy, confirmBy } }
  }
  if (input.type !== 'answered') return { state }
  const checked = checkAnswer(state.secrets, input.message, { terminal: state.terminal })
  if (typeof checked === 'string')
    return {
      state: { at: 'failed', code: outcomeOf(checked, kind) },
      send: { type: 'fail', reason: 'mismatch' },
    }
  return {
    state: { at: 'confirming', keys: checked.keys, kind, confirmBy: state.confirmBy },
    send: { type: 'confirm', message: { tag: checked.ta, opening: checked.opening } },
  }
}

function confirming(state: At<'confirming'>, input: RequesterInput, now: Ms): RequesterStep {
  const refused = (code: ErrorCode): RequesterStep => {
    wipe(state.keys.root)
    return { state: { at: 'failed', code } }
  }
  if (input.type === 'verdict' && input.message.session === null)
    return refused(knownCode(input.message.code))
  if (now >= state.confirmBy) return refused('ERR_PAIR_CONFIRM_LATE')
  if (input.type !== 'verdict' || input.message.session === null) return { state }
  return { state: { at: 'agreed', keys: state.keys, session: input.message.session } }
}

function abandon(state: At<'asked'>, code: ErrorCode): RequesterStep {
  state.secrets.share.wipe()
  state.secrets.xwing.wipe()
  return { state: { at: 'failed', code } }
}

/** By slot, an answer that does not fit is one outcome with all the others; by name somebody did answer. */
function outcomeOf(code: ErrorCode, kind: Channel['kind']): ErrorCode {
  if (kind === 'slot') return 'ERR_PAIR_REFUSED'
  if (kind === 'meeting') return 'ERR_CONTACT_LOST'
  return code
}

/** The codes that a server's verdict may end a pairing with; a code that has no business here is none of ours. */
const VERDICTS: ReadonlySet<string> = new Set<ErrorCode>([
  'ERR_PAIR_REFUSED',
  'ERR_PAIR_MISMATCH',
  'ERR_PAIR_NO_ANSWER',
  'ERR_PAIR_ANSWER_LATE',
  'ERR_PAIR_CONFIRM_LATE',
  'ERR_PAIR_ABANDONED',
  'ERR_PAIR_GUESSED',
  'ERR_PEER_GONE',
  'ERR_CONTACT_LOST',
  'ERR_BUSY',
])

/** The verdict's code if it is one that a pairing may end with. */
export function knownCode(code: string | null): ErrorCode {
  return code !== null && VERDICTS.has(code) ? (code as ErrorCode) : 'ERR_WIRE_UNEXPECTED'
}
