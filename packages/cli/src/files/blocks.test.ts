import assert from 'node:assert/strict'
import { test } from 'node:test'
import { blocks } from './blocks.ts'

test('a block that was given back is taken again, and no other', () => {
  const memory = blocks()
  const [one, two] = [memory.take(1_000_000), memory.take(1_048_576)]
  assert.notEqual(one.buffer, two.buffer)
  memory.giveBack(one)
  const again = memory.take(500_000)
  assert.equal(again.buffer, one.buffer)
  assert.equal(again.length, 500_000)
  assert.notEqual(memory.take(500_000).buffer, one.buffer)
})

test('what is smaller or larger than a block is as long as was asked, and its own', () => {
  const memory = blocks()
  for (const octets of [0, 1, 100_000, 1_048_577]) {
    const one = memory.take(octets)
    assert.equal(one.buffer.byteLength, octets)
    memory.giveBack(one)
    assert.notEqual(memory.take(octets).buffer, one.buffer)
  }
})
