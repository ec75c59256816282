import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { testDesk, type TestDesk } from './admin.testing.ts'
import { PERMISSION_NAMES, ROLE_NAMES, ROLES, type Permission } from './roles.ts'

describe('a role', () => {
  test('opens what the table says, and nothing else', async (t) => {
    const desk = await testDesk(t)
    const ada = await desk.first()
    for (const role of ROLE_NAMES.filter((each) => each !== 'operator')) {
      const session = await desk.invite(ada, `some-${role}`, role)
      for (const { id, method, path, access } of desk.admin.routes) {
        if (access === 'anybody' || access === 'signed in') continue
        const { status, text } = await desk.ask(`${method} ${path}`, { bearer: session })
        const may = (ROLES[role] as readonly Permission[]).includes(access)
        assert.equal(status !== 403, may, `${role} ${id}`)
        if (may) continue
        assert.match(text, new RegExp(`"ERR_FORBIDDEN".*${access}`))
        const recorded = (await desk.recorded())[0]
        assert.equal(recorded, `operator:some-${role} access.refused ${id} ERR_FORBIDDEN`)
      }
    }
    assert.deepEqual(desk.failures, [])
  })

  test('of an auditor writes nothing', async (t) => {
    const desk = await testDesk(t)
    const ada = await desk.first()
    const bearer = await desk.invite(ada, 'max', 'auditor')
    const role = { role: 'operator' }
    for (const [what, body] of [
      ['PUT /operators/max/role', role],
      ['POST /operators', { name: 'eve', ...role }],
      ['POST /operators/ada/reset', undefined],
      ['DELETE /operators/ada', undefined],
      ['POST /vault/rotate', undefined],
    ] as const)
      assert.equal((await desk.ask(what, { bearer, body })).code, 'ERR_FORBIDDEN', what)
    const { json } = await desk.ask('GET /operators', { bearer })
    const operators = json['operators'] as readonly { readonly name: string; role: string }[]
    assert.deepEqual(
      operators.map(({ name, role }) => [name, role]),
      [
        ['ada', 'operator'],
        ['max', 'auditor'],
      ],
    )
  })

  test('that is lowered counts at once, for sessions and tokens', async (t) => {
    const desk = await testDesk(t)
    const ada = await desk.first()
    const bob = await desk.invite(ada, 'bob', 'operator')
    const token = await desk.token(bob, 'vault.rotate', 'status.read')
    const lower = { bearer: ada, body: { role: 'auditor' } }
    assert.equal((await desk.ask('PUT /operators/bob/role', lower)).status, 200)
    for (const bearer of [bob, token]) {
      assert.equal((await desk.ask('POST /vault/rotate', { bearer })).code, 'ERR_FORBIDDEN')
      assert.equal((await desk.ask('GET /status', { bearer })).status, 200)
    }
    const { json } = await desk.ask('GET /session', { bearer: bob })
    assert.deepEqual(json['permissions'], ROLES.auditor)
  })

  test('that is lowered while a request is on its way counts for that request', async (t) => {
    const desk = await testDesk(t)
    const ada = await desk.first()
    const bob = await desk.invite(ada, 'bob', 'operator')
    const body = { name: 'eve', role: 'operator' }
    const lower = { bearer: ada, body: { role: 'auditor' } }
    const results = await Promise.all([
      desk.ask('PUT /operators/bob/role', lower),
      ...Array.from({ length: 8 }, (_, n) =>
        desk.ask('POST /operators', { bearer: bob, body: { ...body, name: `eve${n}` } }),
      ),
    ])
    assert.equal(results[0].status, 200)
    // in the order of the record: whatever came behind the change was refused
    const record = (await desk.recorded()).toReversed()
    const lowered = record.findIndex((each) => each.includes('operator.role bob done'))
    const late = record.slice(lowered + 1).filter((each) => each.startsWith('operator:bob'))
    for (const each of late) assert.match(each, /ERR_FORBIDDEN$/)
  })
})

