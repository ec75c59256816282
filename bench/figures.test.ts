import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compared, median, shown } from './harness/figures.ts'

test('the median is the middle value, or the mean of the two in the middle', () => {
  assert.equal(median([3, 1, 2]), 2)
  assert.equal(median([4, 1, 3, 2]), 2.5)
  assert.throws(() => median([]), RangeError)
})

test('a target is met up to its limit, and not beyond', () => {
  const of = (hufu: number, limit: { readonly atMost?: number; readonly atLeast?: number }) =>
    compared({ what: '', unit: '', hufu: [hufu], peer: [10], peerName: '', ...limit }).target?.met
  assert.equal(of(5, { atMost: 0.5 }), true)
  assert.equal(of(6, { atMost: 0.5 }), false)
  assert.equal(of(5, { atLeast: 0.5 }), true)
  assert.equal(of(4, { atLeast: 0.5 }), false)
  assert.equal(of(4, {}), undefined)
})

test('three digits are shown', () => {
  assert.equal(shown(1 / 3), '0.333')
  assert.equal(shown(12_345.6), '12,346')
  assert.equal(shown(0), '0')
})
