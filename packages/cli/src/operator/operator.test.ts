import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const HUFU = fileURLToPath(new URL('../../bin/hufu.mjs', import.meta.url))
const PASSPHRASE = 'tango orbit lilac copper'

interface Event {
  readonly event: string
  readonly [field: string]: unknown
}

test('from the first code to a token that ends, by the command line alone', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'hufu-operator-'))
  const serve = ['serve', '--json', '--log', 'error', '--listen', '127.0.0.1:0']
  const server = spawn(process.execPath, [HUFU, ...serve, '--data', join(folder, 'data')])
  t.after(async () => {
    server.kill('SIGTERM')
    if (server.exitCode === null) await once(server, 'exit')
    rmSync(folder, { recursive: true })
  })
  const lines = createInterface(server.stdout)[Symbol.asyncIterator]()
  const next = async (): Promise<Event> => JSON.parse((await lines.next()).value as string) as Event
  const { url } = await next()
  const { event, code } = await next()
  assert.equal(event, 'setup')

  const env = { ...process.env, HUFU_HOME: join(folder, 'home'), HUFU_SERVER: url as string }
  const hufu = (
    args: readonly string[],
    { input = '', token = '' }: { readonly input?: string; readonly token?: string } = {},
  ): { readonly status: number | null; readonly said: Event } => {
    const run = spawnSync(process.execPath, [HUFU, ...args, '--json'], {
      encoding: 'utf8',
      input,
      env: { ...env, HUFU_TOKEN: token },
    })
    const [first = '{}'] = run.stdout.split('\n')
    return { status: run.status, said: JSON.parse(first) as Event }
  }

  assert.equal(hufu(['admin', 'whoami']).said['code'], 'ERR_SIGNED_OUT')
  const answers = `${code as string}\nada\n${PASSPHRASE}\n`
  const differ = hufu(['admin', 'login'], { input: `${answers}${PASSPHRASE}!\n` })
  assert.deepEqual([differ.status, differ.said['code']], [2, 'ERR_OPERATOR_PASSPHRASE'])
  const login = hufu(['admin', 'login'], { input: `${answers}${PASSPHRASE}\n` })
  assert.deepEqual([login.status, login.said['role']], [0, 'operator'])
  const kept = join(folder, 'home', 'operator')
  for (const file of readdirSync(kept)) {
    assert.equal(statSync(join(kept, file)).mode & 0o777, 0o600)
    assert.equal(readFileSync(join(kept, file), 'utf8').includes(PASSPHRASE), false)
  }

  const add = hufu(['admin', 'users', 'add', 'max', '--role', 'auditor'])
  assert.equal(add.said.event, 'invited')
  const make = ['token', 'create', '--name', 'ci', '--scope', 'status.read', '--expires', '30d']
  const { said: made } = hufu(make)
  const token = made['token'] as string
  const { said: who } = hufu(['admin', 'whoami'], { token })
  assert.deepEqual(who['permissions'], ['status.read'])
  const mistyped: readonly (readonly [readonly string[], string, RegExp])[] = [
    [['admin', 'users', 'add', 'eve', '--role', 'king'], 'ERR_USAGE', /--role takes operator/],
    [['admin', 'users', 'add', 'Eve\u001b', '--role', 'vendor'], 'ERR_USAGE', /a name has/],
    [['admin', 'users', 'remove', ''], 'ERR_USAGE', /is empty/],
    [make.with(5, 'status.raed'), 'ERR_USAGE', /--scope takes/],
    [make.with(7, '999d'), 'ERR_USAGE', /--expires takes/],
    [['token', 'revoke', 'ci'], 'ERR_USAGE', /no ID/],
    [['user', 'show', 'ann'], 'ERR_USER_ID', /user list/],
    [['user', 'release', 'desk', '--reason', 'night'], 'ERR_USAGE', /ID of a terminal/],
  ]
  for (const [args, code, message] of mistyped) {
    const { status, said } = hufu(args)
    assert.deepEqual([status, said['code']], [2, code], args.join(' '))
    assert.match(said['message'] as string, message)
  }
  const users = hufu(['admin', 'users'], { token })
  assert.deepEqual([users.status, users.said['code']], [3, 'ERR_FORBIDDEN'])
  assert.equal(hufu(['token', 'revoke', made['id'] as string]).status, 0)
  assert.equal(hufu(['admin', 'whoami'], { token }).said['code'], 'ERR_SIGNED_OUT')
  assert.equal(hufu(['admin', 'logout']).status, 0)
  assert.deepEqual(readdirSync(kept), [])
  const wrong = hufu(['admin', 'login', '--name', 'ada'], { input: 'not this\n' })
  assert.deepEqual([wrong.status, wrong.said['code']], [3, 'ERR_LOGIN_REFUSED'])
  assert.equal(hufu(['admin', 'login', '--name', 'ada'], { input: `${PASSPHRASE}\n` }).status, 0)
})

test('nothing leaves for another machine over plain http', () => {
  const args = ['admin', 'login', '--json', '--server', 'http://192.0.2.1']
  const { status, stdout } = spawnSync(process.execPath, [HUFU, ...args], { encoding: 'utf8' })
  assert.equal(status, 2)
  assert.match(stdout, /ERR_INSECURE/)
})
