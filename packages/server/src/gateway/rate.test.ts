import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Ms } from '@hufu/protocol/wire'
import { bucket } from './rate.ts'

const at = (ms: number): Ms => ms as Ms

test('lets the burst through at once, then so many a second', () => {
  const tokens = bucket(10, 3, at(0))
  const taken = [0, 0, 0, 0, 99, 100, 150, 200].map((ms) => tokens.take(1, at(ms)))
  assert.deepEqual(taken, [true, true, true, false, false, true, false, true])
})

test('never fills beyond the burst', () => {
  const tokens = bucket(10, 3, at(0))
  const taken = [1e9, 1e9, 1e9, 1e9].map((ms) => tokens.take(1, at(ms)))
  assert.deepEqual(taken, [true, true, true, false])
})

test('a debt is paid off in its time', () => {
  const tokens = bucket(1_000, 100, at(0))
  assert.equal(tokens.spend(100, at(0)), 0)
  assert.equal(tokens.spend(50, at(0)), 50)
  assert.equal(tokens.spend(0, at(49)), 1)
  assert.equal(tokens.spend(0, at(50)), 0)
})

test('over any time, no more passes than burst and rate allow', () => {
  const asks = fc.array(fc.tuple(fc.nat(50), fc.integer({ min: 1, max: 5 })), { maxLength: 200 })
  fc.assert(
    fc.property(asks, (steps) => {
      const tokens = bucket(100, 10, at(0))
      let now = 0
      let passed = 0
      for (const [ms, amount] of steps) {
        now += ms
        if (tokens.take(amount, at(now))) passed += amount
        assert.ok(passed <= 10 + now / 10 + 1e-6)
      }
    }),
  )
})
