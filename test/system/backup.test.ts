import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { hufu, type JsonEvent } from '../support/hufu.ts'
import { freePort, serve } from '../support/serve.ts'

// The doctor warns of a folder in memory, and temporary files of tests may be there.
process.env['TMPDIR'] = '/var/tmp'

const served = await serve()
const folder = mkdtempSync(join(tmpdir(), 'hufu-backup-'))
const file = join(folder, 'backup.tar')
after(async () => {
  await served.stop()
  rmSync(folder, { recursive: true })
})

const env = { HUFU_HOME: join(folder, 'home') }

async function run(
  args: readonly string[],
  {
    input = '',
    more = {},
  }: { readonly input?: string; readonly more?: Record<string, string> } = {},
): Promise<{
  readonly exit: number | NodeJS.Signals
  readonly events: readonly JsonEvent[]
  readonly last: JsonEvent | undefined
}> {
  const running = hufu(args, { ...env, ...more })
  running.child.stdin!.end(input)
  const exit = await running.ended
  return { exit, events: running.events, last: running.events.at(-1) }
}

const data = ['--data', served.data]

async function actions(): Promise<readonly unknown[]> {
  return (await run(['audit', 'export', ...data])).events.map(({ action }) => action)
}

describe('beside a server that runs', () => {
  test('a second one is told which has the folder', async () => {
    const listen = ['--listen', `127.0.0.1:${await freePort()}`]
    const { exit, last } = await run(['serve', ...data, ...listen])
    assert.equal(exit, 2)
    const who = `hufu serve, process ${served.pid}, ${served.origin}`
    assert.ok(String(last?.['message']).includes(who), String(last?.['message']))
  })

  test('a backup is made, and looked through', async () => {
    const { exit, last } = await run(['backup', file, ...data])
    assert.deepEqual([exit, last?.event, last?.['fault']], [0, 'backedup', null])
    assert.equal(statSync(file).mode & 0o777, 0o600)
    assert.equal((await run(['backup', file, ...data])).last?.['code'], 'ERR_FILE_WRITE')
    const check = await run(['restore', file, '--check', ...data])
    assert.deepEqual([check.exit, check.last?.['id']], [0, last?.['id']])
    assert.equal((await actions()).at(-1), 'backup.make')
  })

  test('the master key is changed by that server, for who is signed in', async () => {
    const stranger = await run(['vault', 'rotate', ...data])
    assert.deepEqual([stranger.exit, stranger.last?.['code']], [3, 'ERR_SIGNED_OUT'])
    const { last: setup } = await run(['admin', 'setup', ...data])
    const passphrase = 'tango orbit lilac copper'
    const input = `${String(setup?.['code'])}\nada\n${passphrase}\n${passphrase}\n`
    const at = ['--server', served.origin]
    assert.equal((await run(['admin', 'login', '--setup', ...at], { input })).exit, 0)
    const before = (await run(['vault', 'status', ...data])).last
    const rotated = await run(['vault', 'rotate', ...data])
    assert.deepEqual([rotated.exit, rotated.last?.['from']], [0, before?.['id']])
    const after = await run(['vault', 'status', ...at])
    assert.deepEqual([after.last?.['id'], after.last?.['found']], [rotated.last?.['to'], true])
    const scope = ['--name', 'ci', '--scope', 'vault.read', '--expires', '1h']
    const { last: token } = await run(['token', 'create', ...scope, ...at])
    const more = { HUFU_TOKEN: String(token?.['token']) }
    const refused = await run(['vault', 'rotate', ...data], { more })
    assert.deepEqual([refused.exit, refused.last?.['code']], [3, 'ERR_FORBIDDEN'])
    assert.equal((await run(['vault', 'status', ...at], { more })).exit, 0)
    const recorded = (await actions()).filter((action) => String(action).startsWith('vault.'))
    assert.deepEqual(recorded, ['vault.rotate', 'vault.rotated'])
  })

  test('a restore waits for its next start, and what it did until then is kept', async () => {
    const newer = `${file}.2`
    assert.equal((await run(['backup', newer, ...data])).exit, 0)
    const refused = await run(['restore', newer, ...data])
    assert.deepEqual([refused.exit, refused.last?.['code']], [2, 'ERR_DATA_FOLDER'])
    const ready = await run(['restore', newer, '--next-start', ...data])
    assert.deepEqual([ready.exit, ready.last?.['inPlace']], [0, false])
    assert.equal((await run(['doctor', ...data])).exit, 9)
    await served.restart()
    assert.equal(existsSync(join(String(ready.last?.['former']), 'hufu.db')), true)
    const { exit, last } = await run(['audit', 'verify', ...data])
    assert.deepEqual([exit, last?.['fault']], [0, null])
    const start = ['backup.make', 'backup.restore', 'server.start', 'server.config']
    assert.deepEqual((await actions()).slice(-4), start)
  })

  test('a backup from before the key was changed does not open, and says which key it takes', async () => {
    const { exit, last } = await run(['restore', file, '--check', ...data])
    assert.deepEqual([exit, last?.['code']], [2, 'ERR_VAULT_KEY'])
    assert.match(String(last?.['message']), /the backup is under the master key [0-9a-f]{32}/)
  })
})

test('the doctor says how a server is, by its exit code too', async () => {
  const well = await run(['doctor', ...data])
  const fails = well.events.filter(({ is }) => is === 'fail')
  assert.deepEqual(fails, [])
  assert.equal((await run(['doctor', '--server', served.origin])).events.length, 3)
  chmodSync(join(served.data, 'master.key'), 0o644)
  const ill = await run(['doctor', ...data])
  const checks = ill.events.filter(({ is }) => is === 'fail').map(({ check }) => check)
  assert.deepEqual([ill.exit, checks], [10, ['permissions', 'master-key']])
  chmodSync(join(served.data, 'master.key'), 0o600)
})

test('a server that was stopped is restored at once', async () => {
  await served.kill()
  const { exit, last } = await run(['restore', `${file}.2`, ...data])
  assert.deepEqual([exit, last?.['inPlace']], [0, true])
  await served.restart()
  assert.equal(readdirSync(served.data).filter((name) => name.startsWith('former-')).length, 2)
  assert.equal((await run(['audit', 'verify', ...data])).exit, 0)
})
