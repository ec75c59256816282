import assert from 'node:assert/strict'
import { test } from 'node:test'
import { distinguishable, ksCritical, ksDistance } from './answers/statistics.ts'

const hundred = Array.from({ length: 100 }, (_, i) => i)

test('a sample is at no distance from itself, and at distance 1 from one that lies apart', () => {
  assert.equal(ksDistance(hundred, hundred), 0)
  assert.equal(
    ksDistance(
      hundred,
      hundred.map((value) => value + 100),
    ),
    1,
  )
})

test('the distance is the largest difference of the distribution functions', () => {
  assert.equal(ksDistance([1, 2, 3, 4], [3, 4, 5, 6]), 0.5)
  assert.equal(ksDistance([1, 1, 1, 2], [1, 2, 2, 2]), 0.5)
})

test('the critical value is that of the tables', () => {
  // 1.358 √(2/n) for 5 %, 1.628 √(2/n) for 1 %.
  assert.ok(Math.abs(ksCritical(0.05, 200, 200) - 0.1358) < 1e-4)
  assert.ok(Math.abs(ksCritical(0.01, 200, 200) - 0.1628) < 1e-4)
})

test('the least shift that is seen is the critical share of an even sample', () => {
  assert.equal(distinguishable(hundred, 0.095), 9.1)
})
