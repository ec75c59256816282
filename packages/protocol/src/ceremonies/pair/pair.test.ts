import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random, utf8 } from '../../crypto/index.ts'
import type { Ms } from '../../wire/units.ts'
import { startAnswerer, startRequester, stepAnswerer, stepRequester, PAIR_LIMITS } from './index.ts'

test('two ends with the same words agree on keys and words', () => {
  const channel = { serverId: random(16), kind: 'slot', at: '4821' } as const
  const t0 = 0 as Ms
  const knowledge = [{ by: 'passphrase', prs: utf8('tango-orbit-lilac') }] as const
  const terminal = random(32)
  const r = startRequester(
    { channel, knowledge, terminal, name: '', limits: PAIR_LIMITS },
    t0,
    random,
  )
  const ringing = startAnswerer(r.send, channel, PAIR_LIMITS, t0)
  const a = stepAnswerer(
    ringing.state,
    { type: 'answer', knowledge, terminal: random(32) },
    t0,
    random,
  )
  assert(a.send?.type === 'answer')
  const c = stepRequester(r.state, { type: 'answered', message: a.send.message }, t0)
  assert(c.send?.type === 'confirm')
  const session = random(16)
  const va = stepAnswerer(
    a.state,
    { type: 'verdict', message: { session, confirm: c.send.message, code: null } },
    t0,
    random,
  )
  const vr = stepRequester(
    c.state,
    { type: 'verdict', message: { session, confirm: null, code: null } },
    t0,
  )
  assert(va.state.at === 'agreed' && vr.state.at === 'agreed')
  assert.deepEqual(va.state.keys.words, vr.state.keys.words)
  assert.deepEqual(va.state.keys.root.expose(), vr.state.keys.root.expose())
  console.log(va.state.keys.words)
})
