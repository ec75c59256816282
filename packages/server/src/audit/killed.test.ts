import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { testFolder } from '../server.testing.ts'
import { recorderIn } from './audit.testing.ts'
import { verifyAudit } from './verify.ts'

const WRITER = fileURLToPath(new URL('writer.testing.ts', import.meta.url))
const KILLS = 5

test('kill -9 at any moment, retention under way: the chain is whole, and has all that was durable', async () => {
  const folder = testFolder()
  let dropped = false
  for (let round = 0; round < KILLS; round += 1) {
    const durable = await killedAfter(folder, round, Math.floor(Math.random() * 400))
    const { last, first, fault } = await verifyAudit(folder)
    assert.equal(fault, undefined, `after ${durable}`)
    assert.ok(last >= durable, `${durable} was durable, and ${last} is the last`)
    dropped ||= first > 1
  }
  assert.ok(dropped, 'nothing was ever dropped')
  await (await recorderIn(folder)).close()
  const { last, marked, fault } = await verifyAudit(folder)
  assert.deepEqual([marked, fault], [last, undefined])
})

/** Starts a writer, kills it somewhere behind so many entries; the number of the last that it said was durable. */
async function killedAfter(folder: string, round: number, entries: number): Promise<number> {
  const child = spawn(process.execPath, [WRITER, folder, String(round * 10)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout.setEncoding('latin1').on('data', (text: string) => {
    said += text
    if (said.length > entries * 3) child.kill('SIGKILL')
  })
  const [code] = (await once(child, 'close')) as [number | null]
  assert.equal(code, null, 'it ended by itself')
  const whole = said.slice(0, said.lastIndexOf('\n')).split('\n')
  return Math.max(...whole.map(Number))
}
