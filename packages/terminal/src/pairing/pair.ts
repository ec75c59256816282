import { ed25519, random, type Random, type Secret } from '@hufu/protocol/crypto'
import { showCode } from '@hufu/protocol/pair'
import { rekeyPolicy, type RekeyPolicy } from '@hufu/protocol/session'
import { after, HufuError, errorCodeOf, type ErrorCode } from '@hufu/protocol/wire'
import { systemClock, type Clock } from '../clock.ts'
import { connect, type ConnectionHandlers } from '../connection/connection.ts'
import type { Line } from '../connection/line.ts'
import type { FromServer, FromTerminal } from '../connection/messages.ts'
import { openWebSocket, parseServer, type OpenSocket } from '../connection/socket.ts'
import type { Introductions } from '../identity/introductions.ts'
import type { Profile } from '../profile.ts'
import type { TalkKeeper } from '../talk/kept.ts'
import { startTalk } from '../talk/start.ts'
import type { Talk, TalkDriver } from '../talk/talk.ts'
import {
  answerAttempt,
  requestAttempt,
  type Agreement,
  type AnswerAttempt,
  type Attempt,
  type AttemptPorts,
} from './attempt.ts'
import { countGuess, type CountedGuess } from './guesses.ts'
import { acquaintanceOf, channelOf, knowledgeOf, type Ringing, type Via } from './via.ts'

/*
 * Runs a pairing from the first connection to a standing session.
 *
 *   connecting ─→ waiting (opener, listener, first of two contacts) ─ ring ─→ attempting ─┐
 *        └──────→ attempting (joins, rings, second of two contacts) ──────────────────────┴→ agreed ─→ standing
 */

/** What happens on the way. */
export type PairEvent =
  /** The code to read out to the other, and for how many milliseconds it is good. */
  | { readonly type: 'code'; readonly code: string; readonly lifetimeMs: number }
  /** The name is ours, or its user is signed in here, and rings here. */
  | { readonly type: 'listening'; readonly name: string }
  /** A contact: the other is not there yet. */
  | { readonly type: 'waiting' }
  /** Our request is under way. */
  | { readonly type: 'requested'; readonly answerMs: number }
  /** Somebody rings here. */
  | { readonly type: 'ringing'; readonly ringing: Ringing }
  /** An attempt by name or user failed; this terminal still listens. */
  | { readonly type: 'failed'; readonly code: ErrorCode }
  | { readonly type: 'connected' }
  | { readonly type: 'lost'; readonly retryMs: number }

export interface PairOptions {
  /** URL of the server. */
  readonly server: string
  readonly via: Via
  /** The connection to use, where others use it too; server, terminal key and ports are its own then. */
  readonly line?: Line
  /** Seed of the terminal key to use; a key of its own if there is none. */
  readonly terminalSeed?: Secret
  /** How this end wishes to be shown to the other, unverified. */
  readonly name?: string
  readonly profile?: Profile
  /** What this end shows of itself in the session, and how it takes what the other shows. */
  readonly introductions?: Introductions
  /** Keeps the talk, so that it may go on after its keys are lost. */
  readonly keeper?: TalkKeeper
  /** Milliseconds that the other, or the server, may be away in the session. 60,000 if not given. */
  readonly awayMs?: number
  /** When this end moves the session's keys, where it is not to be as by default. */
  readonly rekey?: Partial<RekeyPolicy>
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

/** Milliseconds that the other may be away by default. Our choice. */
const AWAY_MS = 60_000

type Phase =
  | { readonly at: 'connecting' | 'waiting' | 'over' }
  | { readonly at: 'attempting'; readonly attempt: Attempt }
  | { readonly at: 'agreed'; readonly talk: TalkDriver }

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
  const { via, profile, keeper, line } = options
  const clock = line?.clock ?? options.ports?.clock ?? systemClock
  const rng = line?.random ?? options.ports?.random ?? random
  const on = options.on ?? ((): void => undefined)
  const awayMs = options.awayMs ?? AWAY_MS
  const server = line?.server ?? parseServer(options.server)
  const seed = seedOf(via) ?? options.terminalSeed?.expose()
  const key = line?.key ?? (seed === undefined ? ed25519.generate(rng) : ed25519.fromSecret(seed))
  let phase: Phase = { at: 'connecting' }
  let slot = ''
  let ref = 0
  let guess: CountedGuess | undefined
  let cancelPatience: () => void = () => undefined

