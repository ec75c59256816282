import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { random } from '../../crypto/index.ts'
import { at } from '../../testing/clock.testing.ts'
import { frozen } from '../../testing/frozen.testing.ts'
import { begin } from '../../testing/pairing.testing.ts'
import {
  beginAttempt,
  isByPerson,
  PAIR_LIMITS,
  releaseDelay,
  stepAttempt,
  type Attempt,
  type AttemptEffect,
  type AttemptInput,
  type AttemptKind,
  type AttemptStep,
} from './index.ts'

const STEP = PAIR_LIMITS.answerStepMs
const DECOY_DELAY = 3 * STEP
const { request } = begin()

const INPUTS = {
  answer: {
    type: 'answer',
    answer: { share: random(32), associated: random(9), tag: random(64) },
  },
  confirm: { type: 'confirm', confirm: { tag: random(64), opening: random(32) } },
  stands: { type: 'stands' },
  'opener fails': { type: 'fail', from: 'opener', reason: 'mismatch' },
  'requester fails': { type: 'fail', from: 'requester', reason: 'mismatch' },
  'opener gone': { type: 'gone', from: 'opener' },
  'requester gone': { type: 'gone', from: 'requester' },
  tick: { type: 'tick' },
} as const satisfies Record<string, AttemptInput>
type Name = keyof typeof INPUTS

/** The inputs that lead to each state of an attempt by slot, and when they come. */
const PATHS = {
  rung: [],
  holding: [['answer', 10]],
  answered: [
    ['answer', 10],
    ['tick', STEP],
  ],
  confirmed: [
    ['answer', 10],
    ['tick', STEP],
    ['confirm', 1_000],
  ],
  ending: [
    ['answer', 10],
    ['tick', STEP],
    ['confirm', 1_000],
    ['opener fails', 1_020],
  ],
  decoy: [],
  mimicking: [['tick', DECOY_DELAY]],
  'ending a decoy': [
    ['tick', DECOY_DELAY],
    ['confirm', 1_000],
  ],
  silent: [],
  over: [['requester gone', 5]],
} as const satisfies Record<string, readonly (readonly [Name, number])[]>
type Place = keyof typeof PATHS

/** What each input leads to at 1,030 ms; `-` where it changes nothing. */
const TABLE: Readonly<Record<Place, readonly (readonly [Name, string])[]>> = {
  rung: [
    ['answer', 'holding: wake 1250'],
    ['confirm', '-'],
    ['stands', '-'],
    ['opener fails', 'decoy: wake 1250'],
    ['requester fails', '-'],
    ['opener gone', 'decoy: wake 1250'],
    ['requester gone', 'over: fail opener ERR_PAIR_ABANDONED'],
    ['tick', '-'],
  ],
  holding: [
    ['answer', '-'],
    ['confirm', '-'],
    ['stands', '-'],
    ['opener fails', 'decoy: wake 250'],
    ['requester fails', '-'],
    ['opener gone', 'decoy: wake 250'],
    ['requester gone', 'over: fail opener ERR_PAIR_ABANDONED'],
    ['tick', 'answered: answered really, wake 90000'],
  ],
  answered: [
    ['answer', '-'],
    ['confirm', 'confirmed: open really, wake 90000'],
    ['stands', '-'],
    ['opener fails', '-'],
    ['requester fails', 'over: fail opener ERR_PAIR_GUESSED, fail requester ERR_PAIR_REFUSED'],
    ['opener gone', 'mimicking: wake 90000'],
    ['requester gone', 'over: fail opener ERR_PAIR_ABANDONED'],
    ['tick', '-'],
  ],
  confirmed: [
    ['answer', '-'],
    ['confirm', '-'],
    ['stands', 'over: forgive'],
    ['opener fails', 'ending: wake 1250'],
    ['requester fails', '-'],
    ['opener gone', '-'],
    ['requester gone', '-'],
    ['tick', '-'],
  ],
  ending: [
    ['answer', '-'],
    ['confirm', '-'],
    ['stands', '-'],
    ['opener fails', '-'],
    ['requester fails', '-'],
    ['opener gone', '-'],
    ['requester gone', '-'],
    ['tick', '-'],
  ],
  decoy: [
    ['answer', '-'],
    ['confirm', '-'],
    ['stands', '-'],
    ['opener fails', '-'],
    ['requester fails', '-'],
    ['opener gone', '-'],
    ['requester gone', 'over: '],
    ['tick', 'mimicking: answered for show, wake 90000'],
  ],
  mimicking: [
    ['answer', '-'],
    ['confirm', 'ending: open for show, wake 1780'],
    ['stands', '-'],
    ['opener fails', 'over: fail requester ERR_PAIR_REFUSED'],
    ['requester fails', 'over: fail requester ERR_PAIR_REFUSED'],
    ['opener gone', '-'],
    ['requester gone', 'over: '],
    ['tick', '-'],
  ],
  'ending a decoy': [
    ['answer', '-'],
    ['confirm', '-'],
    ['stands', '-'],
    ['opener fails', '-'],
    ['requester fails', '-'],
    ['opener gone', '-'],
    ['requester gone', '-'],
    ['tick', '-'],
  ],
  silent: [
    ['answer', '-'],
    ['confirm', '-'],
    ['stands', '-'],
    ['opener fails', '-'],
    ['requester fails', '-'],
    ['opener gone', '-'],
    ['requester gone', 'over: '],
    ['tick', '-'],
  ],
  over: (Object.keys(INPUTS) as Name[]).map((name) => [name, '-']),
}

