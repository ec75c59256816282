import {
  ed25519,
  equal,
  random,
  type Random,
  type Secret,
  type SigningKey,
} from '@hufu/protocol/crypto'
import {
  answererWakesAt,
  PAIR_LIMITS,
  requesterWakesAt,
  showCode,
  startAnswerer,
  startRequester,
  stepAnswerer,
  stepRequester,
  type AnswererInput,
  type AnswererState,
  type PairKeys,
  type RequesterInput,
  type RequesterState,
} from '@hufu/protocol/pair'
import { after, HufuError, isErrorCode, type ErrorCode } from '@hufu/protocol/wire'
import { systemClock, type Clock } from '../clock.ts'
import { connect } from '../connection/connection.ts'
import type { FromServer, FromTerminal } from '../connection/messages.ts'
import { openWebSocket, parseServer, type OpenSocket } from '../connection/socket.ts'
import type { Profile } from '../profile.ts'
import { startTalk, type Talk, type TalkDriver } from '../talk/talk.ts'
import { countGuess, type CountedGuess } from './guesses.ts'
import { channelOf, knowledgeOf, type Ringing, type Via } from './via.ts'

/*
 * Runs a pairing from the first connection to a standing session.
 *
 *   connecting ─→ waiting (opener, listener, first of two contacts) ─ ring ─→ answering ─┐
 *        └──────→ requesting (joins, rings, second of two contacts) ────────────────────┴→ agreed ─→ standing
 */

/** What happens on the way. */
export type PairEvent =
  /** The code to read out to the other, and for how many milliseconds it is good. */
  | { readonly type: 'code'; readonly code: string; readonly lifetimeMs: number }
  /** The name is ours and rings here. */
  | { readonly type: 'listening'; readonly name: string }
  /** A contact: the other is not there yet. */
  | { readonly type: 'waiting' }
  /** Our request is under way. */
  | { readonly type: 'requested'; readonly answerMs: number }
  /** Somebody rings here. */
  | { readonly type: 'ringing'; readonly ringing: Ringing }
  /** An attempt by name failed; this terminal still listens. */
  | { readonly type: 'failed'; readonly code: ErrorCode }
  | { readonly type: 'connected' }
  | { readonly type: 'lost'; readonly retryMs: number }

export interface PairOptions {
  /** URL of the server. */
  readonly server: string
  readonly via: Via
  /** Seed of the terminal key to use; a key of its own if there is none. */
  readonly terminalSeed?: Secret
  /** How this end wishes to be shown to the other, unverified. */
  readonly name?: string
  readonly profile?: Profile
  /** Milliseconds that the other, or the server, may be away in the session. 60,000 if not given. */
  readonly awayMs?: number
  /** Gives up: `ERR_INTERRUPTED`. */
  readonly signal?: AbortSignal
  readonly on?: (event: PairEvent) => void
  readonly ports?: Partial<PairPorts>
}

/** The outside world of a pairing; each has the platform's own as default. */
export interface PairPorts {
  readonly clock: Clock
  readonly random: Random
  readonly openSocket: OpenSocket
}

/** Milliseconds that the other's first record may take after the verdict. Our choice: the second limit once more. */
const STAND_MS = 30_000
/** Milliseconds that the other may be away by default. Our choice. */
const AWAY_MS = 60_000

type Phase =
  | { readonly at: 'connecting' }
  | { readonly at: 'waiting' }
  | { readonly at: 'requesting'; readonly state: RequesterState; readonly pairing?: Uint8Array }
  | {
      readonly at: 'answering'
      readonly state: AnswererState
      readonly pairing: Uint8Array
      readonly ended: AbortController
    }
  | { readonly at: 'agreed'; readonly talk: TalkDriver }
  | { readonly at: 'over' }

/**
 * Pairs, and resolves when the session stands.
 *
 * @throws {HufuError} how it failed: any of the `ERR_PAIR_…`, `ERR_CONTACT_…`, `ERR_UNREACHABLE`, `ERR_NOT_HUFU` and
 *   other connection codes, `ERR_SESSION_UNCONFIRMED`, `ERR_INTERRUPTED`.
 */