  const handlers: ConnectionHandlers = {
    open: () => {
      on({ type: 'connected' })
      if (phase.at === 'connecting') begin()
      else if (phase.at === 'waiting') announce()
      else if (phase.at === 'agreed') phase.talk.opened()
    },
    lost: (retryMs) => {
      on({ type: 'lost', retryMs })
      if (phase.at === 'agreed') phase.talk.lost()
      else if (phase.at === 'attempting') failed('ERR_UNREACHABLE', MIDDLE)
    },
    message: (message) => received(message),
    data: (session, _sender, payload) => {
      if (phase.at === 'agreed') phase.talk.data(session, payload)
    },
    closed: (error) => {
      if (phase.at === 'agreed') phase.talk.closed(error.code)
      else over(error)
    },
  }
  const openSocket = options.ports?.openSocket ?? openWebSocket
  const connection =
    line?.share(handlers) ?? connect({ server, key, random: rng, clock, openSocket, handlers })

  const send = (message: FromTerminal): void => void connection.send(message)
  const nextRef = (): number => (ref = connection.nextRef())

  const over = (error: HufuError): void => {
    if (phase.at === 'over') return
    const before = phase
    phase = { at: 'over' }
    if (before.at === 'attempting') before.attempt.stop()
    else if (before.at === 'agreed') before.talk.closed(error.code)
    cancelPatience()
    options.signal?.removeEventListener('abort', interrupted)
    connection.close()
    reject(error)
  }

  const failed = (code: ErrorCode, why?: string): void => {
    if (code === 'ERR_PAIR_NO_ANSWER') guess?.forgive() // nobody answered, so nobody guessed
    if (via.by !== 'listen' && via.by !== 'attend') return over(new HufuError(code, why))
    // A listener outlives an attempt that failed.
    if (phase.at === 'attempting') phase.attempt.stop()
    phase = { at: 'waiting' }
    on({ type: 'failed', code })
  }

  const attemptPorts: AttemptPorts = {
    clock,
    random: rng,
    send,
    terminal: connection.terminal,
    agreed: (agreement) => agreed(agreement),
    failed,
  }

  const begin = (): void => {
    if (via.by === 'again')
      cancelPatience = clock.wake(after(clock.now(), awayMs), () =>
        over(new HufuError('ERR_PEER_GONE', 'the other did not come back')),
      )
    if (via.by === 'join' || via.by === 'ring' || via.by === 'ring-user') void request()
    else announce()
  }

  /** Says where this terminal can be found; said again after every loss. */
  const announce = (): void => {
    phase = { at: 'waiting' }
    nextRef()
    const meeting = acquaintanceOf(via)?.meeting
    if (via.by === 'open') send({ type: 'pair.open', ref, again: slot === '' ? null : slot })
    else if (via.by === 'listen') send({ type: 'pair.claim', ref, name: via.name })
    else if (via.by === 'attend') send({ type: 'pair.attend', ref })
    else if (meeting !== undefined) send({ type: 'pair.meet', ref, meeting, stay: false })
  }