/** What a tick at the last moment leads to, and one a millisecond before it. */
const DEADLINES: Readonly<Record<Exclude<Place, 'over'>, readonly [when: number, then: string]>> = {
  rung: [60_000, 'over: fail opener ERR_PAIR_ANSWER_LATE, fail requester ERR_PAIR_ANSWER_LATE'],
  holding: [STEP, 'answered: answered really, wake 90000'],
  answered: [
    90_000,
    'over: fail opener ERR_PAIR_CONFIRM_LATE, fail requester ERR_PAIR_CONFIRM_LATE',
  ],
  confirmed: [90_000, 'over: '],
  ending: [1_250, 'over: end requester ERR_PAIR_REFUSED'],
  decoy: [DECOY_DELAY, 'mimicking: answered for show, wake 90000'],
  mimicking: [90_000, 'over: fail requester ERR_PAIR_CONFIRM_LATE'],
  'ending a decoy': [1_750, 'over: end requester ERR_PAIR_REFUSED'],
  silent: [120_000, 'over: fail requester ERR_PAIR_NO_ANSWER'],
}

describe('the server’s part of an attempt', () => {
  for (const [place, rows] of Object.entries(TABLE) as [Place, (typeof TABLE)[Place]][]) {
    test(`${place}: every input`, () => {
      assert.deepEqual(
        rows.map(([name]) => name),
        Object.keys(INPUTS),
        'a row for each',
      )
      for (const [name, expected] of rows) {
        const attempt = reach(place)
        const step = run(attempt, name, 1_030)
        assert.equal(shown(attempt, step), expected, name)
      }
    })
  }

  for (const [place, [when, then]] of Object.entries(DEADLINES) as [
    keyof typeof DEADLINES,
    (typeof DEADLINES)[keyof typeof DEADLINES],
  ][]) {
    test(`${place}: ends by itself, and not a millisecond early`, () => {
      const attempt = reach(place)
      assert.equal(shown(attempt, run(attempt, 'tick', when - 1)), '-')
      assert.equal(shown(attempt, run(attempt, 'tick', when)), then)
    })
  }

  test('an answer in the last millisecond counts, one at the deadline does not', () => {
    const attempt = reach('rung')
    assert.equal(run(attempt, 'answer', 59_999).attempt.at, 'holding')
    assert.match(shown(attempt, run(attempt, 'answer', 60_000)), /ERR_PAIR_ANSWER_LATE$/)
  })

  test('so with a confirmation, real or for show', () => {
    for (const place of ['answered', 'mimicking'] as const) {
      const attempt = reach(place)
      assert.match(shown(attempt, run(attempt, 'confirm', 89_999)), /open/)
      assert.match(shown(attempt, run(attempt, 'confirm', 90_000)), /ERR_PAIR_CONFIRM_LATE$/)
    }
  })

  test('ends by itself whatever happened before', () => {
    const events = fc.array(
      fc.tuple(fc.constantFrom(...(Object.keys(INPUTS) as Name[])), fc.nat(40_000)),
    )
    const kinds = fc.constantFrom<AttemptKind>('slot', 'name', 'meeting', 'user')
    fc.assert(
      fc.property(kinds, fc.boolean(), events, (kind, present, happens) => {
        let now = 0
        let step = start(kind, present)
        for (const [name, later] of happens) {
          now += later
          step = run(step.attempt, name, now)
        }
        for (let turn = 0; step.attempt.at !== 'over'; turn += 1) {
          assert.ok(turn < 5, 'still not over')
          now += 125_000
          step = run(step.attempt, 'tick', now)
        }
      }),
      { numRuns: 300 },
    )
  })
})

