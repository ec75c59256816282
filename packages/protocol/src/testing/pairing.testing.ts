import assert from 'node:assert/strict'
import {
  PAIR_LIMITS,
  startAnswerer,
  startRequester,
  stepAnswerer,
  stepRequester,
  type AnswererInput,
  type AnswererState,
  type AnswererStep,
  type Channel,
  type Knowledge,
  type RequesterInput,
  type RequesterState,
  type RequesterStep,
} from '../ceremonies/pair/index.ts'
import { hex, random as system, Secret, utf8, type Random } from '../crypto/index.ts'
import { resumeIdOf } from '../ceremonies/pair/handshake.ts'
import { at } from './clock.testing.ts'
import { frozen } from './frozen.testing.ts'

/** What a test may choose of a pairing; the rest is as usual. */
export interface PairingOptions {
  readonly kind?: Channel['kind']
  readonly requesterKnows?: readonly Knowledge[]
  readonly answererKnows?: readonly Knowledge[]
  readonly random?: Random
  readonly terminals?: readonly [requester: Uint8Array, answerer: Uint8Array]
  readonly serverId?: Uint8Array
}

/** Both ends of a pairing that has just begun, at time 0. */
export interface Pairing {
  readonly channel: Channel
  readonly terminals: readonly [requester: Uint8Array, answerer: Uint8Array]
  readonly random: Random
  readonly answererKnows: readonly Knowledge[]
  readonly request: ReturnType<typeof startRequester>['send']
  readonly requester: RequesterState
  readonly answerer: AnswererState
}

export type AnswerMessage = Extract<RequesterInput, { type: 'answered' }>['message']
export type ConfirmMessage = Extract<
  NonNullable<RequesterStep['send']>,
  { type: 'confirm' }
>['message']

/** Words that both know, unless a test says otherwise. */
export const WORDS_OF_BOTH: readonly Knowledge[] = [passphrase('tango-orbit-lilac')]

export function passphrase(words: string): Knowledge {
  return { by: 'passphrase', prs: utf8(words) }
}

/** A resume secret of 32 octets, all `octet`. Each call makes its own copy. */
export function resumeSecret(octet: number): Extract<Knowledge, { by: 'resume' }> {
  const secret = new Secret(new Uint8Array(32).fill(octet))
  return { by: 'resume', secret, id: resumeIdOf(secret) }
}

export function begin(options: PairingOptions = {}): Pairing {
  const random = options.random ?? system
  const serverId = options.serverId ?? random(16)
  const channel = { serverId, kind: options.kind ?? 'slot', at: '4821' } as const
  const terminals = options.terminals ?? [random(32), random(32)]
  const knowledge = options.requesterKnows ?? WORDS_OF_BOTH
  const started = startRequester(
    frozen({ channel, knowledge, terminal: terminals[0], name: 'ann', limits: PAIR_LIMITS }),
    at(0),
    random,
  )
  const rung = startAnswerer(frozen(started.send), channel, spansOf(channel.kind), at(0))
  return {
    channel,
    terminals,
    random,
    answererKnows: options.answererKnows ?? WORDS_OF_BOTH,
    request: started.send,
    requester: started.state,
    answerer: rung.state,
  }
}

/** The spans that the server tells an answerer, in milliseconds. */
export function spansOf(kind: Channel['kind']): { answerMs: number; confirmMs: number } {
  const { answerMs, answerByNameMs, confirmMs } = PAIR_LIMITS
  const byPerson = kind === 'name' || kind === 'user'
  return { answerMs: byPerson ? answerByNameMs : answerMs, confirmMs }
}

/** The answerer's step with what it knows. */
export function answer(pairing: Pairing, now = 0): AnswererStep {
  const { answerer, answererKnows: knowledge, terminals } = pairing
  const input = { type: 'answer', knowledge, terminal: terminals[1] } as const
  return answererStep(answerer, input, now, pairing.random)
}

/** Runs a pairing to the requester's confirmation; both ends must go along. */
export function confirmed(pairing: Pairing): {
  readonly answered: AnswererState
  readonly confirming: RequesterState
  readonly answer: AnswerMessage
  readonly confirm: ConfirmMessage
} {
  const one = answer(pairing)
  assert.equal(one.send?.type, 'answer')
  const two = requesterStep(pairing.requester, { type: 'answered', message: one.send.message }, 0)
  assert.equal(two.send?.type, 'confirm')
  return {
    answered: one.state,
    confirming: two.state,
    answer: one.send.message,
    confirm: two.send.message,
  }
}

/** {@link stepRequester} on frozen input, checking that no octet of the message changes. */
export function requesterStep(
  state: RequesterState,
  input: RequesterInput,
  now: number,
): RequesterStep {
  const before = octetsIn(input)
  const step = stepRequester(frozen(state), frozen(input), at(now))
  assert.equal(octetsIn(input), before, 'a step wrote into its input')
  return frozen(step)
}

/** {@link stepAnswerer} on frozen input, checking that no octet of the message changes. */
export function answererStep(
  state: AnswererState,
  input: AnswererInput,
  now: number,
  random: Random = system,
): AnswererStep {
  const before = octetsIn(input)
  const step = stepAnswerer(frozen(state), frozen(input), at(now), random)
  assert.equal(octetsIn(input), before, 'a step wrote into its input')
  return frozen(step)
}

/** `octets` with one bit of the octet at `index` flipped. */
export function flipped(octets: Uint8Array, index = 0): Uint8Array {
  return octets.map((octet, i) => (i === index ? octet ^ 1 : octet))
}

function octetsIn(input: unknown): string {
  return JSON.stringify(input, (_, value: unknown) =>
    value instanceof Uint8Array ? hex(value) : value,
  )
}