  const request = async (): Promise<void> => {
    try {
      if (via.by === 'ring') guess = await countGuess(profile, `ring ${server.url} ${via.name}`)
      if (via.by === 'ring-user')
        guess = await countGuess(profile, `ring ${server.url} ${via.user}`)
    } catch (error) {
      return over(error instanceof HufuError ? error : new HufuError('ERR_PROFILE', String(error)))
    }
    if (phase.at === 'over') return
    if (!connection.open) return over(new HufuError('ERR_UNREACHABLE', MIDDLE))
    const channel = channelOf(via, connection.serverId, slot)
    const asked = { channel, knowledge: knowledgeOf(via)!, name: options.name ?? '' }
    const requested = (answerMs: number): void => on({ type: 'requested', answerMs })
    phase = {
      at: 'attempting',
      attempt: requestAttempt(attemptPorts, nextRef(), asked, requested),
    }
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
      case 'pair.attending':
        if (message.ref !== ref || via.by !== 'attend') return
        // Somebody else has signed in here since.
        if (message.user !== via.user) return over(new HufuError('ERR_BINDING_RELEASED'))
        return on({ type: 'listening', name: via.user })
      case 'pair.met':
        if (phase.at !== 'waiting' || message.ref !== ref) return
        if (message.role === 'second') void request()
        else on({ type: 'waiting' })
        return
      case 'refused':
        if (message.ref !== ref || phase.at === 'agreed') return
        return over(new HufuError(errorCodeOf(message.code, 'ERR_WIRE_UNEXPECTED')))
      case 'pair.ring':
        if (phase.at === 'agreed') return phase.talk.message(message)
        return rung(message)
      default:
        if (phase.at === 'attempting') phase.attempt.message(message)
        else if (phase.at === 'agreed') phase.talk.message(message)
    }
  }

  const rung = (ring: Extract<FromServer, { type: 'pair.ring' }>): void => {
    if (ring.ref !== ref && line !== undefined) return // another's, on the same line
    if (phase.at !== 'waiting' || ring.ref !== ref)
      return send({ type: 'pair.fail', pairing: ring.pairing, reason: 'declined' })
    const attempt = answerAttempt(attemptPorts, ring, channelOf(via, connection.serverId, slot))
    if (attempt.over.aborted) return
    phase = { at: 'attempting', attempt }
    const knowledge = knowledgeOf(via)
    if (knowledge === undefined) void ask(attempt, ring.answerMs)
    else attempt.answer(knowledge)
  }

  /** By name: the guess is counted, the user is asked, and only then is anything answered. */
  const ask = async (attempt: AnswerAttempt, answerMs: number): Promise<void> => {
    if ((via.by !== 'listen' && via.by !== 'attend') || attempt.from === undefined) return
    const ringing: Ringing = { from: attempt.from, answerMs, signal: attempt.over }
    try {
      guess = await countGuess(profile, `listen ${via.by === 'listen' ? via.name : via.user}`)
      on({ type: 'ringing', ringing })
      const prs = await via.passphrase(ringing)
      if (attempt.over.aborted) return
      if (prs === undefined) {
        guess.forgive()
        return attempt.decline()
      }
      attempt.answer([{ by: 'passphrase', prs }])
      prs.fill(0)
    } catch (error) {
      if (attempt.over.aborted) return
      const known =
        error instanceof HufuError ? error : new HufuError('ERR_INTERNAL', String(error))
      if (known.code !== 'ERR_PAIR_THROTTLED') return over(known)
      attempt.stop()
      failed(known.code)
    }
  }

  const agreed = (agreement: Agreement): void => {
    cancelPatience()
    const { keys } = agreement
    const known = peerOf(via)
    if (known !== undefined && known.join() !== keys.peerTerminal.join())
      return over(new HufuError('ERR_CONTACT_LOST', 'somebody else has the secret of this contact'))
    guess?.forgive()
    const talk = startTalk({
      connection,
      clock,
      random: rng,
      agreement,
      awayMs,
      rekey: rekeyPolicy(options.rekey),
      server: server.url,
      terminalSeed: key.exportSecret(),
      profile,
      keeper,
      introductions: options.introductions,
      acquaintance: acquaintanceOf(via),
      contact: contactOf(via),
      kept: via.by === 'again' ? via.kept : undefined,
      nextRef,
      onStanding: (standing) => {
        options.signal?.removeEventListener('abort', interrupted)
        resolve(standing)
      },
      // The other had the right words, or there would be no session: if it is refused now, it is because they left.
      onFailed: (code) => over(new HufuError(code === 'ERR_PAIR_REFUSED' ? 'ERR_PEER_GONE' : code)),
    })
    phase = { at: 'agreed', talk }
  }

  const interrupted = (): void => {
    if (phase.at === 'waiting') send({ type: 'pair.withdraw', ref })
    over(new HufuError('ERR_INTERRUPTED'))
  }
  if (options.signal?.aborted === true) interrupted()
  else options.signal?.addEventListener('abort', interrupted, { once: true })
}

const MIDDLE = 'the connection was lost in the middle of pairing'

function seedOf(via: Via): Uint8Array | undefined {
  if (via.by === 'contact') return via.contact.terminalSeed.expose()
  return via.by === 'again' ? via.kept.terminalSeed : undefined
}

function peerOf(via: Via): Uint8Array | undefined {
  if (via.by === 'contact') return via.contact.peerTerminal
  return via.by === 'again' ? via.kept.peerTerminal : undefined
}

function contactOf(via: Via): string | undefined {
  if (via.by === 'contact') return via.contact.name
  return via.by === 'again' ? via.kept.contact : undefined
}
