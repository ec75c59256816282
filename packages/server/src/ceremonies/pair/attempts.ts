import { hex } from '@hufu/protocol/crypto'
import { isUserId } from '@hufu/protocol/identity'
import {
  PAIRING_ID_OCTETS,
  beginAttempt,
  delaySample,
  hearOpener,
  isByPerson,
  isSlot,
  ring,
  stepAttempt,
  type Attempt,
  type AttemptEffect,
  type AttemptInput,
  type AttemptStep,
  type Confirm,
  type Fail,
  type Request,
} from '@hufu/protocol/pair'
import {
  SESSION_ID_OCTETS,
  after,
  type MessageOf,
  type Ms,
  type Outcome,
} from '@hufu/protocol/wire'
import { pairLimits } from '../../config.ts'
import type { Connection, Room } from '../../relay/connection.ts'
import { actsOf, nextTurn, type Live } from './acts.ts'
import { countRequest, findOpeners, forgive, type Target } from './guesses.ts'
import type { Meetings } from './meetings.ts'
import { isName } from './names.ts'
import { MEETING_TEXT, forAttempt, subjectOfAttempt } from './nodes.ts'
import { refuse, type PairPorts, type PairingTimes } from './ports.ts'
import { standIn } from './standins.ts'
import type { Waiting } from './waiting.ts'

/** The attempts of the requesters that are connected here. */
export interface Attempts extends Room {
  request(connection: Connection, message: MessageOf<typeof Request>): Promise<void>
  /** From a requester; false if the attempt is none of this connection's. */
  step(connection: Connection, message: MessageOf<typeof Confirm> | MessageOf<typeof Fail>): boolean
  /** The requester gives up what it numbered `ref`. */
  withdraw(connection: Connection, ref: number): void
}

/**
 * Milliseconds before a release at which what leaves is got ready, real or made up: making an answer up takes a few, and a
 * timer that was set at another time wakes at another fraction of a millisecond. When it leaves must not tell. Our choice.
 */
const READY_MS = 20

