import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Secret } from '../../crypto/index.ts'
import { HufuError } from '../../wire/errors.ts'
import { at } from '../../testing/clock.testing.ts'
import {
  answer,
  answererStep,
  begin,
  confirmed,
  flipped,
  passphrase,
  requesterStep,
  spansOf,
} from '../../testing/pairing.testing.ts'
import {
  answererWakesAt,
  PAIR_LIMITS,
  requesterWakesAt,
  startAnswerer,
  type Channel,
  type RequesterState,
} from './index.ts'

const KINDS: readonly Channel['kind'][] = ['slot', 'name', 'meeting', 'user']
const SESSION = new Uint8Array(16).fill(5)
const refusal = (code: string | null): Verdict => ({ session: null, confirm: null, code })
const good = { session: SESSION, confirm: null, code: null }

interface Verdict {
  readonly session: Uint8Array | null
  readonly confirm: { readonly tag: Uint8Array; readonly opening: Uint8Array } | null
  readonly code: string | null
}

describe('two ends with the same words', () => {
  for (const kind of KINDS) {
    test(`agree on keys and words by ${kind}`, () => {
      const pairing = begin({ kind })
      const { answered, confirming, confirm } = confirmed(pairing)
      const a = answererStep(answered, { type: 'verdict', message: { ...good, confirm } }, 0)
      const r = requesterStep(confirming, { type: 'verdict', message: good }, 0)
      assert.ok(a.state.at === 'agreed' && r.state.at === 'agreed')
      assert.deepEqual(a.send, { type: 'stands' })
      assert.deepEqual(a.state.session, SESSION)
      const [one, other] = [a.state.keys, r.state.keys]
      assert.deepEqual(one.root.expose(), other.root.expose())
      assert.deepEqual(one.transcriptHash, other.transcriptHash)
      assert.deepEqual(one.words, other.words)
      assert.equal(new Set([one.root.octets, 64]).size, 1)
      assert.equal(one.words.length, 4)
      assert.deepEqual(one.peerTerminal, pairing.terminals[0])
      assert.deepEqual(other.peerTerminal, pairing.terminals[1])
    })
  }

  test('agree on other keys and other words every time', () => {
    const runs = Array.from({ length: 8 }, () => {
      const { confirming } = confirmed(begin())
      assert.ok(confirming.at === 'confirming')
      return confirming.keys
    })
    assert.equal(new Set(runs.map((keys) => keys.root.expose().toString())).size, 8)
    assert.equal(new Set(runs.map((keys) => keys.words.join())).size, 8)
  })
})

describe('two ends with different words', () => {
  const codes = {
    slot: 'ERR_PAIR_REFUSED',
    name: 'ERR_PAIR_MISMATCH',
    meeting: 'ERR_CONTACT_LOST',
    user: 'ERR_PAIR_MISMATCH',
  } as const
  for (const kind of KINDS) {
    test(`end at the requester with ${codes[kind]} by ${kind}`, () => {
      const pairing = begin({ kind, answererKnows: [passphrase('tango-orbit-lilad')] })
      const { send } = answer(pairing)
      assert.equal(send?.type, 'answer')
      const step = requesterStep(pairing.requester, { type: 'answered', message: send.message }, 0)
      assert.deepEqual(step.state, { at: 'failed', code: codes[kind] })
      assert.deepEqual(step.send, { type: 'fail', reason: 'mismatch' })
    })
  }

  test('end at the answerer with a guess', () => {
    const { answered, confirm } = confirmed(begin())
    for (const bad of [
      null,
      { ...confirm, tag: flipped(confirm.tag) },
      { ...confirm, tag: new Uint8Array(64) },
      { ...confirm, opening: flipped(confirm.opening) },
    ]) {
      const fresh = bad === null ? answered : confirmed(begin()).answered
      const step = answererStep(fresh, { type: 'verdict', message: { ...good, confirm: bad } }, 0)
      assert.deepEqual(step.state, { at: 'failed', code: 'ERR_PAIR_GUESSED' })
      assert.deepEqual(step.send, { type: 'fail', reason: 'mismatch' })
    }
  })
})

