import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, test } from 'node:test'
import { hufu, type JsonEvent } from '../support/hufu.ts'
import { serve } from '../support/serve.ts'

const served = await serve({ HUFU_METRICS_TOKEN: 'hunter2' })
after(() => served.stop())

test('a server records its life, also when it is killed, and the record is checked beside it', async () => {
  assert.equal((await verdict()).exit, 0)
  await served.kill()
  assert.equal((await verdict()).exit, 0)
  await served.restart()
  await served.restart()
  const { exit, audited } = await verdict()
  assert.deepEqual([exit, audited?.['fault']], [0, null])
  const start = ['server.start', 'server.config']
  const actions = (await audit('export')).events.map(({ action }) => String(action))
  const ofServer = actions.filter((action) => action.startsWith('server.'))
  assert.deepEqual(ofServer, [...start, ...start, 'server.stop', ...start])
})

test('settings are recorded by name, and what they are set to is not', async () => {
  const { events } = await audit('export')
  const config = events.find(({ action }) => action === 'server.config')
  assert.deepEqual(config?.['detail'], { changed: ['data', 'listen', 'metricsToken'] })
  assert.doesNotMatch(JSON.stringify(events), /hunter2/)
})

test('an entry that somebody changed is named, with exit code 7, and kept marks show more', async () => {
  await served.kill()
  const text = await readFile(join(served.data, 'audit.marks'), 'utf8')
  const database = new DatabaseSync(join(served.data, 'hufu.db'))
  database.exec(`UPDATE audit_entries SET outcome = 'ERR_LISTEN' WHERE seq = 2`)
  database.close()
  const { exit, audited, error } = await verdict()
  assert.deepEqual([exit, error?.['code']], [7, 'ERR_AUDIT_BROKEN'])
  assert.deepEqual(audited?.['fault'], { is: 'changed', seq: 2 })
  assert.match(String(error?.['message']), /entry 2 was changed/)
  const kept = await verdict('--mark', text.trim().split('\n').at(-1)!)
  assert.equal(kept.exit, 7)
  assert.equal((await verdict('--key', '0'.repeat(64))).audited?.['key'], '0'.repeat(64))
})

async function audit(
  verb: string,
  ...args: readonly string[]
): Promise<{ readonly exit: number | NodeJS.Signals; readonly events: readonly JsonEvent[] }> {
  const run = hufu(['audit', verb, '--data', served.data, ...args])
  return { exit: await run.ended, events: run.events }
}

async function verdict(...args: readonly string[]) {
  const { exit, events } = await audit('verify', ...args)
  const find = (name: string) => events.find(({ event }) => event === name)
  return { exit, audited: find('audited'), error: find('error') }
}
