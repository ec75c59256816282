import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { PASSPHRASE, testDesk, type Answer, type TestDesk } from './admin.testing.ts'

describe('the first account', () => {
  test('is opened with the code of the first start, however it is typed', async (t) => {
    const desk = await testDesk(t)
    assert.deepEqual((await desk.ask('GET /setup')).json, { first: true })
    const { code } = (await desk.admin.firstCode())!
    assert.match(code, /^([0-9A-HJKMNP-TV-Z]{4}-){6}[0-9A-HJKMNP-TV-Z]{4}$/)
    const typed = code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l')
    const opened = await setUp(desk, typed)
    assert.equal(opened.status, 200, opened.text)
    assert.equal(opened.json['role'], 'operator')
    assert.deepEqual((await desk.ask('GET /setup')).json, { first: false })
    assert.equal(await desk.admin.firstCode(), undefined)
    assert.deepEqual(await desk.recorded(), [
      'operator:ada operator.setup ada done',
      'server operator.setup-code done',
    ])
  })

  test('its code is good once, also for two at the same moment', async (t) => {
    const desk = await testDesk(t)
    const { code } = (await desk.admin.firstCode())!
    const both = await Promise.all([setUp(desk, code, 'ada'), setUp(desk, code, 'eve')])
    assert.deepEqual(both.map(({ status }) => status).toSorted(), [200, 403])
    assert.equal((await setUp(desk, code, 'bob')).code, 'ERR_SETUP_CODE')
  })

  test('its code is good for a limited time, and the next start makes the last one useless', async (t) => {
    const desk = await testDesk(t)
    const first = (await desk.admin.firstCode())!
    const second = (await desk.admin.firstCode())!
    assert.equal((await setUp(desk, first.code)).code, 'ERR_SETUP_CODE')
    desk.clock.advance(desk.config.setupCodeMs)
    assert.equal((await setUp(desk, second.code)).code, 'ERR_SETUP_CODE')
  })

  test('its code is nowhere in the store', async (t) => {
    const desk = await testDesk(t)
    const { code } = (await desk.admin.firstCode())!
    const rows = await desk.store.read((db) =>
      db.selectFrom('operator_codes').selectAll().execute(),
    )
    assert.equal(rows.length, 1)
    assert.equal(Buffer.from(rows[0]!.hash).toString('latin1').includes(code), false)
  })

  test('names and passphrases that may not be chosen cost no code', async (t) => {
    const desk = await testDesk(t)
    const { code } = (await desk.admin.firstCode())!
    for (const name of ['', 'Ada', 'a b', '-a', 'a.', 'ä', 'a'.repeat(65), '\u0430da'])
      assert.equal((await setUp(desk, code, name)).code, 'ERR_OPERATOR_NAME', name)
    const body = { code, name: 'ada-lovelace-the-first' }
    for (const passphrase of ['', 'too short', 'ADA-lovelace-the-first', `${PASSPHRASE}\u0007`]) {
      const answer = await desk.ask('POST /setup', { body: { ...body, passphrase } })
      assert.equal(answer.code, 'ERR_OPERATOR_PASSPHRASE', passphrase)
    }
    assert.equal((await setUp(desk, code)).status, 200)
  })
})

