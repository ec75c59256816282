import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { text } from '@hufu/protocol/crypto'
import { testFolder } from '../server.testing.ts'
import { keyFile } from './master/file.ts'
import { masterRows } from './masters.ts'
import { rotate } from './rotation.ts'
import { testVault } from './vault.testing.ts'

const WRITER = fileURLToPath(new URL('writer.testing.ts', import.meta.url))
/** Kills. Each finds writes and a change of the master key under way, at any point. */
const KILLS = 8

test('killed at random while it writes and rotates, it loses nothing', async (t) => {
  const folder = testFolder()
  let next = 0
  for (let kill = 0; kill < KILLS; kill += 1) {
    next = await killedAfter(folder, next, randomInt(1, 250))
    const sources = { current: keyFile(join(folder, 'master.key')), next: undefined }
    const safe = await testVault(t, { folder, sources })
    for (let at = 0; at < next; at += 1) {
      const place = { owner: `owner-${at % 400}`, name: `n${at}` }
      using secret = await safe.store.read((db) => safe.vault.open(db, place))
      assert.ok(secret !== undefined, `${at} of ${next} is lost`)
      assert.equal(text(secret.expose()), `secret-${at}`)
    }
    // every other time the next process finds the change as it was left
    if (kill % 2 === 1 && safe.vault.leaving !== undefined) {
      assert.equal((await rotate(safe)).resumed, true)
      assert.equal((await safe.store.read(masterRows)).length, 1)
    }
    await safe.close()
  }
  const keys = readdirSync(folder).filter((name) => name.startsWith('master.key'))
  assert.ok(keys.includes('master.key') && keys.length <= 2, keys.join())
})

/** Lets the process run until it has put `most` secrets more, and kills it. Number of the first that may not stand. */
async function killedAfter(folder: string, from: number, most: number): Promise<number> {
  const child = spawn(process.execPath, [WRITER, folder, `${from}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  let next = from
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('put ')) next = Number(line.slice(4)) + 1
    if (next - from >= most) child.kill('SIGKILL')
  }
  assert.deepEqual(await ended, [null, 'SIGKILL'], 'it ended by itself')
  return next
}
