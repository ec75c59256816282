import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inOrder } from './in-order.ts'

test('what is there is dealt with at once', () => {
  const dealt: number[] = []
  const line = inOrder<number>((one) => dealt.push(one))
  line.push(1)
  line.push(2)
  assert.deepEqual(dealt, [1, 2])
  assert.equal(line.length, 0)
})

test('what comes later is dealt with in the order in which it was begun', async () => {
  const dealt: number[] = []
  const line = inOrder<number>((one) => dealt.push(one))
  const [first, third] = [Promise.withResolvers<number>(), Promise.withResolvers<number>()]
  line.push(first.promise)
  line.push(2)
  line.push(third.promise)
  third.resolve(3)
  await Promise.resolve()
  assert.deepEqual([dealt, line.length], [[], 3])
  first.resolve(1)
  await line.drained()
  assert.deepEqual([dealt, line.length], [[1, 2, 3], 0])
  line.push(4)
  assert.deepEqual(dealt, [1, 2, 3, 4])
})

test('what was done behind others is looked at again in its turn', async () => {
  const dealt: string[] = []
  const line = inOrder<string>((one) => dealt.push(one))
  const again = (done: string): string => (dealt.includes('cure') ? 'cured' : done)
  line.push('fault', again)
  line.push(Promise.resolve('cure'))
  line.push('fault', again)
  await line.drained()
  assert.deepEqual(dealt, ['fault', 'cure', 'cured'])
})