describe('signing in', () => {
  test('by name and passphrase, wherever it was typed', async (t) => {
    const desk = await testDesk(t)
    await desk.first()
    const answer = await signIn(desk, 'ada', PASSPHRASE.replaceAll(' ', '\u00a0'))
    assert.equal(answer.status, 200, answer.text)
    const who = await desk.ask('GET /session', { bearer: answer.json['session'] as string })
    assert.deepEqual([who.json['operator'], who.json['role']], ['ada', 'operator'])
  })

  test('a wrong passphrase and an unknown name are told alike, and recorded without what was typed', async (t) => {
    const desk = await testDesk(t)
    await desk.first()
    const answers = [await signIn(desk, 'ada', 'wrong'), await signIn(desk, PASSPHRASE, 'wrong')]
    for (const { status, text } of answers)
      assert.deepEqual(
        [status, text],
        [403, '{"error":{"code":"ERR_LOGIN_REFUSED","message":"ERR_LOGIN_REFUSED"}}'],
      )
    assert.deepEqual((await desk.recorded()).slice(0, 2), [
      'server operator.login ERR_LOGIN_REFUSED',
      'operator:ada operator.login ada ERR_LOGIN_REFUSED',
    ])
  })

  test('an account whose owner has chosen no passphrase lets nobody in', async (t) => {
    const desk = await testDesk(t)
    const ada = await desk.first()
    await desk.ask('POST /operators', { bearer: ada, body: { name: 'bob', role: 'auditor' } })
    for (const passphrase of ['', 'null', PASSPHRASE])
      assert.equal((await signIn(desk, 'bob', passphrase)).code, 'ERR_LOGIN_REFUSED')
  })

  test('guessing ends: by name from anywhere, by address for any name, also after a restart', async (t) => {
    const desk = await testDesk(t, {
      trustedProxies: ['127.0.0.1'],
      loginsPerName: 3,
      loginsPerSource: 5,
    })
    await desk.first()
    const from = async (address: string, name: string, passphrase = 'wrong'): Promise<Answer> =>
      signIn(desk, name, passphrase, { 'X-Forwarded-For': address })
    for (const last of [1, 2, 3])
      assert.equal((await from(`192.0.2.${last}`, 'ada')).code, 'ERR_LOGIN_REFUSED')
    const right = await from('192.0.2.4', 'ada', PASSPHRASE)
    assert.deepEqual([right.status, right.code], [429, 'ERR_LOGIN_THROTTLED'])
    // the counts are in the store: nothing in memory would have to survive
    const rows = await desk.store.read((db) => db.selectFrom('guesses').selectAll().execute())
    assert.equal(rows.length, 6)
    desk.clock.advance(desk.config.loginsPerNameMs)
    assert.equal((await from('192.0.2.4', 'ada', PASSPHRASE)).status, 200)

    for (const name of ['u', 'v', 'w', 'x', 'y']) await from('192.0.2.9', name)
    assert.equal((await from('192.0.2.9', 'z')).code, 'ERR_LOGIN_THROTTLED')
    assert.equal((await from('192.0.2.10', 'z')).code, 'ERR_LOGIN_REFUSED')
  })

  test('whoever signs in spends nothing', async (t) => {
    const desk = await testDesk(t, { loginsPerName: 2, loginsPerSource: 2 })
    await desk.first()
    for (let n = 0; n < 4; n += 1) assert.equal((await signIn(desk, 'ada')).status, 200)
  })

  test('guesses of a setup code count too', async (t) => {
    const desk = await testDesk(t, { loginsPerSource: 2 })
    const { code } = (await desk.admin.firstCode())!
    for (const wrong of ['', 'AAAA'])
      assert.equal((await setUp(desk, wrong)).code, 'ERR_SETUP_CODE')
    assert.equal((await setUp(desk, code)).code, 'ERR_LOGIN_THROTTLED')
  })

  test('only where the passphrase is safe', async (t) => {
    const desk = await testDesk(t)
    await desk.first()
    const { safe } = await import('./visit.testing.ts')
    assert.equal(safe({ peer: '127.0.0.1' }), true)
    assert.equal(safe({ peer: '192.0.2.1' }), false)
    assert.equal(safe({ peer: '192.0.2.1', tls: true }), true)
    assert.equal(safe({ peer: '192.0.2.1', forwarded: 'https' }), false)
    assert.equal(safe({ peer: '192.0.2.1', forwarded: 'https', trusted: true }), true)
  })
})