describe('deadlines are strict, on both ends', () => {
  for (const kind of KINDS) {
    const { answerMs, confirmMs } = spansOf(kind)
    const late = kind === 'slot' ? 'ERR_PAIR_ANSWER_LATE' : 'ERR_PAIR_NO_ANSWER'

    test(`answer by ${kind}: the requester`, () => {
      const early = begin({ kind })
      const { send } = answer(early)
      assert.equal(send?.type, 'answer')
      const input = { type: 'answered', message: send.message } as const
      assert.equal(requesterWakesAt(early.requester), answerMs)
      assert.equal(requesterStep(early.requester, { type: 'tick' }, answerMs - 1).state.at, 'asked')
      assert.equal(requesterStep(early.requester, input, answerMs - 1).state.at, 'confirming')
      const step = requesterStep(begin({ kind }).requester, input, answerMs)
      assert.deepEqual(step, { state: { at: 'failed', code: late } })
      const tick = requesterStep(begin({ kind }).requester, { type: 'tick' }, answerMs)
      assert.deepEqual(tick.state, { at: 'failed', code: late })
    })

    test(`answer by ${kind}: the answerer`, () => {
      const pairing = begin({ kind })
      assert.equal(answererWakesAt(pairing.answerer), answerMs)
      assert.equal(
        answererStep(pairing.answerer, { type: 'tick' }, answerMs - 1).state.at,
        'ringing',
      )
      assert.equal(answer(pairing, answerMs - 1).state.at, 'answered')
      const step = answer(begin({ kind }), answerMs)
      assert.deepEqual(step, { state: { at: 'failed', code: 'ERR_PAIR_ANSWER_LATE' } })
    })

    test(`confirmation by ${kind}: both`, () => {
      const last = answerMs + confirmMs
      const failed = { state: { at: 'failed', code: 'ERR_PAIR_CONFIRM_LATE' } }
      for (const now of [last - 1, last]) {
        const { answered, confirming, confirm } = confirmed(begin({ kind }))
        assert.equal(requesterWakesAt(confirming), last)
        assert.equal(answererWakesAt(answered), last)
        const r = requesterStep(confirming, { type: 'verdict', message: good }, now)
        const a = answererStep(answered, { type: 'verdict', message: { ...good, confirm } }, now)
        if (now < last) assert.deepEqual([r.state.at, a.state.at], ['agreed', 'agreed'])
        else assert.deepEqual([r, a], [failed, failed])
        const ticked = confirmed(begin({ kind }))
        const tick = { type: 'tick' } as const
        const expected = now < last ? ['confirming', 'answered'] : ['failed', 'failed']
        assert.deepEqual(
          [
            requesterStep(ticked.confirming, tick, now).state.at,
            answererStep(ticked.answered, tick, now).state.at,
          ],
          expected,
        )
      }
    })
  }
})

