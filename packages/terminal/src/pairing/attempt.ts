import { equal, type Random } from '@hufu/protocol/crypto'
import {
  answererWakesAt,
  PAIR_LIMITS,
  requesterWakesAt,
  startAnswerer,
  startRequester,
  stepAnswerer,
  stepRequester,
  type AnswererInput,
  type AnswererState,
  type Channel,
  type Knowledge,
  type PairKeys,
  type RequesterData,
  type RequesterInput,
  type RequesterState,
} from '@hufu/protocol/pair'
import type { ErrorCode } from '@hufu/protocol/wire'
import type { Clock } from '../clock.ts'
import type { FromServer, FromTerminal } from '../connection/messages.ts'

/*
 * Drives one attempt to pair, in either role: protocol's pure machine on this terminal's clock and connection.
 */

/** What both roles need. */
export interface AttemptPorts {
  readonly clock: Clock
  readonly random: Random
  readonly send: (message: FromTerminal) => void
  /** This terminal's communication ID. */
  readonly terminal: Uint8Array
  readonly agreed: (agreement: Agreement) => void
  readonly failed: (code: ErrorCode) => void
}

/** What an attempt that went well leaves: the session at the server, and its keys. */
export interface Agreement {
  readonly sessionId: Uint8Array
  readonly keys: PairKeys
  readonly role: 'initiator' | 'responder'
}

export interface Attempt {
  /** A message of the server's. Those about other attempts change nothing. */
  message(message: FromServer): void
  /** Gives up; the other is told, `failed` is not called. */
  stop(): void
}

/** Requests, under the number `ref`. */
export function requestAttempt(
  ports: AttemptPorts,
  ref: number,
  request: {
    readonly channel: Channel
    readonly knowledge: readonly Knowledge[]
    readonly name: string
  },
  requested: (answerMs: number) => void,
): Attempt {
  const { clock, send } = ports
  const { channel } = request
  const started = startRequester(
    { ...request, terminal: ports.terminal, limits: PAIR_LIMITS },
    clock.now(),
    ports.random,
  )
  let state: RequesterState = started.state
  let pairing: Uint8Array | undefined
  let cancel: () => void = () => undefined

  const wake = (): void => {
    cancel()
    const at = requesterWakesAt(state)
    if (at !== undefined) cancel = clock.wake(at, () => step({ type: 'tick' }))
  }

  const step = (input: RequesterInput): void => {
    if (state.at === 'agreed' || state.at === 'failed') return
    const next = stepRequester(state, input, clock.now())
    state = next.state
    if (next.send !== undefined && pairing !== undefined)
      send(
        next.send.type === 'confirm'
          ? { type: 'pair.confirm', pairing, ...next.send.message }
          : { type: 'pair.fail', pairing, reason: next.send.reason },
      )
    wake()
    if (state.at === 'failed') ports.failed(state.code)
    else if (state.at === 'agreed')
      ports.agreed({ sessionId: state.session, keys: state.keys, role: 'initiator' })
  }

  const isMine = (other: Uint8Array): boolean => pairing !== undefined && equal(pairing, other)

  send({ type: 'pair.request', ref, to: { kind: channel.kind, at: channel.at }, ...started.send })
  wake()
  return {
    message(message) {
      if (message.type === 'pair.requested') {
        if (message.ref !== ref || pairing !== undefined) return
        pairing = message.pairing
        requested(message.answerMs)
        step({ ...message, type: 'requested' })
      } else if (message.type === 'pair.answered') {
        if (isMine(message.pairing)) step({ type: 'answered', message })
      } else if (message.type === 'pair.verdict') {
        if (isMine(message.pairing)) step({ type: 'verdict', message })
      }
    },
    stop() {
      cancel()
      if (state.at === 'failed' || state.at === 'agreed') return
      if (pairing !== undefined) send({ type: 'pair.fail', pairing, reason: 'declined' })
    },
  }
}

/** An attempt of somebody who rings here. */
export interface AnswerAttempt extends Attempt {
  /** What the requester says of itself; undefined if it is malformed, and then `failed` has been called. */
  readonly from: RequesterData | undefined
  readonly pairing: Uint8Array
  /** Aborted when it is over, whatever comes of it. */
  readonly over: AbortSignal
  answer(knowledge: readonly Knowledge[]): void
  decline(): void
}

/** Takes a ring up. */
export function answerAttempt(
  ports: AttemptPorts,
  ring: Extract<FromServer, { type: 'pair.ring' }>,
  channel: Channel,
): AnswerAttempt {
  const { clock, send } = ports
  const { pairing } = ring
  const over = new AbortController()
  const started = startAnswerer(ring, channel, ring, clock.now())
  let state: AnswererState = started.state
  let cancel: () => void = () => undefined

  const wake = (): void => {
    cancel()
    const at = answererWakesAt(state)
    if (at !== undefined) cancel = clock.wake(at, () => step({ type: 'tick' }))
  }

  const say = (out: typeof started.send): void => {
    if (out?.type === 'answer') send({ type: 'pair.answer', pairing, ...out.message })
    else if (out?.type === 'fail') send({ type: 'pair.fail', pairing, reason: out.reason })
    else if (out?.type === 'stands') send({ type: 'pair.stands', pairing })
  }

  const settle = (): void => {
    wake()
    if (state.at !== 'failed' && state.at !== 'agreed') return
    over.abort()
    if (state.at === 'failed') ports.failed(state.code)
    else ports.agreed({ sessionId: state.session, keys: state.keys, role: 'responder' })
  }

  const step = (input: AnswererInput): void => {
    if (over.signal.aborted) return
    const next = stepAnswerer(state, input, clock.now(), ports.random)
    state = next.state
    say(next.send)
    settle()
  }

  const from = state.at === 'ringing' ? state.from : undefined
  say(started.send)
  settle()
  return {
    from,
    pairing,
    over: over.signal,
    answer: (knowledge) => step({ type: 'answer', knowledge, terminal: ports.terminal }),
    decline: () => step({ type: 'decline' }),
    message(message) {
      if (message.type === 'pair.verdict' && equal(message.pairing, pairing))
        step({ type: 'verdict', message })
    },
    stop() {
      if (over.signal.aborted) return
      cancel()
      over.abort()
      send({ type: 'pair.fail', pairing, reason: 'declined' })
    },
  }
}
