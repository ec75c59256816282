import assert from 'node:assert/strict'
import { test } from 'node:test'
import { areaPath, barsPath, dotsPath, grouped, linePath, scaleTop, stacked } from './plot.ts'

test('a scale ends at a round number with room for the largest', () => {
  for (const [largest, top] of [
    [0, 2],
    [0.3, 2],
    [2, 2],
    [2.2, 4],
    [5, 6],
    [10, 10],
    [21, 40],
    [99, 100],
    [100, 100],
    [101, 200],
    [1_234_567, 2_000_000],
  ] as const)
    assert.equal(scaleTop(largest), top, String(largest))
})

test('the newest value stands at the right end', () => {
  assert.equal(linePath([0, 5, 10], 4, 10), 'M1.5 100L2.5 50L3.5 0')
  assert.equal(areaPath([5, 10], 2, 10), 'M0.5 50L1.5 0L1.5 100L0.5 100Z')
  assert.equal(areaPath([], 2, 10), '')
})

test('what is nothing has no bar and no dot', () => {
  assert.equal(barsPath([0, 2], 2, 4), 'M1 100V50h1V100z')
  assert.equal(barsPath([1], 1, 4, [2]), 'M0 50V25h1V50z')
  assert.equal(dotsPath([0, 2, 0], 3, 4), 'M1.5 50h0')
})

test('columns are put on each other, and together in groups from the newest back', () => {
  assert.deepEqual(stacked([[1, 2], [3, 0], []]), [4, 2])
  assert.deepEqual(stacked([]), [])
  assert.deepEqual(
    grouped([1, 2, 3, 4, 5], 2, (group) => Math.max(...group)),
    [1, 3, 5],
  )
})