describe('a verdict', () => {
  test('that refuses ends either side with its code, if the code can be', () => {
    for (const [said, code] of [
      ['ERR_PAIR_ABANDONED', 'ERR_PAIR_ABANDONED'],
      ['ERR_PEER_GONE', 'ERR_PEER_GONE'],
      ['ERR_INTERNAL', 'ERR_WIRE_UNEXPECTED'],
      ['what?', 'ERR_WIRE_UNEXPECTED'],
      [null, 'ERR_WIRE_UNEXPECTED'],
    ] as const) {
      const failed = { state: { at: 'failed', code } }
      const input = { type: 'verdict', message: refusal(said) } as const
      const { answered, confirming } = confirmed(begin())
      assert.deepEqual(requesterStep(begin().requester, input, 0), failed)
      assert.deepEqual(requesterStep(confirming, input, 0), failed)
      assert.deepEqual(answererStep(begin().answerer, input, 0), failed)
      assert.deepEqual(answererStep(answered, input, 0), failed)
    }
  })

  test('alone opens nothing: not before the answer, not before the confirmation', () => {
    const failed = { state: { at: 'failed', code: 'ERR_WIRE_UNEXPECTED' } }
    const input = { type: 'verdict', message: good } as const
    assert.deepEqual(requesterStep(begin().requester, input, 0), failed)
    assert.deepEqual(answererStep(begin().answerer, input, 0), failed)
  })

  test('changes nothing once it is over, whatever it says', () => {
    const { confirming } = confirmed(begin())
    const agreed = requesterStep(confirming, { type: 'verdict', message: good }, 0).state
    for (const message of [good, refusal('ERR_PEER_GONE')]) {
      assert.equal(requesterStep(agreed, { type: 'verdict', message }, 0).state, agreed)
    }
    const over: RequesterState = { at: 'failed', code: 'ERR_PAIR_REFUSED' }
    assert.equal(requesterStep(over, { type: 'verdict', message: good }, 0).state, over)
  })
})

describe('messages out of turn', () => {
  test('a second answer changes nothing', () => {
    const { confirming, answer: message } = confirmed(begin())
    assert.equal(requesterStep(confirming, { type: 'answered', message }, 0).state, confirming)
  })

  test('an answer or a refusal by the user after the answer changes nothing', () => {
    const pairing = begin()
    const { answered } = confirmed(pairing)
    const again = answer({ ...pairing, answerer: answered })
    assert.equal(again.state, answered)
    assert.equal(answererStep(answered, { type: 'decline' }, 0).state, answered)
  })

  test('whoever declines says so, and answers no more', () => {
    const pairing = begin()
    const step = answererStep(pairing.answerer, { type: 'decline' }, 0)
    assert.deepEqual(step.state, { at: 'failed', code: 'ERR_PAIR_DECLINED' })
    assert.deepEqual(step.send, { type: 'fail', reason: 'declined' })
    assert.equal(answer({ ...pairing, answerer: step.state }).send, undefined)
  })
})

describe('secrets', () => {
  test('of a request are gone when the answer has come, good or bad', () => {
    const pairing = begin()
    assert.ok(pairing.requester.at === 'asked')
    const { share, xwing } = pairing.requester.secrets
    confirmed(pairing)
    assert.throws(() => share.finish(new Uint8Array(32).fill(9)), wiped)
    assert.throws(() => xwing.decapsulate(new Uint8Array(1120)), wiped)
  })

  test('of an answer are gone when the confirmation has come, or the time', () => {
    for (const [message, now] of [
      [{ ...good, confirm: null }, 0],
      [refusal('ERR_PAIR_ABANDONED'), 0],
      [good, 90_000],
    ] as const) {
      const { answered } = confirmed(begin())
      assert.ok(answered.at === 'answered')
      const { isk, shared } = answered.secrets
      answererStep(answered, { type: 'verdict', message }, now)
      for (const secret of [isk, shared]) assert.throws(() => secret.expose(), wiped)
    }
  })

  test('of an agreement that the server takes back are gone', () => {
    const { confirming } = confirmed(begin())
    assert.ok(confirming.at === 'confirming')
    requesterStep(confirming, { type: 'verdict', message: refusal('ERR_PEER_GONE') }, 0)
    assert.throws(() => confirming.keys.root.expose(), wiped)
    assert.ok(confirming.keys.root instanceof Secret)
  })
})

test('a request that cannot be read is refused at once', () => {
  const { request, channel } = begin()
  const ring = { ...request, associated: Uint8Array.of(0x80) }
  assert.deepEqual(startAnswerer(ring, channel, PAIR_LIMITS, at(0)), {
    state: { at: 'failed', code: 'ERR_PAIR_MALFORMED' },
    send: { type: 'fail', reason: 'mismatch' },
  })
})

function wiped(error: unknown): boolean {
  return error instanceof HufuError && error.code === 'ERR_SECRET_WIPED'
}
