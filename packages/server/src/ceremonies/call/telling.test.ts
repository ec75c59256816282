import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { inThisTurn } from '../../gateway/turn.ts'
import { tellingOf } from './telling.ts'

const fail = (error: unknown): void => assert.fail(String(error))

test('nobody is told before what is answered in the same turn has left', async () => {
  const log: string[] = []
  const told = new Promise<void>((resolve) => {
    tellingOf(fail).each(['told'], async (one) => {
      log.push(one)
      resolve()
    })
  })
  // as a writer does with what it is given
  await Promise.resolve()
  inThisTurn(() => log.push('answered'))
  await told
  assert.deepEqual(log, ['answered', 'told'])
})

test('one telling comes after the other, whatever goes wrong with the first', async () => {
  const log: string[] = []
  const telling = tellingOf((error) => log.push(String(error)))
  telling.each([1, 2], async (one) => {
    await turn()
    log.push(`ring ${one}`)
    if (one === 2) throw new Error('lost')
  })
  const stopped = new Promise<void>((resolve) => {
    telling.each([1], async () => {
      log.push('stop')
      resolve()
    })
  })
  await stopped
  assert.deepEqual(log, ['ring 1', 'ring 2', 'Error: lost', 'stop'])
})

test('nobody is told anything once it has stopped', async () => {
  const telling = tellingOf(fail)
  telling.each([1], async (one) => fail(one))
  telling.stop()
  for (let n = 0; n < 4; n += 1) await turn()
})