describe('codes differ by how the opener is found', () => {
  const codes = {
    slot: ['ERR_PAIR_REFUSED', 'ERR_PAIR_ANSWER_LATE'],
    name: ['ERR_PAIR_MISMATCH', 'ERR_PAIR_NO_ANSWER'],
    meeting: ['ERR_CONTACT_LOST', 'ERR_PAIR_ANSWER_LATE'],
    user: ['ERR_PAIR_MISMATCH', 'ERR_PAIR_NO_ANSWER'],
  } as const
  for (const [kind, [mismatch, late]] of Object.entries(codes) as [
    AttemptKind,
    readonly [string, string],
  ][]) {
    test(kind, () => {
      const rung = start(kind, true).attempt
      const answered = run(run(rung, 'answer', 1).attempt, 'tick', STEP).attempt
      const failed = run(answered, 'requester fails', STEP)
      assert.match(shown(answered, failed), new RegExp(`fail requester ${mismatch}$`))
      const ending = run(run(answered, 'confirm', STEP).attempt, 'opener fails', STEP).attempt
      assert.equal(shown(ending, run(ending, 'tick', 2 * STEP)), `over: end requester ${mismatch}`)
      const { answerMs, answerByNameMs } = PAIR_LIMITS
      const missed = run(rung, 'tick', isByPerson(kind) ? answerByNameMs : answerMs)
      assert.match(shown(rung, missed), new RegExp(`fail requester ${late}$`))
    })
  }
})

for (const kind of ['name', 'user'] as const)
  describe(`by ${kind}, the requester cannot tell`, () => {
    test('absent, declining and vanishing openers apart, nor when', () => {
      const heard = (present: boolean, happens: readonly (readonly [Name, number])[]): unknown => {
        const effects: unknown[] = []
        let step = start(kind, present)
        const note = (now: number): void => {
          for (const effect of step.effects) {
            if (effect.do === 'fail' && effect.to === 'opener') continue
            if (effect.do !== 'ring' && effect.do !== 'wake') effects.push([now, effect])
          }
        }
        note(0)
        for (const [name, now] of [...happens, ['tick', 119_999], ['tick', 120_000]] as const) {
          step = run(step.attempt, name, now)
          note(now)
        }
        return effects
      }
      const expected = [[120_000, { do: 'fail', to: 'requester', code: 'ERR_PAIR_NO_ANSWER' }]]
      assert.deepEqual(heard(false, []), expected)
      assert.deepEqual(heard(true, []), expected)
      assert.deepEqual(heard(true, [['opener fails', 10]]), expected)
      assert.deepEqual(heard(true, [['opener gone', 10]]), expected)
      assert.deepEqual(
        heard(true, [
          ['answer', 10],
          ['opener gone', 20],
        ]),
        expected,
      )
    })
  })

test('an answer is released at the next whole step after it came, counted from the request', () => {
  for (const [elapsed, released] of [
    [0, 250],
    [1, 250],
    [250, 250],
    [251, 500],
    [59_999, 60_000],
  ] as const) {
    assert.equal(releaseDelay(elapsed, 250), released)
  }
})

function start(kind: AttemptKind, present: boolean): AttemptStep {
  return beginAttempt(
    frozen({ kind, request, present, limits: PAIR_LIMITS, decoyDelayMs: DECOY_DELAY }),
    at(0),
  )
}

function run(attempt: Attempt, name: Name, now: number): AttemptStep {
  return stepAttempt(frozen(attempt), frozen(INPUTS[name]), at(now), { random, stepMs: STEP })
}

function reach(place: Place): Attempt {
  const kind = place === 'silent' ? 'name' : 'slot'
  const absent: readonly Place[] = ['decoy', 'mimicking', 'ending a decoy', 'silent']
  let { attempt } = start(kind, !absent.includes(place))
  for (const [name, now] of PATHS[place]) attempt = run(attempt, name, now).attempt
  return attempt
}

function shown(before: Attempt, { attempt, effects }: AttemptStep): string {
  if (attempt === before && effects.length === 0) return '-'
  return `${attempt.at}: ${effects.map(shownEffect).join(', ')}`
}

function shownEffect(effect: AttemptEffect): string {
  switch (effect.do) {
    case 'answered':
    case 'open':
      return `${effect.do} ${effect.real ? 'really' : 'for show'}`
    case 'fail':
    case 'end':
      return `${effect.do} ${effect.to} ${effect.code}`
    case 'wake':
      return `wake ${effect.at}`
    case 'ring':
    case 'forgive':
      return effect.do
  }
}
