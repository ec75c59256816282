import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import { test } from 'node:test'
import { HufuError } from '@hufu/protocol/wire'
import type { Talk } from '@hufu/terminal'
import type { Output } from '../output.ts'
import { speaker } from './speaker.ts'

const output = { event: async () => true } as unknown as Output

/** A talk that takes nothing until it is told to. */
function deaf(): { readonly talk: Talk; readonly waiting: PromiseWithResolvers<void>[] } {
  const waiting: PromiseWithResolvers<void>[] = []
  const say = async (): Promise<{ acknowledged: Promise<void> }> => {
    const acknowledged = Promise.withResolvers<void>()
    waiting.push(acknowledged)
    return { acknowledged: acknowledged.promise }
  }
  return { talk: { say } as unknown as Talk, waiting }
}

test('2,000 lines may be on their way; the next waits until one is taken', async () => {
  const { talk, waiting } = deaf()
  const speaking = speaker(talk, output, () => undefined)
  for (let line = 0; line < 2_000; line++) assert.equal(await speaking.say('x'), true)
  let went = false
  const next = speaking.say('x').then(() => (went = true))
  await turn()
  assert.equal(went, false)
  assert.equal(speaking.open, 2_001)
  waiting[0]!.resolve()
  await next
  assert.equal(waiting.length, 2_001)
})

test('it is settled when everything was taken, and told of once for many', async () => {
  const { talk, waiting } = deaf()
  let settled = 0
  const speaking = speaker(talk, output, () => (settled += 1))
  await speaking.say('a')
  await speaking.say('b')
  waiting[0]!.resolve()
  await turn()
  assert.deepEqual([settled, speaking.open], [0, 1])
  waiting[1]!.resolve()
  await turn()
  assert.deepEqual([settled, speaking.open, speaking.said], [1, 0, 2])
})

test('a session that is over lets nobody wait, and what was said stays open', async () => {
  const { talk, waiting } = deaf()
  const speaking = speaker(talk, output, () => undefined)
  for (let line = 0; line < 2_000; line++) await speaking.say('x')
  const next = speaking.say('x')
  waiting[0]!.reject(new HufuError('ERR_PEER_GONE'))
  await next
  assert.equal(speaking.open, 2_001)
  const gone = { say: async () => Promise.reject(new HufuError('ERR_PEER_GONE')) }
  assert.equal(await speaker(gone as unknown as Talk, output, () => undefined).say('x'), false)
  const wrong = { say: async () => Promise.reject(new HufuError('ERR_CALL_ORDER')) }
  await assert.rejects(speaker(wrong as unknown as Talk, output, () => undefined).say('x'), {
    code: 'ERR_CALL_ORDER',
  })
})