describe('an account', () => {
  test('that is removed is signed out everywhere, with its tokens', async (t) => {
    const desk = await testDesk(t)
    const ada = await desk.first()
    const bob = await desk.invite(ada, 'bob', 'operator')
    const token = await desk.token(bob, 'status.read')
    assert.equal((await desk.ask('DELETE /operators/bob', { bearer: ada })).status, 200)
    for (const bearer of [bob, token])
      assert.equal((await desk.ask('GET /session', { bearer })).code, 'ERR_SIGNED_OUT')
    await desk.invite(ada, 'bob', 'operator')
    for (const bearer of [bob, token])
      assert.equal((await desk.ask('GET /session', { bearer })).code, 'ERR_SIGNED_OUT')
  })

  test('gets a new passphrase by a code that is for it alone, and its sessions end', async (t) => {
    const desk = await testDesk(t)
    const ada = await desk.first()
    const bob = await desk.invite(ada, 'bob', 'operator')
    const { json } = await desk.ask('POST /operators/bob/reset', { bearer: ada })
    assert.equal((await desk.ask('GET /session', { bearer: bob })).status, 401)
    const passphrase = 'another one that is long'
    const setUp = async (name: string) =>
      desk.ask('POST /setup', { body: { code: json['code'], name, passphrase, keeper: 'program' } })
    assert.equal((await setUp('eve')).code, 'ERR_SETUP_CODE')
    assert.equal((await setUp('ada')).code, 'ERR_SETUP_CODE')
    assert.equal((await setUp('bob')).status, 200)
    assert.equal((await setUp('bob')).code, 'ERR_SETUP_CODE')
  })

  test('is not the last operator’s to lose, by two at the same moment either', async (t) => {
    const desk = await testDesk(t)
    const ada = await desk.first()
    assert.equal(
      (await desk.ask('DELETE /operators/ada', { bearer: ada })).code,
      'ERR_OPERATOR_LAST',
    )
    const lower = { bearer: ada, body: { role: 'auditor' } }
    assert.equal((await desk.ask('PUT /operators/ada/role', lower)).code, 'ERR_OPERATOR_LAST')
    // one who was invited and has not come cannot run anything yet
    await desk.ask('POST /operators', { bearer: ada, body: { name: 'eve', role: 'operator' } })
    assert.equal(
      (await desk.ask('DELETE /operators/ada', { bearer: ada })).code,
      'ERR_OPERATOR_LAST',
    )
    const bob = await desk.invite(ada, 'bob', 'operator')
    const both = await Promise.all([
      desk.ask('DELETE /operators/bob', { bearer: ada }),
      desk.ask('DELETE /operators/ada', { bearer: bob }),
    ])
    assert.deepEqual(both.map(({ status }) => status).toSorted(), [200, 401])
  })

  test('of that name is there, or is not', async (t) => {
    const desk = await testDesk(t)
    const bearer = await desk.first()
    const body = { name: 'ada', role: 'auditor' }
    assert.equal((await desk.ask('POST /operators', { bearer, body })).code, 'ERR_OPERATOR_EXISTS')
    for (const [what, given] of [
      ['PUT /operators/bob/role', { role: 'auditor' }],
      ['POST /operators/bob/reset', undefined],
      ['DELETE /operators/bob', undefined],
    ] as const)
      assert.equal((await desk.ask(what, { bearer, body: given })).code, 'ERR_OPERATOR_UNKNOWN')
    assert.deepEqual((await desk.recorded()).slice(0, 4).toReversed(), [
      'operator:ada operator.add ada ERR_OPERATOR_EXISTS',
      'operator:ada operator.role bob ERR_OPERATOR_UNKNOWN',
      'operator:ada operator.reset bob ERR_OPERATOR_UNKNOWN',
      'operator:ada operator.remove bob ERR_OPERATOR_UNKNOWN',
    ])
  })
})

