import assert from 'node:assert/strict'
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
  type AnswererStep,
  type Channel,
  type RequesterInput,
  type RequesterState,
  type RequesterStep,
} from '../ceremonies/pair/index.ts'
import { random } from '../crypto/index.ts'
import { startSession, type Session, type SessionStart } from '../session/session.ts'
import type { ErrorCode } from '../wire/errors.ts'
import { at } from './clock.testing.ts'
import type { Script } from './hostile-actions.testing.ts'
import {
  hostileRelay,
  toServer,
  toTerminal,
  type Hop,
  type ToServer,
} from './hostile-relay.testing.ts'
import { endOf, type EndResult, type Send } from './pair-end.testing.ts'
import { pairServer } from './pair-server.testing.ts'
import { passphrase } from './pairing.testing.ts'

/** The requester's and the opener's. */
export type PairResult = readonly [EndResult, EndResult]

/** The parts under test, so that a test can put a faulty one in their place. */
export interface Parts {
  readonly stepAnswerer: typeof stepAnswerer
  readonly startSession: (start: SessionStart) => Session
}
export const SOUND: Parts = { stepAnswerer, startSession }

const MAX_TURNS = 20_000

/** Two pairings at the same time over one hostile relay, from the request to the last closing record. */
export function runPairings(script: Script, parts: Parts = SOUND): readonly PairResult[] {
  const pairings: Pairing[] = []
  const relay = hostileRelay(script, (index, hop, octets) => pairings[index]!.arrived(hop, octets))
  const send = (index: number) => (hop: Hop, octets: Uint8Array) => relay.send(index, hop, octets)
  const now = (): number => relay.now
  for (const index of [0, 1]) pairings.push(startPairing(index, parts, now, send(index)))
  for (let turn = 0; turn < MAX_TURNS; turn += 1) {
    for (const pairing of pairings) pairing.pump()
    const wakes = pairings.map((pairing) => pairing.wakesAt()).filter((when) => when !== undefined)
    if (!relay.turn(wakes.length === 0 ? undefined : Math.min(...wakes)))
      return pairings.map((pairing) => pairing.result())
  }
  return assert.fail('the pairings never came to an end')
}

interface Pairing {
  arrived(hop: Hop, octets: Uint8Array): void
  /** Lets every machine whose time has come do what is due. */
  pump(): void
  wakesAt(): number | undefined
  result(): PairResult
}

function startPairing(index: number, parts: Parts, now: () => number, send: Send): Pairing {
  const channel: Channel = { serverId: new Uint8Array(16), kind: 'slot', at: '4821' }
  const knowledge = [passphrase(index === 0 ? 'tango-orbit-lilac' : 'abacus-zoom-tiger')]
  const terminals = [random(32), random(32)] as const
  const pairing = random(16)
  const started = startRequester(
    { channel, knowledge, terminal: terminals[0], name: '', limits: PAIR_LIMITS },
    at(now()),
    random,
  )
  let requester: RequesterState = started.state
  let opener: AnswererState | undefined
  const server = pairServer(pairing, now, send)
  const ends = [
    endOf('initiator', index, parts.startSession, send),
    endOf('responder', index, parts.startSession, send),
  ] as const

  const toRequester = (input: RequesterInput): void => {
    const step = stepRequester(requester, input, at(now()))
    requester = step.state
    if (requester.at === 'confirming') ends[0].found(requester.keys)
    if (requester.at === 'agreed') ends[0].agree(requester.keys, now())
    if (requester.at === 'failed') ends[0].fail(requester.code)
    if (step.send !== undefined) send('requester to server', toServer.encode(spoken(step.send)))
  }

  const followOpener = (step: AnswererStep): void => {
    opener = step.state
    if (opener.at === 'agreed') ends[1].agree(opener.keys, now())
    if (opener.at === 'failed') ends[1].fail(opener.code)
    if (step.send !== undefined) send('opener to server', toServer.encode(spoken(step.send)))
  }
  const toOpener = (input: AnswererInput): void => {
    if (opener !== undefined) followOpener(parts.stepAnswerer(opener, input, at(now()), random))
  }

  const spoken = (said: NonNullable<RequesterStep['send'] | AnswererStep['send']>): ToServer => {
    switch (said.type) {
      case 'confirm':
        return { type: 'pair.confirm', pairing, ...said.message }
      case 'answer':
        return { type: 'pair.answer', pairing, ...said.message }
      case 'fail':
        return { type: 'pair.fail', pairing, reason: said.reason }
      case 'stands':
        return { type: 'pair.stands', pairing }
    }
  }

  /** A terminal that cannot read what the server says drops the connection, and with it what is under way. */
  const unreadable = (which: 0 | 1, code: ErrorCode): void => {
    if (which === 0 && requester.at !== 'agreed') requester = { at: 'failed', code }
    if (which === 1 && opener?.at !== 'agreed') opener = { at: 'failed', code }
    ends[which].fail(code)
  }

  const atTerminal = (which: 0 | 1, octets: Uint8Array): void => {
    const decoded = toTerminal.decode(octets)
    if (!decoded.ok) return unreadable(which, decoded.code)
    const message = decoded.value
    if (message.type === 'session.ended') return ends[which].fail('ERR_PAIR_REFUSED')
    if (message.type === 'pair.verdict') {
      const verdict = { type: 'verdict', message } as const
      return which === 0 ? toRequester(verdict) : toOpener(verdict)
    }
    if (message.type === 'pair.answered' && which === 0)
      return toRequester({ type: 'answered', message })
    if (message.type !== 'pair.ring' || which !== 1 || opener !== undefined) return
    followOpener(startAnswerer(message, channel, message, at(now())))
    toOpener({ type: 'answer', knowledge, terminal: terminals[1] })
  }

  const to = { kind: 'slot', at: channel.at } as const
  send(
    'requester to server',
    toServer.encode({ type: 'pair.request', ref: 1, to, ...started.send }),
  )
  return {
    arrived(hop, octets) {
      if (hop === 'requester to server') return server.arrived('requester', octets)
      if (hop === 'opener to server') return server.arrived('opener', octets)
      if (hop === 'server to requester') return atTerminal(0, octets)
      if (hop === 'server to opener') return atTerminal(1, octets)
      return ends[hop === 'records to requester' ? 0 : 1].receive(octets, now())
    },
    pump() {
      if ((requesterWakesAt(requester) ?? Infinity) <= now()) toRequester({ type: 'tick' })
      if (opener !== undefined && (answererWakesAt(opener) ?? Infinity) <= now())
        toOpener({ type: 'tick' })
      server.pump()
      for (const end of ends) end.pump(now())
    },
    wakesAt() {
      const wakes = [
        requesterWakesAt(requester),
        opener && answererWakesAt(opener),
        server.wakesAt(),
        ...ends.map((end) => end.wakesAt()),
      ].filter((when) => when !== undefined)
      return wakes.length === 0 ? undefined : Math.min(...wakes)
    },
    result() {
      // An opener that nobody rings waits for the end of its slot.
      if (opener === undefined) ends[1].fail('ERR_PAIR_EXPIRED')
      return [ends[0].result(), ends[1].result()]
    },
  }
}
