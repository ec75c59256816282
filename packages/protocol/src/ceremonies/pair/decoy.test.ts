import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { random, seededRandomForTests, utf8, x25519, xwing } from '../../crypto/index.ts'
import { at } from '../../testing/clock.testing.ts'
import { checkShare, LOW_ORDER } from '../../testing/curve.testing.ts'
import {
  answer,
  begin,
  passphrase,
  requesterStep,
  resumeSecret,
  type AnswerMessage,
  type Pairing,
} from '../../testing/pairing.testing.ts'
import { decodeCbor } from '../../wire/cbor.ts'
import { beginAttempt, delaySample, PAIR_LIMITS, stepAttempt } from './index.ts'

const STEP = PAIR_LIMITS.answerStepMs

describe('the answer made up for a slot that is not there', () => {
  test('has the form of a real one, octet for octet of structure', () => {
    for (let n = 0; n < 20; n += 1) {
      const pairing = begin()
      const real = answer(pairing).send
      assert.equal(real?.type, 'answer')
      assert.deepEqual(form(madeUp(pairing)), form(real.message))
    }
  })

  test('has a share on the curve and of prime order, as real ones are', () => {
    for (let n = 0; n < 12; n += 1) {
      const pairing = begin()
      const real = answer(pairing).send
      assert.equal(real?.type, 'answer')
      const ours = { canonical: true, onCurve: true, primeOrder: true }
      assert.deepEqual(checkShare(real.message.share), ours, 'real')
      assert.deepEqual(checkShare(madeUp(pairing).share), ours, 'made up')
    }
  })

  test('by a check that tells random octets and twisted points from shares', () => {
    const count = (share: () => Uint8Array): number =>
      Array.from({ length: 40 }, share).filter((octets) => checkShare(octets).primeOrder).length
    assert.ok(count(() => random(32)) < 20)
    assert.equal(
      count(() => x25519.generate(random).publicKey),
      40,
    )
    for (const share of LOW_ORDER) assert.equal(checkShare(share).primeOrder, false)
  })

  test('has a ciphertext that the requester’s key opens', () => {
    const pairing = begin()
    assert.ok(pairing.requester.at === 'asked')
    const decoded = decodeCbor(madeUp(pairing).associated)
    assert.ok(decoded.ok && Array.isArray(decoded.value))
    const ciphertext = (decoded.value as readonly unknown[])[4]
    assert.ok(ciphertext instanceof Uint8Array && ciphertext.length === xwing.ciphertextOctets)
    assert.ok(pairing.requester.secrets.xwing.decapsulate(ciphertext))
  })

  test('never convinces a requester, whatever words it has', () => {
    for (let n = 0; n < 100; n += 1) {
      const pairing = begin({ requesterKnows: [passphrase(`words-${n}`)] })
      const message = madeUp(pairing)
      const step = requesterStep(pairing.requester, { type: 'answered', message }, 0)
      assert.deepEqual(step, {
        state: { at: 'failed', code: 'ERR_PAIR_REFUSED' },
        send: { type: 'fail', reason: 'mismatch' },
      })
    }
  })

  test('differs every time, also to the same request', () => {
    const pairing = begin()
    const answers = Array.from({ length: 20 }, () => madeUp(pairing))
    for (const part of ['share', 'associated', 'tag'] as const) {
      assert.equal(new Set(answers.map((each) => each[part].toString())).size, 20)
    }
  })
})