describe('a session', () => {
  test('has an id that nobody has seen before, and the old one is good no more', async (t) => {
    const desk = await testDesk(t)
    await desk.first()
    const planted = 'A'.repeat(43)
    const first = await browserSignIn(desk, `hufu-session=${planted}`)
    assert.notEqual(first, `hufu-session=${planted}`)
    const before = { cookie: `hufu-session=${planted}` }
    assert.equal((await desk.ask('GET /session', before)).code, 'ERR_SIGNED_OUT')
    const second = await browserSignIn(desk, first)
    assert.notEqual(second, first)
    assert.equal((await desk.ask('GET /session', { cookie: first })).code, 'ERR_SIGNED_OUT')
    assert.equal((await desk.ask('GET /session', { cookie: second })).status, 200)
  })

  test('ends when it is idle for too long, or open for too long', async (t) => {
    const desk = await testDesk(t)
    const ada = await desk.first()
    const { operatorIdleMs, operatorSessionMs } = desk.config
    const whoAmI = async (): Promise<number> =>
      (await desk.ask('GET /session', { bearer: ada })).status
    desk.clock.advance(operatorIdleMs - 1)
    assert.equal(await whoAmI(), 200)
    desk.clock.advance(operatorIdleMs - 1)
    assert.equal(await whoAmI(), 200)
    desk.clock.advance(operatorIdleMs)
    assert.equal(await whoAmI(), 401)
    const { json } = await signIn(desk, 'ada')
    const bearer = json['session'] as string
    for (let past = 0; past < operatorSessionMs - 1; past += operatorIdleMs / 2) {
      assert.equal((await desk.ask('GET /session', { bearer })).status, 200)
      desk.clock.advance(Math.min(operatorIdleMs / 2, operatorSessionMs - 1 - past))
    }
    assert.equal((await desk.ask('GET /session', { bearer })).status, 200)
    desk.clock.advance(1)
    assert.equal((await desk.ask('GET /session', { bearer })).status, 401)
  })

  test('is not kept by a page that asks by itself', async (t) => {
    const desk = await testDesk(t)
    const ada = await desk.first()
    const headers = { 'x-hufu-watching': '1' }
    desk.clock.advance(desk.config.operatorIdleMs - 1)
    assert.equal((await desk.ask('GET /session', { bearer: ada, headers })).status, 200)
    desk.clock.advance(1)
    assert.equal((await desk.ask('GET /session', { bearer: ada, headers })).status, 401)
  })

  test('ends when it is signed out', async (t) => {
    const desk = await testDesk(t)
    const ada = await desk.first()
    assert.equal((await desk.ask('DELETE /session', { bearer: ada })).status, 200)
    assert.equal((await desk.ask('GET /session', { bearer: ada })).status, 401)
    assert.equal((await desk.recorded())[0], 'operator:ada operator.logout ada done')
    const cookie = await browserSignIn(desk)
    const out = await desk.ask('DELETE /session', { cookie })
    assert.match(String(out.headers['set-cookie']), /^hufu-session=; Path=\/; Max-Age=0; HttpOnly/)
  })

  test('of a browser is none of a program, nor the other way round', async (t) => {
    const desk = await testDesk(t)
    const ada = await desk.first()
    const cookie = await browserSignIn(desk)
    const id = cookie.replace('hufu-session=', '')
    for (const bearer of [id, `hufus_${id}`, `hufu_${id}`])
      assert.equal((await desk.ask('GET /session', { bearer })).status, 401)
    for (const value of [ada, ada.replace('hufus_', '')])
      assert.equal(
        (await desk.ask('GET /session', { cookie: `hufu-session=${value}` })).status,
        401,
      )
  })

  test('is kept in the store by its hash only', async (t) => {
    const desk = await testDesk(t)
    const ada = await desk.first()
    const rows = await desk.store.read((db) =>
      db.selectFrom('operator_sessions').selectAll().execute(),
    )
    const kept = JSON.stringify(rows.map((row) => Buffer.from(row.hash).toString('base64url')))
    assert.equal(kept.includes(ada.replace('hufus_', '')), false)
  })

  test('the longest unused of twenty makes room', async (t) => {
    const desk = await testDesk(t)
    const first = await desk.first()
    desk.clock.advance(1)
    const now = desk.clock.wall()
    await desk.store.write('soon', async (db) => {
      for (let n = 1; n < 20; n += 1) {
        const times = { created: now, last_used: now + n }
        const row = {
          hash: Uint8Array.of(n),
          operator: 'ada',
          kept_by: 'program',
          ...times,
        } as const
        await db.insertInto('operator_sessions').values(row).execute()
      }
    })
    assert.equal((await desk.ask('GET /session', { bearer: first })).status, 200)
    await signIn(desk, 'ada')
    assert.equal((await desk.ask('GET /session', { bearer: first })).status, 401)
    const rows = await desk.store.read((db) =>
      db.selectFrom('operator_sessions').selectAll().execute(),
    )
    assert.equal(rows.length, 20)
  })
})

function setUp(desk: TestDesk, code: string, name = 'ada'): Promise<Answer> {
  return desk.ask('POST /setup', { body: { code, name, passphrase: PASSPHRASE } })
}

function signIn(
  desk: TestDesk,
  name: string,
  passphrase = PASSPHRASE,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return desk.ask('POST /session', { body: { name, passphrase, keeper: 'program' }, headers })
}

async function browserSignIn(desk: TestDesk, cookie?: string): Promise<string> {
  const body = { name: 'ada', passphrase: PASSPHRASE }
  const { headers, text } = await desk.ask('POST /session', { body, cookie })
  assert.equal(text.includes('"session":'), false, 'the id is in the cookie only')
  const [set = ''] = headers['set-cookie'] ?? []
  assert.match(set, /; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Strict$/)
  return set.split(';', 1)[0]!
}
