import assert from 'node:assert/strict'
import {
  beginAttempt,
  PAIR_LIMITS,
  stepAttempt,
  type Attempt,
  type AttemptEffect,
  type AttemptInput,
  type AttemptStep,
} from '../ceremonies/pair/index.ts'
import { random } from '../crypto/index.ts'
import { at } from './clock.testing.ts'
import { toServer, toTerminal } from './hostile-relay.testing.ts'
import type { Send } from './pair-end.testing.ts'

/** An honest server's part of one attempt: what arrives from the terminals in, messages to them out. */
export interface PairServer {
  arrived(from: 'opener' | 'requester', octets: Uint8Array): void
  pump(): void
  wakesAt(): number | undefined
}

export function pairServer(id: Uint8Array, now: () => number, send: Send): PairServer {
  const stepMs = PAIR_LIMITS.answerStepMs
  let attempt: Attempt | undefined
  let wakes: number | undefined

  const follow = (step: AttemptStep): void => {
    attempt = step.attempt
    wakes = undefined
    for (const effect of step.effects) perform(effect)
  }

  const feed = (input: AttemptInput): void => {
    if (attempt === undefined) return
    const before = wakes
    const step = stepAttempt(attempt, input, at(now()), { random, stepMs })
    if (step.attempt === attempt) wakes = before
    else follow(step)
  }

  const perform = (effect: AttemptEffect): void => {
    const none = { session: null, confirm: null, code: null }
    const verdict = { type: 'pair.verdict', pairing: id, ...none } as const
    switch (effect.do) {
      case 'ring': {
        assert.ok(attempt !== undefined && attempt.at !== 'over')
        const { answerMs, confirmMs } = PAIR_LIMITS
        const ring = { type: 'pair.ring', ref: 1, pairing: id, ...attempt.request } as const
        return send('server to opener', toTerminal.encode({ ...ring, answerMs, confirmMs }))
      }
      case 'answered': {
        const answered = { type: 'pair.answered', pairing: id, ...effect.answer } as const
        return send('server to requester', toTerminal.encode(answered))
      }
      case 'open': {
        const { confirm } = effect
        const session = random(16)
        if (effect.real)
          send('server to opener', toTerminal.encode({ ...verdict, session, confirm }))
        return send('server to requester', toTerminal.encode({ ...verdict, session }))
      }
      case 'fail':
        return send(`server to ${effect.to}`, toTerminal.encode({ ...verdict, code: effect.code }))
      case 'end': {
        const ended = { type: 'session.ended', session: id, code: effect.code } as const
        return send('server to requester', toTerminal.encode(ended))
      }
      case 'wake':
        wakes = effect.at
        return
      case 'forgive':
    }
  }

  const take = (from: 'opener' | 'requester', octets: Uint8Array): AttemptInput | undefined => {
    const decoded = toServer.decode(octets)
    if (!decoded.ok) return { type: 'gone', from }
    const message = decoded.value
    if (message.type === 'pair.fail') return { type: 'fail', from, reason: message.reason }
    if (from === 'requester') {
      if (message.type !== 'pair.confirm') return undefined
      return { type: 'confirm', confirm: { tag: message.tag, opening: message.opening } }
    }
    if (message.type === 'pair.stands') return { type: 'stands' }
    if (message.type !== 'pair.answer') return undefined
    const { share, associated, tag } = message
    return { type: 'answer', answer: { share, associated, tag } }
  }

  /** The first request begins the attempt; any other would be another attempt, and the slot is burned. */
  const begin = (octets: Uint8Array): void => {
    const decoded = toServer.decode(octets)
    if (!decoded.ok || decoded.value.type !== 'pair.request') return
    const { sid, share, associated } = decoded.value
    const request = { sid, share, associated }
    const beginning = { kind: 'slot', request, present: true, decoyDelayMs: stepMs } as const
    follow(beginAttempt({ ...beginning, limits: PAIR_LIMITS }, at(now())))
  }

  return {
    arrived(from, octets) {
      if (attempt === undefined) return from === 'requester' ? begin(octets) : undefined
      const input = take(from, octets)
      if (input !== undefined) feed(input)
    },
    pump() {
      if ((wakes ?? Infinity) > now()) return
      wakes = undefined
      feed({ type: 'tick' })
    },
    wakesAt: () => wakes,
  }
}
