import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { until } from '../../packages/server/src/ceremonies/call/people.testing.ts'
import { callOfThree } from '../support/callers.ts'
import { company } from '../support/company.ts'
import { enrolHere } from '../support/enrolled.ts'
import { operatorOf } from '../support/operator.ts'
import { serve, type Served } from '../support/serve.ts'
import { shellsAt, type Shell } from '../support/shells.ts'

/* Users, their keys and who is trusted, as an operator has them by the command line alone. */

const HUFU = fileURLToPath(new URL('../../packages/cli/bin/hufu.mjs', import.meta.url))
const PASSPHRASE = 'correct horse battery'
const SCOPE = [
  'users.read',
  'users.write',
  'keys.revoke',
  'bindings.release',
  'issuers.write',
  'calls.read',
  'calls.end',
]

let served: Served
let shells: ReturnType<typeof shellsAt>
let desk: Shell

before(async () => {
  served = await serve({ HUFU_NAMESPACE: 'hufu.example' })
  const body = { name: 'test', scope: SCOPE, lifetimeMs: 3_600_000 }
  const made = await (await operatorOf(served)).call('POST', '/tokens', body)
  const { token } = made as { readonly token: string }
  shells = shellsAt(served.origin, { HUFU_KEY_PASSPHRASE: PASSPHRASE, HUFU_TOKEN: token })
  desk = await shells.open()
})
after(async () => {
  await shells.close()
  await served.stop()
})

/** A shell with a key of `user`, signed in; the event that says where. */
async function signedIn(user: string) {
  const shell = await shells.open()
  const { code } = (await desk.run(`user invite ${user}`)).event('invited')
  const key = await enrolHere(shell.home, served.origin, String(code), {
    passphrase: PASSPHRASE,
  })
  return { shell, key, bound: (await shell.run('signin')).event('bound') }
}

