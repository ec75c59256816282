import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { queue } from './queue.ts'

test('first in, first out, however many', () => {
  const numbers = queue<number>()
  for (let number = 0; number < 5_000; number += 1) numbers.push(number)
  for (let number = 0; number < 4_000; number += 1) assert.equal(numbers.shift(), number)
  assert.deepEqual(
    [numbers.length, numbers.at(0), numbers.at(999), numbers.at(1_000)],
    [1_000, 4_000, 4_999, undefined],
  )
})

test('what has left is not held', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const blocks = queue<object>()
  const left = new WeakRef(pushed(blocks))
  blocks.push({})
  blocks.shift()
  await new Promise((resolve) => setImmediate(resolve))
  collect()
  assert.equal(left.deref(), undefined)
  assert.equal(blocks.length, 1)
})

function pushed(blocks: ReturnType<typeof queue<object>>): object {
  const block = {}
  blocks.push(block)
  return block
}
