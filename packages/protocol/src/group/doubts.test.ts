import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Ms } from '../wire/units.ts'
import { noDoubts, type Doubts } from './doubts.ts'
import { GROUP_DEFAULTS } from './policy.ts'

/** Of claims each second, the seconds in which one is shown. */
function shownAt(doubts: Doubts, from: number, seconds: readonly number[]): readonly number[] {
  return seconds.filter((second) => doubts.claimed(from, 2, GROUP_DEFAULTS, (second * 1_000) as Ms))
}

const upTo = (last: number, first = 0): readonly number[] =>
  Array.from({ length: last - first + 1 }, (_, at) => first + at)

test('a claim is shown once it has gone on for 24 s, and not again', () => {
  assert.deepEqual(shownAt(noDoubts(), 1, upTo(300)), [24])
})

test('two who claim a group are shown each', () => {
  const doubts = noDoubts()
  assert.deepEqual(shownAt(doubts, 1, upTo(30)), [24])
  assert.deepEqual(shownAt(doubts, 2, upTo(90, 40)), [64])
})

test('pauses do not hide it, but a claim after two minutes is a new one', () => {
  const doubts = noDoubts()
  assert.deepEqual(shownAt(doubts, 1, [0, 110]), [110])
  assert.deepEqual(shownAt(doubts, 1, upTo(260, 230)), [254])
})

test('who gives way, and claims it again, begins anew', () => {
  const doubts = noDoubts()
  assert.deepEqual(shownAt(doubts, 1, upTo(20)), [])
  doubts.settled(1)
  assert.deepEqual(shownAt(doubts, 1, upTo(40, 21)), [])
  doubts.outdated(3)
  assert.deepEqual(shownAt(doubts, 1, upTo(60, 41)), [])
  doubts.outdated(2)
  assert.deepEqual(shownAt(doubts, 1, upTo(90, 61)), [65])
})