export function pair(options: PairOptions): Promise<Talk> {
  return new Promise((resolve, reject) => run(options, resolve, reject))
}

function run(
  options: PairOptions,
  resolve: (talk: Talk) => void,
  reject: (error: HufuError) => void,
): void {
  const { via, profile } = options
  const clock = options.ports?.clock ?? systemClock
  const rng = options.ports?.random ?? random
  const on = options.on ?? ((): void => undefined)
  const server = parseServer(options.server)
  const seed = via.by === 'contact' ? via.contact.terminalSeed : options.terminalSeed
  const key: SigningKey =
    seed === undefined ? ed25519.generate(rng) : ed25519.fromSecret(seed.expose())
  let phase: Phase = { at: 'connecting' }
  let slot = ''
  let ref = 0
  let guess: CountedGuess | undefined
  let cancelWake: () => void = () => undefined

  const connection = connect({
    server,
    key,
    random: rng,
    clock,
    openSocket: options.ports?.openSocket ?? openWebSocket,
    handlers: {
      open: () => {
        on({ type: 'connected' })
        if (phase.at === 'connecting') begin()
        else if (phase.at === 'waiting') announce()
        else if (phase.at === 'agreed') phase.talk.conversation.opened()
      },
      lost: (retryMs) => {
        on({ type: 'lost', retryMs })
        if (phase.at === 'agreed') phase.talk.conversation.lost()
        else if (phase.at === 'requesting' || phase.at === 'answering')
          failed('ERR_UNREACHABLE', 'the connection was lost in the middle of pairing')
      },
      message: (message) => received(message),
      data: (session, _sender, payload) => {
        if (phase.at === 'agreed') phase.talk.conversation.data(session, payload)
      },
      closed: (error) => {
        if (phase.at === 'agreed') phase.talk.conversation.session.abort(error.code)
        if (phase.at === 'agreed') phase.talk.conversation.pump()
        else over(error)
      },
    },
  })

  const send = (message: FromTerminal): void => {
    connection.send(message)
  }

  const over = (error: HufuError): void => {
    if (phase.at === 'over') return
    if (phase.at === 'answering') phase.ended.abort()
    phase = { at: 'over' }
    cancelWake()
    options.signal?.removeEventListener('abort', interrupted)
    connection.close()
    reject(error)
  }

  const failed = (code: ErrorCode, why?: string): void => {
    if (phase.at === 'answering') phase.ended.abort()
    if (via.by !== 'listen' || code === 'ERR_INTERRUPTED') return over(new HufuError(code, why))
    // A listener outlives an attempt that failed.
    cancelWake()
    phase = { at: 'waiting' }
    on({ type: 'failed', code })
  }

  const begin = (): void => {
    if (via.by === 'join' || via.by === 'ring') void request()
    else announce()
  }

  /** Says where this terminal can be found; said again after every loss. */
  const announce = (): void => {
    phase = { at: 'waiting' }
    ref += 1
    if (via.by === 'open') send({ type: 'pair.open', ref, again: slot === '' ? null : slot })
    else if (via.by === 'listen') send({ type: 'pair.claim', ref, name: via.name })
    else if (via.by === 'contact') send({ type: 'pair.meet', ref, meeting: via.contact.meeting })
  }

  const request = async (): Promise<void> => {
    if (via.by === 'ring') {
      try {
        guess = await countGuess(profile, `ring ${server.url} ${via.name}`)
      } catch (error) {
        return over(
          error instanceof HufuError ? error : new HufuError('ERR_PROFILE', String(error)),
        )
      }
      if (!connection.open) return over(new HufuError('ERR_UNREACHABLE', 'the connection was lost'))
    }
    const channel = channelOf(via, connection.serverId, slot)
    const started = startRequester(
      {
        channel,
        knowledge: knowledgeOf(via)!,
        terminal: connection.terminal,
        name: options.name ?? '',
        limits: PAIR_LIMITS,
      },
      clock.now(),
      rng,
    )
    ref += 1
    phase = { at: 'requesting', state: started.state }
    send({ type: 'pair.request', ref, to: { kind: channel.kind, at: channel.at }, ...started.send })
    wakeForRequester(started.state)
  }

  const received = (message: FromServer): void => {
    switch (message.type) {
      case 'pair.opened':
        if (phase.at !== 'waiting' || message.ref !== ref || via.by !== 'open') return
        if (message.slot === slot) return
        if (slot !== '')
          return over(new HufuError('ERR_WIRE_UNEXPECTED', 'the server changed the slot'))
        slot = message.slot
        return on({
          type: 'code',
          code: showCode({ slot, words: via.words }),
          lifetimeMs: message.lifetimeMs,
        })
      case 'pair.claimed':
        if (via.by === 'listen') on({ type: 'listening', name: via.name })
        return
      case 'pair.met':
        if (phase.at !== 'waiting' || message.ref !== ref) return
        if (message.role === 'second') void request()
        else on({ type: 'waiting' })
        return
      case 'refused':
        if (message.ref !== ref || phase.at === 'agreed') return
        return over(new HufuError(isErrorCode(message.code) ? message.code : 'ERR_WIRE_UNEXPECTED'))
      case 'pair.ring':
        return rung(message)
      case 'pair.requested':
        if (phase.at !== 'requesting' || message.ref !== ref || phase.pairing !== undefined) return
        phase = { ...phase, pairing: message.pairing }
        on({ type: 'requested', answerMs: message.answerMs })
        return stepRequest({ ...message, type: 'requested' })
      case 'pair.answered':
        if (mine(message.pairing)) stepRequest({ type: 'answered', message })
        return
      case 'pair.verdict':
        if (!mine(message.pairing)) return
        if (phase.at === 'requesting') stepRequest({ type: 'verdict', message })
        else stepAnswer({ type: 'verdict', message })
        return
      default:
        if (phase.at === 'agreed') phase.talk.conversation.message(message)
    }
  }

  const mine = (pairing: Uint8Array): boolean =>
    (phase.at === 'requesting' || phase.at === 'answering') &&
    phase.pairing !== undefined &&
    equal(phase.pairing, pairing)

  const stepRequest = (input: RequesterInput): void => {
    if (phase.at !== 'requesting') return
    const { state, send: out } = stepRequester(phase.state, input, clock.now())
    phase = { ...phase, state }
    const { pairing } = phase
    if (out !== undefined && pairing !== undefined)
      send(
        out.type === 'confirm'
          ? { type: 'pair.confirm', pairing, ...out.message }
          : { type: 'pair.fail', pairing, reason: out.reason },
      )
    if (state.at === 'failed') {
      if (state.code === 'ERR_PAIR_NO_ANSWER') guess?.forgive() // nobody answered, so nobody guessed
      failed(state.code)
    } else if (state.at === 'agreed') agreed(state.session, state.keys, 'initiator')
    else wakeForRequester(state)
  }

  const wakeForRequester = (state: RequesterState): void => {
    const at = requesterWakesAt(state)
    cancelWake()
    if (at !== undefined) cancelWake = clock.wake(at, () => stepRequest({ type: 'tick' }))
  }

  const rung = (ring: Extract<FromServer, { type: 'pair.ring' }>): void => {
    if (phase.at !== 'waiting' || ring.ref !== ref)
      return send({ type: 'pair.fail', pairing: ring.pairing, reason: 'declined' })
    const { pairing } = ring
    const channel = channelOf(via, connection.serverId, slot)
    const started = startAnswerer(ring, channel, ring, clock.now())
    const ended = new AbortController()
    phase = { at: 'answering', state: started.state, pairing, ended }
    if (started.send?.type === 'fail')
      send({ type: 'pair.fail', pairing, reason: started.send.reason })
    if (started.state.at === 'failed') return failed(started.state.code)
    wakeForAnswerer(started.state)
    const knowledge = knowledgeOf(via)
    if (knowledge !== undefined)
      return stepAnswer({ type: 'answer', knowledge, terminal: connection.terminal })
    if (started.state.at !== 'ringing') return
    const ringing = { from: started.state.from, answerMs: ring.answerMs, signal: ended.signal }
    void ask(ringing, pairing)
  }

  /** By name: the guess is counted, the user is asked, and only then is anything answered. */
  const ask = async (ringing: Ringing, pairing: Uint8Array): Promise<void> => {
    if (via.by !== 'listen') return
    try {
      guess = await countGuess(profile, `listen ${via.name}`)
      on({ type: 'ringing', ringing })
      const prs = await via.passphrase(ringing)
      if (!mine(pairing)) return
      if (prs === undefined) {
        guess.forgive()
        return stepAnswer({ type: 'decline' })
      }
      const knowledge = [{ by: 'passphrase', prs }] as const
      stepAnswer({ type: 'answer', knowledge, terminal: connection.terminal })
      prs.fill(0)
    } catch (error) {
      if (!mine(pairing)) return
      stepAnswer({ type: 'decline' })
      if (!(error instanceof HufuError)) return over(new HufuError('ERR_INTERNAL', String(error)))
      if (error.code === 'ERR_PAIR_THROTTLED') on({ type: 'failed', code: error.code })
      else over(error)
    }
  }

  const stepAnswer = (input: AnswererInput): void => {
    if (phase.at !== 'answering') return
    const { state, send: out } = stepAnswerer(phase.state, input, clock.now(), rng)
    phase = { ...phase, state }
    const { pairing } = phase
    if (out?.type === 'answer') send({ type: 'pair.answer', pairing, ...out.message })
    else if (out?.type === 'fail') send({ type: 'pair.fail', pairing, reason: out.reason })
    else if (out?.type === 'stands') send({ type: 'pair.stands', pairing })
    if (state.at === 'failed') failed(state.code)
    else if (state.at === 'agreed') agreed(state.session, state.keys, 'responder')
    else wakeForAnswerer(state)
  }

  const wakeForAnswerer = (state: AnswererState): void => {
    const at = answererWakesAt(state)
    cancelWake()
    if (at !== undefined) cancelWake = clock.wake(at, () => stepAnswer({ type: 'tick' }))
  }

  const agreed = (sessionId: Uint8Array, keys: PairKeys, role: 'initiator' | 'responder'): void => {
    cancelWake()
    if (via.by === 'contact' && !equal(via.contact.peerTerminal, keys.peerTerminal))
      return over(new HufuError('ERR_CONTACT_LOST', 'somebody else has the secret of this contact'))
    guess?.forgive()
    const talk = startTalk({
      connection,
      clock,
      sessionId,
      start: {
        root: keys.root,
        transcriptHash: keys.transcriptHash,
        role,
        standBy: after(clock.now(), STAND_MS),
      },
      awayMs: options.awayMs ?? AWAY_MS,
      keys,
      server: server.url,
      terminalSeed: key.exportSecret(),
      profile,
      contact: via.by === 'contact' ? via.contact : undefined,
      onStanding: (standing) => {
        options.signal?.removeEventListener('abort', interrupted)
        resolve(standing)
      },
      onFailed: (code) => over(new HufuError(code)),
    })
    phase = { at: 'agreed', talk }
  }

  const interrupted = (): void => {
    if (phase.at === 'requesting' || phase.at === 'answering') {
      const { pairing } = phase
      if (pairing !== undefined) send({ type: 'pair.fail', pairing, reason: 'declined' })
    } else if (phase.at === 'waiting') send({ type: 'pair.withdraw', ref })
    over(new HufuError('ERR_INTERRUPTED'))
  }
  if (options.signal?.aborted === true) interrupted()
  else options.signal?.addEventListener('abort', interrupted, { once: true })
}