describe('a request that no opener could answer', () => {
  const cases: Readonly<Record<string, (pairing: Pairing) => Pairing['request']>> = {
    'associated data that cannot be read': ({ request }) => ({
      ...request,
      associated: Uint8Array.of(0x80),
    }),
    'a share of low order': ({ request }) => ({ ...request, share: LOW_ORDER[0]! }),
    'a resume secret where words are asked for': () =>
      begin({ requesterKnows: [resumeSecret(1)] }).request,
  }
  for (const [what, spoilt] of Object.entries(cases)) {
    test(`gets the same from an opener and from nobody: ${what}`, () => {
      const pairing = begin()
      const request = spoilt(pairing)
      const heard = (present: boolean): unknown => {
        const ports = { random: seededRandomForTests(utf8('decoy')), stepMs: STEP }
        const decoyDelayMs = STEP
        const limits = PAIR_LIMITS
        const beginning = { kind: 'slot', request, present, limits, decoyDelayMs } as const
        let step = beginAttempt(beginning, at(0))
        const fails = { type: 'fail', from: 'opener', reason: 'mismatch' } as const
        if (present) step = stepAttempt(step.attempt, fails, at(20), ports)
        return stepAttempt(step.attempt, { type: 'tick' }, at(STEP), ports).effects.map((effect) =>
          effect.do === 'answered' ? { ...effect, answer: form(effect.answer) } : effect,
        )
      }
      assert.deepEqual(heard(true), heard(false))
    })
  }
})

describe('delays', () => {
  test('of answers made up are drawn from those of real ones', () => {
    const sample = delaySample(STEP)
    assert.equal(sample.draw(random), STEP, 'while none is known')
    for (const delay of [250, 500, 500]) sample.note(delay)
    const drawn = Array.from({ length: 400 }, () => sample.draw(random))
    assert.deepEqual(new Set(drawn), new Set([250, 500]))
  })

  test('of long ago are forgotten', () => {
    const sample = delaySample(STEP)
    sample.note(60_000)
    for (let n = 0; n < 64; n += 1) sample.note(250)
    const drawn = Array.from({ length: 400 }, () => sample.draw(random))
    assert.deepEqual(new Set(drawn), new Set([250]))
  })

  test('are the same for a wrong confirmation, whether somebody was there to see it or not', () => {
    const endsAt = (present: boolean): number | undefined => {
      const ports = { random, stepMs: STEP }
      const { request } = begin()
      const beginning = { kind: 'slot', request, present, limits: PAIR_LIMITS } as const
      let { attempt } = beginAttempt({ ...beginning, decoyDelayMs: STEP }, at(0))
      const feed = (input: Parameters<typeof stepAttempt>[1], now: number): unknown[] => {
        const step = stepAttempt(attempt, input, at(now), ports)
        attempt = step.attempt
        return step.effects.filter((effect) => effect.do === 'end')
      }
      const made = { share: random(32), associated: random(9), tag: random(64) }
      feed({ type: 'answer', answer: made }, 37)
      feed({ type: 'tick' }, STEP)
      feed({ type: 'confirm', confirm: { tag: random(64), opening: random(32) } }, 1_000)
      if (present) feed({ type: 'fail', from: 'opener', reason: 'mismatch' }, 1_037)
      for (let now = 1_000; now < 3_000; now += 1) {
        if (feed({ type: 'tick' }, now).length > 0) return now
      }
      return undefined
    }
    assert.equal(endsAt(true), 1_000 + STEP)
    assert.equal(endsAt(false), 1_000 + STEP)
  })
})

function madeUp(pairing: Pairing): AnswerMessage {
  const ports = { random, stepMs: STEP }
  const { request } = pairing
  const limits = PAIR_LIMITS
  const beginning = { kind: 'slot', request, present: false, limits, decoyDelayMs: STEP } as const
  const { attempt } = beginAttempt(beginning, at(0))
  const [effect] = stepAttempt(attempt, { type: 'tick' }, at(STEP), ports).effects
  assert.ok(effect?.do === 'answered' && !effect.real)
  return effect.answer
}

/** What shows without any key: sizes, and of the associated data all that is not random. */
function form({ share, associated, tag }: AnswerMessage): unknown {
  const decoded = decodeCbor(associated)
  const sizes = { share: share.length, associated: associated.length, tag: tag.length }
  if (!decoded.ok || !Array.isArray(decoded.value)) return sizes
  const values = decoded.value as readonly unknown[]
  const parts = values.map((part) => (part instanceof Uint8Array ? part.length : part))
  return { ...sizes, parts }
}
