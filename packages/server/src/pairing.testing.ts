import assert from 'node:assert/strict'
import { random, utf8 } from '@hufu/protocol/crypto'
import {
  PAIR_LIMITS,
  startAnswerer,
  startRequester,
  stepAnswerer,
  stepRequester,
  type AnswererState,
  type Channel,
  type RequesterState,
} from '@hufu/protocol/pair'
import type { Ms } from '@hufu/protocol/wire'
import type { ServerMessage } from './messages.ts'
import type { TestTerminal } from './terminal.testing.ts'

type Named<T extends ServerMessage['type']> = Extract<ServerMessage, { readonly type: T }>

/** Time at the ends stands still in these tests: the server's limits are what is tested. */
const NOW = 0 as Ms

/** One end's request under way. */
export interface Asking {
  readonly ref: number
  readonly requested: Named<'pair.requested'>
  state: RequesterState
}

/** One end's answer under way. */
export interface Answering {
  readonly ring: Named<'pair.ring'>
  state: AnswererState
}

/** The channel of a pairing at this server. */
export function channelAt(terminal: TestTerminal, kind: Channel['kind'], at: string): Channel {
  return { serverId: terminal.challenge.serverId, kind, at }
}

/** Opens a slot. */
export async function open(terminal: TestTerminal, ref: number): Promise<string> {
  terminal.send({ type: 'pair.open', ref, again: null })
  const opened = await terminal.next('pair.opened')
  assert.equal(opened.ref, ref)
  return opened.slot
}

/** Sends a request, and takes nothing. */
export function sendRequest(
  terminal: TestTerminal,
  channel: Channel,
  words: string,
  ref: number,
): RequesterState {
  const start = {
    channel,
    knowledge: [{ by: 'passphrase', prs: utf8(words) }] as const,
    terminal: terminal.terminal,
    name: '',
    limits: PAIR_LIMITS,
  }
  const { state, send } = startRequester(start, NOW, random)
  const { kind, at } = channel
  terminal.send({ type: 'pair.request', ref, to: { kind, at }, ...send })
  return state
}

/** Requests, up to the server's word that the request is under way. */
export async function ask(
  terminal: TestTerminal,
  channel: Channel,
  words: string,
  ref: number,
): Promise<Asking> {
  const state = sendRequest(terminal, channel, words, ref)
  const requested = await terminal.next('pair.requested')
  assert.equal(requested.ref, ref)
  return { ref, requested, state }
}

/** Takes the ring and answers it. */
export async function answer(
  terminal: TestTerminal,
  channel: Channel,
  words: string,
): Promise<Answering> {
  const ring = await terminal.next('pair.ring')
  const started = startAnswerer(ring, channel, ring, NOW)
  const knowledge = [{ by: 'passphrase', prs: utf8(words) }] as const
  const input = { type: 'answer', knowledge, terminal: terminal.terminal } as const
  const { state, send } = stepAnswerer(started.state, input, NOW, random)
  assert.equal(send?.type, 'answer')
  terminal.send({ type: 'pair.answer', pairing: ring.pairing, ...send.message })
  return { ring, state }
}

/** Takes the answer and confirms, or says that it does not fit. */
export async function confirm(terminal: TestTerminal, asking: Asking): Promise<void> {
  const send = await check(terminal, asking)
  send()
}

/** Takes the answer and checks it. The result sends what comes of it. */
export async function check(terminal: TestTerminal, asking: Asking): Promise<() => void> {
  const message = await terminal.next('pair.answered')
  const { state, send } = stepRequester(asking.state, { type: 'answered', message }, NOW)
  asking.state = state
  assert.ok(send !== undefined)
  const { pairing } = asking.requested
  return () => {
    if (send.type === 'confirm') terminal.send({ type: 'pair.confirm', pairing, ...send.message })
    else terminal.send({ type: 'pair.fail', pairing, reason: send.reason })
  }
}

/** Takes the verdict at the requester. */
export async function concludeAsking(terminal: TestTerminal, asking: Asking): Promise<void> {
  const message = await terminal.next('pair.verdict')
  asking.state = stepRequester(asking.state, { type: 'verdict', message }, NOW).state
}

/** Takes the verdict at the opener, and says whether the attempt stands. */
export async function concludeAnswering(
  terminal: TestTerminal,
  answering: Answering,
): Promise<void> {
  const message = await terminal.next('pair.verdict')
  const { pairing } = answering.ring
  const { state, send } = stepAnswerer(answering.state, { type: 'verdict', message }, NOW, random)
  answering.state = state
  if (send?.type === 'stands') terminal.send({ type: 'pair.stands', pairing })
  if (send?.type === 'fail') terminal.send({ type: 'pair.fail', pairing, reason: send.reason })
}

/** Two members of one session. */
export interface Paired {
  readonly session: Uint8Array
  readonly openerHandle: number
  readonly requesterHandle: number
}

/** A whole pairing by slot, on a clock that `advance` moves; both ends must come out with the same keys. */
export async function pairBySlot(
  opener: TestTerminal,
  requester: TestTerminal,
  advance: (ms: number) => void,
  ref = 1,
): Promise<Paired> {
  const channel = channelAt(opener, 'slot', await open(opener, ref))
  const asking = await ask(requester, channel, 'tango-orbit-lilac', ref)
  const answering = await answer(opener, channel, 'tango-orbit-lilac')
  await opener.settle()
  advance(PAIR_LIMITS.answerStepMs)
  await confirm(requester, asking)
  return conclude(opener, answering, requester, asking)
}

/** From the confirmation to a session that both are in. */
export async function conclude(
  opener: TestTerminal,
  answering: Answering,
  requester: TestTerminal,
  asking: Asking,
): Promise<Paired> {
  await concludeAsking(requester, asking)
  await concludeAnswering(opener, answering)
  assert.ok(asking.state.at === 'agreed' && answering.state.at === 'agreed')
  assert.deepEqual(asking.state.session, answering.state.session)
  assert.deepEqual(asking.state.keys.root.expose(), answering.state.keys.root.expose())
  const there = await requester.next('session.entered')
  const here = await opener.next('session.entered')
  assert.deepEqual([there.index, here.index], [0, 1])
  assert.equal((await requester.next('session.presence')).present, true)
  assert.equal((await opener.next('session.presence')).present, true)
  return { session: here.session, openerHandle: here.handle, requesterHandle: there.handle }
}
