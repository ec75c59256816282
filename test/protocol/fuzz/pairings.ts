import assert from 'node:assert/strict'
import { concat, seededRandomForTests, utf8 } from '@hufu/protocol/crypto'
import {
  PAIR_LIMITS,
  startAnswerer,
  startRequester,
  stepAnswerer,
  stepRequester,
} from '@hufu/protocol/pair'
import { ERRORS } from '@hufu/protocol/wire'
import { at } from '../../../packages/protocol/src/testing/clock.testing.ts'
import { fixed } from './fixed.ts'
import type { Target } from './run.ts'

/**
 * What the two ends of a pairing read of each other, through a relay that may put anything in its place. An encapsulation draws
 * its own octets, so here a seed makes the same accidents, not the same inputs.
 */

const NOW = at(0)
const channel = { serverId: fixed(16), kind: 'slot', at: '4821' } as const
const knowledge = [{ by: 'passphrase', prs: utf8('tango-orbit-lilac') }] as const

export const pairings: readonly Target[] = [requesterTarget(), answererTarget()]

/** The requester of a pairing agrees on one answer only: octets are its share, tag and associated data. */
function requesterTarget(): Target {
  const seed = fixed(32)
  // the same request every time: what is kept of one is wiped at its first answer
  const request = (): ReturnType<typeof startRequester> =>
    startRequester(
      { channel, knowledge, terminal: seed, name: '', limits: PAIR_LIMITS },
      NOW,
      seededRandomForTests(seed),
    )
  const answering = startAnswerer(request().send, channel, PAIR_LIMITS, NOW)
  const { send } = stepAnswerer(
    answering.state,
    { type: 'answer', knowledge, terminal: fixed(32) },
    NOW,
    fixed,
  )
  assert.ok(send?.type === 'answer')
  const good = concat(send.message.share, send.message.tag, send.message.associated)
  return {
    name: 'a requester',
    share: 1,
    valid: [good],
    feed(input) {
      const message = {
        share: input.subarray(0, 32),
        tag: input.subarray(32, 96),
        associated: input.subarray(96),
      }
      if (message.tag.length < 64) return false // no codec lets it through
      const { state } = stepRequester(request().state, { type: 'answered', message }, NOW)
      assert.equal(state.at === 'confirming', Buffer.compare(input, good) === 0, state.at)
      if (state.at === 'failed') assert.ok(state.code in ERRORS)
      return state.at === 'confirming'
    },
  }
}

/** The answerer answers whatever is well formed, and refuses the rest with a code: octets are a share and associated data. */
function answererTarget(): Target {
  const start = { channel, knowledge, terminal: fixed(32), name: 'ä', limits: PAIR_LIMITS }
  const { send } = startRequester(start, NOW, fixed)
  const terminal = fixed(32)
  return {
    name: 'an answerer',
    share: 1,
    valid: [concat(send.share, send.associated)],
    feed(input) {
      const share = input.subarray(0, 32)
      if (share.length < 32) return false // no codec lets it through
      const ring = { sid: send.sid, share, associated: input.subarray(32) }
      const rung = startAnswerer(ring, channel, PAIR_LIMITS, NOW)
      const { state } = stepAnswerer(
        rung.state,
        { type: 'answer', knowledge, terminal },
        NOW,
        fixed,
      )
      if (state.at === 'failed') assert.ok(state.code in ERRORS)
      else assert.equal(state.at, 'answered')
      return state.at === 'answered'
    },
  }
}
