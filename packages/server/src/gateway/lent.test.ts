import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freeChunk, hold, isLent, lend, letGo } from './lent.ts'

test('what is lent is gone with its last holder, and not before', () => {
  const octets = lend(100).fill(7)
  const view = octets.subarray(20, 40)
  hold(octets)
  hold(view)
  letGo(view)
  assert.deepEqual([octets.length, octets[0], isLent(view)], [100, 7, true])
  letGo(octets)
  assert.deepEqual([octets.length, view.length, isLent(octets)], [0, 0, false])
  letGo(octets)
})

test('what is not lent is nobody’s to free', () => {
  const octets = new Uint8Array(50_000)
  hold(octets)
  letGo(octets)
  letGo(octets)
  assert.equal(octets.length, 50_000)
})

test('a chunk is freed if it is all of its buffer, and large', () => {
  const [all, part, small] = [50_000, 50_000, 100].map((octets) => new Uint8Array(octets))
  freeChunk(all!)
  freeChunk(part!.subarray(0, 49_999))
  freeChunk(small!)
  assert.deepEqual([all!.length, part!.length, small!.length], [0, 50_000, 100])
})
