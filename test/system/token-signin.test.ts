import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { newTokenKey } from '@hufu/pkcs11'
import { makeSetupCode } from '@hufu/server'
import { company } from '../support/company.ts'
import { hufu, type JsonEvent } from '../support/hufu.ts'
import { needs } from '../support/needs.ts'
import { serve, type Served } from '../support/serve.ts'
import { MODULE, PIN, softHsm, TOKEN, type SoftHsm } from '../support/softhsm.ts'

let hsm: SoftHsm
let served: Served
let operator: string
before(async () => {
  hsm = softHsm()
  if (!existsSync(MODULE)) return
  hsm.init(TOKEN)
  served = await serve()
  const { code } = await makeSetupCode({ data: served.data, setupCodeMs: 600_000 })
  const account = { code, name: 'ada', passphrase: 'tango orbit lilac copper', keeper: 'program' }
  operator = (await asked('/setup', account))['session'] as string
})
after(async () => {
  await served?.stop()
  hsm.remove()
})

/** What the server's API answers. */
async function asked(path: string, body: unknown): Promise<Readonly<Record<string, unknown>>> {
  const response = await fetch(`${served.origin}/api/v1${path}`, {
    method: 'POST',
    headers: {
      'X-Hufu-Request': '1',
      'Content-Type': 'application/json',
      ...(operator === undefined ? {} : { Authorization: `Bearer ${operator}` }),
    },
    body: JSON.stringify(body),
  })
  const answer = (await response.json()) as Readonly<Record<string, unknown>>
  assert.equal(response.status, 200, JSON.stringify(answer))
  return answer
}

async function invitation(user: string, kind: 'key' | 'terminal'): Promise<string> {
  return (await asked('/invitations', { user, kind }))['code'] as string
}

/** Somebody's profile: runs commands of it to their end. */
function person(): (line: string, more?: More) => Promise<Ran> {
  const home = mkdtempSync(join(hsm.folder, 'home-'))
  return async (line, { args = [], env = {} } = {}) => {
    const own = { HUFU_HOME: home, HUFU_SERVER: served.origin, HUFU_PIN: PIN }
    const run = hufu([...line.split(' '), ...args], { ...own, ...env })
    const code = await run.ended
    return { code, events: run.events, stderr: run.stderr }
  }
}

interface More {
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

interface Ran {
  readonly code: number | NodeJS.Signals
  readonly events: readonly JsonEvent[]
  readonly stderr: string
}

/** The event of that name of a command that went well. */
function event({ code, events, stderr }: Ran, name: string): JsonEvent {
  assert.equal(code, 0, `${stderr}${JSON.stringify(events)}`)
  const found = events.find((each) => each.event === name)
  assert.ok(found !== undefined, JSON.stringify(events))
  return found
}

function refusal({ events }: Ran): unknown {
  return events.find((each) => each.event === 'error')?.['code']
}

const IN_TOKEN = ['--pkcs11', MODULE, '--token-label', TOKEN]

describe('signing in with a PKCS#11 token (SoftHSM)', () => {
  test('a key is made in the token, enrolled, signs in, and releases', async (t) => {
    if (!needs(t, 'softhsm2')) return
    const alice = person()
    const HUFU_CODE = await invitation('alice', 'key')
    const enrolled = event(
      await alice('key new', { args: IN_TOKEN, env: { HUFU_CODE } }),
      'enrolled',
    )
    assert.equal(enrolled['user'], 'alice@localhost')
    assert.equal(enrolled['kind'], 'token')
    const wrong = await alice('signin', { env: { HUFU_PIN: '000000' } })
    assert.equal(refusal(wrong), 'ERR_HSM_PIN')
    assert.equal(event(await alice('signin'), 'bound')['user'], 'alice@localhost')
    event(await alice('release'), 'released')
    hsm.takeOut()
    try {
      assert.equal(refusal(await alice('signin')), 'ERR_HSM_ABSENT')
    } finally {
      hsm.putBack()
    }
  })

  test('a key that could not be enrolled leaves nothing in the token', async (t) => {
    if (!needs(t, 'softhsm2')) return
    const bob = person()
    const used = { HUFU_CODE: '0000-0000-0000-0000-0000-0000-0000' }
    const line = 'key new --label bob'
    assert.equal(refusal(await bob(line, { args: IN_TOKEN, env: used })), 'ERR_ENROL_CODE')
    const HUFU_CODE = await invitation('bob', 'key')
    event(await bob(line, { args: IN_TOKEN, env: { HUFU_CODE } }), 'enrolled')
    assert.equal(event(await bob('signin'), 'bound')['user'], 'bob@localhost')
  })

  test('a key that another program made is enrolled', async (t) => {
    if (!needs(t, 'softhsm2') || !needs(t, 'opensc')) return
    const pair = ['--keypairgen', '--key-type', 'EC:prime256v1', '--label', 'card']
    hsm.tool([...pair, '--id', '0a', '--usage-sign'])
    hsm.tool([...pair, '--id', '0b', '--usage-derive'])
    const carol = person()
    const HUFU_CODE = await invitation('carol', 'key')
    const line = 'key new --existing --label card'
    assert.equal(
      event(await carol(line, { args: IN_TOKEN, env: { HUFU_CODE } }), 'enrolled')['user'],
      'carol@localhost',
    )
    event(await carol('signin'), 'bound')
    assert.match(hsm.tool(['--list-objects', '--type', 'cert']), /hufu carol@localhost/)
  })

  test('a key with a company’s certificates speaks for who they name', async (t) => {
    if (!needs(t, 'softhsm2') || !needs(t, 'opensc') || !needs(t, 'openssl')) return
    const { certificate, certify } = company(hsm.folder)
    await asked('/issuers', { certificate, namespaces: ['company.example'] })
    const notes = { change: async () => undefined }
    const key = await newTokenKey({ module: MODULE, label: TOKEN, pin: PIN, notes }, 'staff')
    const issued = certify(key.publicKeys, 'erin@company.example')
    for (const use of ['signing', 'agreement'] as const) {
      const path = join(hsm.folder, use)
      writeFileSync(path, issued[use])
      const id = Buffer.from(key.place[use].id).toString('hex')
      hsm.tool(['--write-object', path, '--type', 'cert', '--id', id, '--label', 'badge'])
    }
    await key.close()
    const erin = person()
    const HUFU_CODE = await invitation('erin@company.example', 'key')
    const ran = await erin('key new --existing --label staff', {
      args: IN_TOKEN,
      env: { HUFU_CODE },
    })
    assert.equal(event(ran, 'enrolled')['user'], 'erin@company.example')
    assert.equal(event(await erin('signin'), 'bound')['user'], 'erin@company.example')
  })

  test("a terminal's chip signs its user in and out", async (t) => {
    if (!needs(t, 'softhsm2')) return
    const dora = person()
    const HUFU_CODE = await invitation('dora', 'terminal')
    event(await dora('terminal enrol', { args: IN_TOKEN, env: { HUFU_CODE } }), 'enrolled')
    const bound = event(await dora('signin --chip'), 'bound')
    assert.deepEqual([bound['user'], bound['by']], ['dora@localhost', 'chip'])
    event(await dora('release --chip'), 'released')
  })
})
