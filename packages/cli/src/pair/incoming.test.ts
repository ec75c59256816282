import assert from 'node:assert/strict'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Incoming } from '@hufu/terminal'
import type { Output } from '../output.ts'
import { receiver, type Receiver } from './incoming.ts'
import type { ProgressBoard } from './progress.ts'

let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hufu-incoming-'))
})
after(async () => rm(folder, { recursive: true, force: true }))

/** A receiver at which somebody sits; it has one offer, and notes whether that was taken. */
function offered(): { readonly receiving: Receiver; readonly taken: () => number } {
  let accepted = 0
  const output = { event: async () => true, note: () => undefined } as unknown as Output
  const nothing = (): void => undefined
  const follow = { offered: nothing, started: nothing, progress: nothing, done: nothing }
  const board = { follow: () => ({ ...follow, failed: nothing }) } as unknown as ProgressBoard
  const receiving = receiver({
    output,
    board,
    directory: undefined,
    canAsk: true,
    settled: nothing,
  })
  receiving.offered({
    offer: { name: 'a', kind: 'file', octets: 1 },
    withdrawn: new Promise(() => undefined),
    accept: async () => ((accepted += 1), 'a'),
    decline: nothing,
  } as unknown as Incoming)
  return { receiving, taken: () => accepted }
}

test('a folder that is not there is made for what is taken', async () => {
  const { receiving, taken } = offered()
  const into = join(folder, 'new', 'in')
  assert.equal(await receiving.accept(into), true)
  assert.ok((await stat(into)).isDirectory())
  assert.equal(await receiving.accept(into), false, 'nothing is offered any more')
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(taken(), 1)
})

test('a folder that cannot be made costs no offer', async () => {
  const { receiving, taken } = offered()
  await writeFile(join(folder, 'file'), '')
  await assert.rejects(receiving.accept(join(folder, 'file', 'in')), { code: 'ERR_FILE_WRITE' })
  assert.equal(taken(), 0)
  assert.equal(await receiving.accept(folder), true, 'it still waits')
})
