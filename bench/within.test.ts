import assert from 'node:assert/strict'
import { test } from 'node:test'
import { needs } from '../test/support/needs.ts'
import { openScope } from './harness/scope.ts'
import { within } from './harness/within.ts'

test('what is done in time comes through, and so does its failure', async () => {
  assert.equal(await within(60_000, {}, Promise.resolve(7)), 7)
  await assert.rejects(within(60_000, {}, Promise.reject(new Error('no'))), /no/)
})

test('whoever holds things up is named, with what it wrote', async (t) => {
  if (!needs(t, 'python3')) return
  const scope = await openScope('test')
  t.after(async () => scope.end())
  const quick = scope.start('sh', ['-c', 'echo first'])
  const slow = scope.start('sh', ['-c', 'echo second; exec sleep 60'])
  await Promise.all([quick.ended, slow.match(/second/)])
  const both = Promise.all([quick.ended, slow.ended])
  await assert.rejects(within(1, { quick, slow }, both), {
    message:
      'not done within 0.001 s\nquick had ended, and wrote:\nfirst\n\nslow had not ended, and wrote:\nsecond\n',
  })
})