describe('a token', () => {
  test('does what its scope says, is shown once, and kept by its hash', async (t) => {
    const desk = await testDesk(t)
    const ada = await desk.first()
    const token = await desk.token(ada, 'status.read')
    assert.match(token, /^hufu_[A-Za-z0-9_-]{43}$/)
    assert.equal((await desk.ask('GET /status', { bearer: token })).status, 200)
    assert.match((await desk.ask('GET /audit', { bearer: token })).text, /audit\.read/)
    const { text } = await desk.ask('GET /tokens', { bearer: ada })
    assert.match(text, /"lastUsed":\d+/)
    assert.equal(text.includes(token), false)
    const rows = await desk.store.read((db) =>
      db.selectFrom('operator_tokens').selectAll().execute(),
    )
    const octets = Buffer.from(token.replace('hufu_', ''), 'base64url')
    for (const kept of rows.map((row) => Buffer.from(row.hash)))
      assert.equal(kept.equals(octets), false)
  })

  test('is no wider than its maker: by hand, by a token, by an account that it makes', async (t) => {
    const desk = await testDesk(t)
    const ada = await desk.first()
    const max = await desk.invite(ada, 'max', 'auditor')
    const body = { name: 'x', scope: ['vault.rotate'], lifetimeMs: 60_000 }
    const wider = await desk.ask('POST /tokens', { bearer: max, body })
    assert.deepEqual([wider.status, wider.code], [403, 'ERR_FORBIDDEN'])
    assert.match(wider.text, /vault\.rotate/)
    assert.match((await desk.recorded())[0]!, /^operator:max token\.create \w+ ERR_FORBIDDEN$/)

    const maker = await desk.token(ada, 'tokens.own', 'status.read')
    assert.equal((await desk.ask('POST /tokens', { bearer: maker, body })).code, 'ERR_FORBIDDEN')
    const keeper = await desk.token(ada, ...without('vault.rotate'))
    for (const [what, given] of [
      ['POST /operators', { name: 'eve', role: 'operator' }],
      ['PUT /operators/max/role', { role: 'operator' }],
      ['POST /operators/ada/reset', undefined],
      ['DELETE /operators/ada', undefined],
    ] as const) {
      const { text } = await desk.ask(what, { bearer: keeper, body: given })
      assert.match(text, /vault\.rotate/, what)
    }
    const vendor = { name: 'eve', role: 'vendor' }
    assert.equal((await desk.ask('POST /operators', { bearer: keeper, body: vendor })).status, 200)
  })

  test('that a token made lasts no longer than that one, and goes with it', async (t) => {
    const desk = await testDesk(t)
    const ada = await desk.first()
    const maker = await desk.token(ada, 'tokens.own', 'status.read')
    const body = { name: 'y', scope: ['tokens.own'], lifetimeMs: 86_400_000 }
    const child = await desk.ask('POST /tokens', { bearer: maker, body })
    assert.equal(child.json['expires'], desk.clock.wall() + 3_600_000)
    const bearer = child.json['token'] as string
    const grandchild = await desk.ask('POST /tokens', { bearer, body })
    const { json } = await desk.ask('GET /session', { bearer: maker })
    const { id } = json['token'] as { readonly id: string }
    assert.equal((await desk.ask(`DELETE /tokens/${id}`, { bearer: ada })).status, 200)
    for (const each of [maker, bearer, grandchild.json['token'] as string])
      assert.equal((await desk.ask('GET /session', { bearer: each })).code, 'ERR_SIGNED_OUT')
  })

  test('expires', async (t) => {
    const desk = await testDesk(t)
    const token = await desk.token(await desk.first(), 'status.read')
    desk.clock.advance(3_600_000 - 1)
    assert.equal((await desk.ask('GET /status', { bearer: token })).status, 200)
    desk.clock.advance(1)
    assert.equal((await desk.ask('GET /status', { bearer: token })).code, 'ERR_SIGNED_OUT')
  })

  test('is its owner’s to revoke, or whoever’s may revoke all', async (t) => {
    const desk = await testDesk(t)
    const ada = await desk.first()
    const max = await desk.invite(ada, 'max', 'auditor')
    const token = await desk.token(ada, 'status.read')
    const { json } = await desk.ask('GET /session', { bearer: token })
    const { id } = json['token'] as { readonly id: string }
    assert.equal(
      (await desk.ask(`DELETE /tokens/${id}`, { bearer: max })).code,
      'ERR_TOKEN_UNKNOWN',
    )
    assert.deepEqual((await desk.ask('GET /tokens', { bearer: max })).json, { tokens: [] })
    const maxs = await desk.token(max, 'status.read')
    const own = (await desk.ask('GET /session', { bearer: maxs })).json['token'] as { id: string }
    assert.equal((await desk.ask(`DELETE /tokens/${own.id}`, { bearer: ada })).status, 200)
    assert.equal((await desk.ask('GET /status', { bearer: maxs })).status, 401)
    assert.equal((await desk.ask('DELETE /session', { bearer: token })).code, 'ERR_API_REQUEST')
  })

  test('is one of a hundred at most', async (t) => {
    const desk = await testDesk(t)
    const ada = await desk.first()
    await fillTokens(desk, 100)
    const body = { name: 'z', scope: [], lifetimeMs: 60_000 }
    assert.equal((await desk.ask('POST /tokens', { bearer: ada, body })).code, 'ERR_TOKEN_LIMIT')
  })
})

function without(one: Permission): readonly Permission[] {
  return PERMISSION_NAMES.filter((each) => each !== one)
}

async function fillTokens({ store }: TestDesk, count: number): Promise<void> {
  const times = { created: 0, expires: 0, last_used: null }
  await store.write('soon', async (db) => {
    for (let n = 0; n < count; n += 1) {
      const row = { id: `${n}`, hash: Uint8Array.of(n), name: 'n', operator: 'ada', scope: '' }
      await db
        .insertInto('operator_tokens')
        .values({ ...row, ...times, made_by: null })
        .execute()
    }
  })
}