/** The attempts of one node. */
export function attemptsOf(ports: PairPorts, meetings: Meetings, waiting: Waiting): Attempts {
  const { bus, clock, config, random } = ports
  const limits = pairLimits(config)
  const acts = actsOf(ports)
  const delays = delaySample(limits.answerStepMs)
  const live = new Map<string, Live>()
  /** Those of every open connection. */
  const own = new Map<Connection, Set<Live>>()

  const request = async (
    connection: Connection,
    message: MessageOf<typeof Request>,
  ): Promise<void> => {
    const { ref } = message
    const requestedAt = clock.now()
    const target = targetOf(message.to)
    if (!target.ok) return refuse(connection, ref, target.code)
    if ((own.get(connection)?.size ?? 0) >= config.pairRequestsPerConnection)
      return refuse(connection, ref, 'ERR_RATE')
    const guesses = await countRequest(ports, connection, target.value)
    if (guesses === undefined) {
      ports.throttled()
      return refuse(connection, ref, 'ERR_PAIR_THROTTLED')
    }
    const pairing = random(PAIRING_ID_OCTETS)
    const now = acknowledge(connection, ref, pairing, target.value)
    // the requester's octets have left before anything is looked up or anybody is rung: how soon they came says nothing
    await nextTurn()
    const openers = await findOpeners(ports, meetings, connection, target.value)
    const found = { target: target.value, guesses, pairing, requestedAt, openers }
    begin(connection, message, found, now)
  }

  /** Says that the request is under way. The result: since when, for all that is due later. */
  const acknowledge = (
    connection: Connection,
    ref: number,
    pairing: Uint8Array,
    { kind }: Target,
  ): Ms => {
    const answerMs = isByPerson(kind) ? limits.answerByNameMs : limits.answerMs
    const { confirmMs } = limits
    connection.send({ type: 'pair.requested', ref, pairing, answerMs, confirmMs })
    return clock.now()
  }

  const begin = (
    requester: Connection,
    message: MessageOf<typeof Request>,
    found: Pick<Live, 'target' | 'guesses' | 'pairing' | 'requestedAt'> & {
      readonly openers: readonly Uint8Array[]
    },
    now: Ms,
  ): void => {
    const { ref, sid, share, associated } = message
    const { pairing, target } = found
    const first = beginAttempt(
      {
        kind: target.kind,
        request: { sid, share, associated },
        present: found.openers.length > 0,
        limits,
        decoyDelayMs: delays.draw(random),
      },
      now,
    )
    const one: Live = {
      ...found,
      openers: ring(found.openers),
      ref,
      requester,
      standIn: undefined,
      session: random(SESSION_ID_OCTETS),
      answeredAt: undefined,
      decidedAt: undefined,
      attempt: first.attempt,
      opening: undefined,
      sleep: undefined,
      leave: undefined,
      stop: undefined,
    }
    const key = hex(pairing)
    one.stop = bus.subscribe(subjectOfAttempt(key), (octets) => hear(one, octets))
    live.set(key, one)
    own.get(requester)?.add(one)
    follow(one, first, now)
    // its connection may have gone meanwhile, and then nobody else would say so
    if (!own.has(requester)) feed(one, { type: 'gone', from: 'requester' })
  }

  const feed = (one: Live, input: AttemptInput, now = clock.now()): void => {
    const { attempt } = one
    const step = stepAttempt(attempt, input, now, { random, stepMs: limits.answerStepMs })
    const released = attempt.at === 'holding' && step.attempt.at === 'answered'
    if (released && one.target.kind === 'slot') delays.note(attempt.releaseAt - attempt.requestedAt)
    follow(one, step, now)
  }

  const follow = (one: Live, step: AttemptStep, now: Ms): void => {
    one.attempt = step.attempt
    for (const effect of step.effects) perform(one, effect, now)
    if (step.attempt.at !== 'over') return
    one.sleep?.()
    one.leave?.()
    one.stop?.()
    if (one.opening === undefined) one.standIn?.leave()
    live.delete(hex(one.pairing))
    own.get(one.requester)?.delete(one)
  }

  const perform = (one: Live, effect: AttemptEffect, now: Ms): void => {
    const { pairing, requester } = one
    switch (effect.do) {
      case 'ring':
        return acts.ring(one)
      case 'answered':
        one.answeredAt = now
        if (!effect.real) one.standIn = standIn(ports, waiting, pairing)
        one.leave = clock.wake(now, () =>
          requester.send({ type: 'pair.answered', pairing, ...effect.answer }),
        )
        return
      case 'open':
        // an opener that answered may be gone since
        if (!effect.real) one.standIn ??= standIn(ports, waiting, pairing)
        one.opening = acts.open(one, effect).catch(ports.failed)
        return
      case 'fail':
        if (effect.to === 'opener') return acts.tellOpener(one, { code: effect.code })
        ports.ended(effect.code)
        return requester.send({
          type: 'pair.verdict',
          pairing,
          session: null,
          confirm: null,
          code: effect.code,
        })
      case 'end':
        ports.ended(effect.code)
        clock.wake(now, () => void acts.end(one, effect.code).catch(ports.failed))
        return
      case 'forgive':
        ports.ended('stood', timesOf(one))
        void forgive(ports, one.guesses).catch(ports.failed)
        return
      case 'wake':
        one.sleep?.()
        one.sleep = clock.wake(wakeAt(one.attempt, effect.at), () =>
          feed(one, { type: 'tick' }, effect.at),
        )
    }
  }

  const hear = (one: Live, octets: Uint8Array): void => {
    const decoded = forAttempt.decode(octets)
    if (!decoded.ok) return
    const message = decoded.value
    const heard = hearOpener(one.openers, message.from, DOES[message.type])
    one.openers = heard.ringing
    if (!heard.counts) return
    switch (message.type) {
      case 'answer': {
        const { share, associated, tag } = message
        acts.tellOpener(one, { code: 'ERR_PAIR_ABANDONED' }, heard.dismissed)
        return feed(one, { type: 'answer', answer: { share, associated, tag } })
      }
      case 'fail':
        return feed(one, { type: 'fail', from: 'opener', reason: message.reason })
      case 'gone':
        return feed(one, { type: 'gone', from: 'opener' })
      case 'stands':
        return feed(one, { type: 'stands' })
    }
  }

  return {
    request,
    step(connection, message) {
      const one = live.get(hex(message.pairing))
      if (one?.requester !== connection) return false
      if (message.type === 'pair.fail')
        feed(one, { type: 'fail', from: 'requester', reason: message.reason })
      else {
        const { tag, opening } = message
        feed(one, { type: 'confirm', confirm: { tag, opening } })
      }
      return true
    },
    withdraw(connection, ref) {
      for (const one of own.get(connection) ?? [])
        if (one.ref === ref) feed(one, { type: 'gone', from: 'requester' })
    },
    opened: (connection) => void own.set(connection, new Set()),
    lost(connection) {
      const left = own.get(connection) ?? []
      own.delete(connection)
      for (const one of left) feed(one, { type: 'gone', from: 'requester' })
    },
  }
}

/** What an opener does to an attempt of which it is one of several. */
const DOES = { answer: 'answers', fail: 'leaves', gone: 'leaves', stands: 'stands' } as const

/** Undefined where a person had to answer: that says nothing of the server. */
function timesOf({ target, requestedAt, answeredAt, decidedAt }: Live): PairingTimes | undefined {
  if (isByPerson(target.kind) || answeredAt === undefined || decidedAt === undefined)
    return undefined
  return { answerMs: answeredAt - requestedAt, verdictMs: decidedAt - answeredAt }
}

/** When a machine that asks to be woken at `at` is. */
function wakeAt(attempt: Attempt, at: Ms): Ms {
  const { at: state } = attempt
  const releases = state === 'holding' || state === 'decoy' || state === 'ending'
  return releases ? after(at, -READY_MS) : at
}

/** Where a request goes, if its address has a form that can be. `ERR_PAIR_ADDRESS` otherwise. */
function targetOf(to: MessageOf<typeof Request>['to']): Outcome<Target> {
  const { kind, at } = to
  if (kind === 'slot' && isSlot(at)) return { ok: true, value: { kind, at } }
  if (kind === 'name' && isName(at)) return { ok: true, value: { kind, at } }
  if (kind === 'user' && isUserId(at)) return { ok: true, value: { kind, at } }
  if (kind === 'meeting' && MEETING_TEXT.test(at)) return { ok: true, value: { kind, at } }
  return { ok: false, code: 'ERR_PAIR_ADDRESS' }
}