test('invites, looks, releases, revokes, suspends and removes', async () => {
  const invited = (await desk.run('user invite ann --expires 12h')).event('invited')
  assert.deepEqual([invited['user'], invited['kind']], ['ann@hufu.example', 'key'])
  assert.equal(invited['link'], `${served.origin}/#enrol=${String(invited['code'])}`)
  const soon = Date.parse(String(invited['expires'])) - Date.now()
  assert.ok(soon > 11 * 3_600_000 && soon <= 12 * 3_600_000)
  assert.equal(
    (await desk.run('user withdraw ann@hufu.example')).event('withdrawn')['invitations'],
    1,
  )
  const ann = await shells.open()
  const late = await ann.run('key new', { env: { HUFU_CODE: String(invited['code']) } })
  assert.equal(late.code, 'ERR_ENROL_CODE')

  const { shell, key, bound } = await signedIn('bob')
  const shown = await desk.run('user show bob@hufu.example')
  assert.deepEqual(
    [shown.event('userkey')['key'], shown.event('userkey')['kind']],
    [key, 'software'],
  )
  assert.equal(shown.event('binding')['terminal'], bound['terminal'])
  const all = (await desk.run('user list')).events
  assert.deepEqual(
    all.map(({ user, keys, signedIn }) => [user, keys, signedIn]),
    [
      ['ann@hufu.example', 0, 0],
      ['bob@hufu.example', 1, 1],
    ],
  )
  assert.deepEqual((await desk.run('user list bob')).events.length, 1)
  assert.equal((await desk.run('user where')).event('binding')['user'], 'bob@hufu.example')

  const release = `user release ${String(bound['terminal'])} --reason night`
  assert.equal((await desk.run(release)).exit, 0)
  assert.equal((await desk.run(release)).code, 'ERR_SIGNIN_NONE')
  const env = { ...process.env, HUFU_SERVER: served.origin, HUFU_HOME: shell.home }
  const told = spawn(process.execPath, [HUFU, 'whoami'], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  assert.match(await text(told.stderr), /an operator has released this terminal.*\n {2}night\n/)
  assert.equal((await shell.run('whoami')).code, 'ERR_SIGNIN_NONE')
  await shell.run('signin')
  assert.equal((await desk.run(`key revoke ${key} --reason lost`)).event('revoked')['id'], key)
  assert.equal((await shell.run('signin')).code, 'ERR_KEY_REVOKED')

  const cat = await signedIn('cat')
  assert.equal((await desk.run('user suspend cat@hufu.example --reason leave')).exit, 0)
  assert.equal((await cat.shell.run('signin')).code, 'ERR_USER_SUSPENDED')
  assert.equal((await desk.run('user resume cat@hufu.example')).exit, 0)
  assert.equal((await cat.shell.run('signin')).exit, 0)
  assert.equal((await desk.run('user remove cat@hufu.example')).exit, 0)
  assert.equal((await cat.shell.run('signin')).code, 'ERR_KEY_UNKNOWN')
  assert.equal((await desk.run('user show cat@hufu.example')).code, 'ERR_USER_UNKNOWN')
})

test('trusts an authority from outside for its namespaces, and no longer', async () => {
  const file = join(desk.home, 'corp.pem')
  await writeFile(file, company(desk.home).certificate)
  const refused = await desk.run('user invite eve@corp.example')
  assert.equal(refused.code, 'ERR_CERT_NAMESPACE')
  const added = await desk.run(`issuer add ${file} --namespace corp.example,corp.test`)
  const { id } = added.event('trusted')
  const { events } = await desk.run('issuer list')
  const corp = events.find((each) => each['id'] === id)
  assert.deepEqual([corp?.['namespaces'], corp?.['ours']], [['corp.example', 'corp.test'], false])
  assert.equal((await desk.run('user invite eve@corp.example')).exit, 0)
  assert.equal(
    (await desk.run(`issuer add ${file} --namespace hufu.example`)).code,
    'ERR_CERT_NAMESPACE',
  )
  assert.equal((await desk.run(`issuer remove ${String(id)}`)).exit, 0)
  assert.equal((await desk.run(`issuer remove ${String(id)}`)).code, 'ERR_CERT_ISSUER')
})

test('says what it takes', async () => {
  for (const line of [
    'user show',
    'user elect ann',
    'user suspend ann',
    'user invite ann --expires soon',
    'issuer add nowhere.pem',
    'key revoke abc',
  ])
    assert.equal((await desk.run(line)).code, 'ERR_USAGE', line)
  const wrong = join(desk.home, 'wrong.pem')
  await writeFile(wrong, '-'.repeat(100_000))
  for (const [file, code] of [
    [wrong, 'ERR_CERT_MALFORMED'],
    [desk.home, 'ERR_FILE_READ'],
  ])
    assert.equal((await desk.run(`issuer add ${file} --namespace corp.example`)).code, code)
})

test('sees a call, who is in it and who is rung, and ends it', async () => {
  const callers = await callOfThree(served.origin, async (user) =>
    String((await desk.run(`user invite ${user}`)).event('invited')['code']),
  )
  const listed = (await desk.run('admin calls')).event('listedcall')
  assert.deepEqual([listed['size'], listed['ringing'], listed['epoch']], [3, 1, 1])
  const id = String(listed['id'])
  const shown = await desk.run(`admin calls show ${id}`)
  const [host] = shown.events.filter(({ event }) => event === 'listedmember')
  assert.deepEqual([host!['user'], host!['isHost']], ['carol@hufu.example', true])
  assert.equal(shown.event('listedring')['user'], 'faye@hufu.example')
  assert.equal((await desk.run(`admin calls end ${id}`)).exit, 2)
  await desk.run(`admin calls end ${id} --reason closing-time`)
  for (const { terminal } of callers) {
    const over = await until(terminal, 'call.over')
    assert.deepEqual([over.code, over.reason], ['ERR_CALL_FORCED', 'closing-time'])
    terminal.close()
  }
  assert.equal((await desk.run(`admin calls show ${id}`)).code, 'ERR_CALL_UNKNOWN')
})
