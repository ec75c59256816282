import assert from 'node:assert/strict'
import { setImmediate } from 'node:timers/promises'
import { test } from 'node:test'
import { busContract } from './bus.testing.ts'
import { inProcessBus } from './inprocess.ts'

busContract('in process', async () => ({
  bus: inProcessBus(() => undefined),
  settled: () => setImmediate(),
}))

test('what a handler throws is told', async () => {
  const failures: unknown[] = []
  const bus = inProcessBus((error) => failures.push(error))
  bus.subscribe('a', () => {
    throw new RangeError('this one fails')
  })
  bus.publish('a', new Uint8Array(1))
  await setImmediate()
  assert.deepEqual(failures, [new RangeError('this one fails')])
})
