import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { describe, test } from 'node:test'
import { PASSPHRASE, testDesk, type TestDesk } from './admin.testing.ts'
import { visit } from './visit.testing.ts'

describe('without being signed in', () => {
  test('nothing answers but what anybody may ask', async (t) => {
    const desk = await testDesk(t, { apiPerSecond: 1_000 })
    await desk.first()
    const open = desk.admin.routes.filter(({ access }) => access === 'anybody')
    assert.deepEqual(open.map(({ id }) => id).toSorted(), [
      'openApi',
      'setup',
      'setupState',
      'signIn',
    ])
    for (const { method, path, access, id } of desk.admin.routes) {
      if (access === 'anybody') continue
      for (const bearer of [undefined, 'x', `hufu_${'A'.repeat(43)}`, `hufus_${'A'.repeat(43)}`]) {
        const { status, code } = await desk.ask(`${method} ${path}`, { bearer })
        assert.deepEqual([status, code], [401, 'ERR_SIGNED_OUT'], id)
      }
    }
  })

  test('paths and methods that are not there say so', async (t) => {
    const desk = await testDesk(t)
    for (const path of ['', '/', '/nowhere', '/session/', '//session', '/session/../status'])
      assert.equal((await desk.ask(`GET ${path}`)).status, 404, path)
    const wrong = await desk.ask('PATCH /session')
    assert.deepEqual([wrong.status, wrong.headers.allow], [405, 'POST, GET, DELETE'])
    assert.equal((await desk.ask('HEAD /status')).status, 405)
    assert.equal(
      (await desk.ask('OPTIONS /session', { headers: { Origin: 'https://evil.example' } })).status,
      405,
    )
  })
})

describe('a page of another site', () => {
  test('has nothing done on the word of a cookie', async (t) => {
    const desk = await testDesk(t)
    await desk.first()
    const cookie = await browserCookie(desk)
    const own = `http://127.0.0.1:${desk.port}`
    const body = { name: 'eve', role: 'operator' }
    const attempts: readonly Readonly<Record<string, string | undefined>>[] = [
      { Origin: 'https://evil.example' },
      { Origin: 'null' },
      { Origin: `http://127.0.0.1:${desk.port + 1}` },
      { Origin: `https://127.0.0.1.evil.example:${desk.port}` },
      { Origin: undefined },
      { Origin: undefined, 'Sec-Fetch-Site': 'cross-site' },
      { Origin: undefined, 'Sec-Fetch-Site': 'same-site' },
      { Origin: undefined, 'Sec-Fetch-Site': 'none' },
      { Origin: own, 'Sec-Fetch-Site': 'cross-site' },
    ]
    for (const headers of attempts) {
      const { code } = await desk.ask('POST /operators', { cookie, body, headers })
      assert.equal(code, 'ERR_CROSS_SITE', JSON.stringify(headers))
    }
    const bare = { 'X-Hufu-Request': undefined }
    const form = await desk.ask('POST /operators', { cookie, body, headers: bare })
    assert.deepEqual([form.status, form.code], [400, 'ERR_API_REQUEST'])
    const page = { cookie, body, headers: { 'Sec-Fetch-Site': 'same-origin' } }
    assert.equal((await desk.ask('POST /operators', page)).status, 200)
  })

  test('reads nothing either, and nobody is told that it may', async (t) => {
    const desk = await testDesk(t)
    await desk.first()
    const cookie = await browserCookie(desk)
    for (const headers of [
      { 'Sec-Fetch-Site': 'cross-site' },
      { 'Sec-Fetch-Site': 'same-site' },
      { Origin: 'https://evil.example' },
    ]) {
      const answer = await desk.ask('GET /session', { cookie, headers })
      assert.equal(answer.code, 'ERR_CROSS_SITE')
      assert.equal(answer.headers['access-control-allow-origin'], undefined)
      assert.equal(answer.headers['cross-origin-resource-policy'], 'same-origin')
    }
  })

  test('signs nobody in to an account of its own', async (t) => {
    const desk = await testDesk(t)
    await desk.first()
    const body = { name: 'ada', passphrase: PASSPHRASE }
    const headers = { Origin: 'https://evil.example' }
    const answer = await desk.ask('POST /session', { body, headers })
    assert.deepEqual([answer.code, answer.headers['set-cookie']], ['ERR_CROSS_SITE', undefined])
  })
})

describe('the cookie', () => {
  test('is bound to its host and to https, but on this machine', () => {
    const session = { id: 'x', maxAgeMs: 1_500 }
    const bound = '__Host-hufu-session=x; Path=/; Max-Age=2; HttpOnly; SameSite=Strict; Secure'
    const cases = [
      [{ peer: '192.0.2.1', tls: true }, bound],
      [{ peer: '127.0.0.1', origin: 'https://hufu.example' }, bound],
      [{ peer: '127.0.0.1', host: 'localhost:4680', tls: true }, bound],
      [{ peer: '127.0.0.1' }, bound],
      [
        { peer: '127.0.0.1', host: 'localhost:4680' },
        bound.replace('__Host-', '').replace('; Secure', ''),
      ],
    ] as const
    for (const [come, cookie] of cases)
      assert.equal(visit(come).cookie(session), cookie, JSON.stringify(come))
  })

  test('without that name is not taken under another host’s', async (t) => {
    const desk = await testDesk(t)
    await desk.first()
    const cookie = await browserCookie(desk)
    const headers = { Host: 'hufu.example', Origin: 'http://hufu.example' }
    assert.equal((await desk.ask('GET /session', { cookie, headers })).status, 401)
    assert.equal((await desk.ask('GET /session', { cookie })).status, 200)
  })

  test('that comes twice is refused', async (t) => {
    const desk = await testDesk(t)
    await desk.first()
    const cookie = await browserCookie(desk)
    const answer = await desk.ask('GET /session', { cookie: `${cookie}; ${cookie}` })
    assert.equal(answer.code, 'ERR_API_REQUEST')
  })
})

describe('a request', () => {
  test('has the body that it should, or nothing is done', async (t) => {
    const desk = await testDesk(t)
    const bearer = await desk.first()
    const good = { name: 'x', scope: [], lifetimeMs: 60_000 }
    const bodies: readonly unknown[] = [
      null,
      [],
      'x',
      {},
      { ...good, more: 1 },
      { ...good, __proto__: undefined, constructor: 1 },
      { ...good, name: '' },
      { ...good, name: 'line\nbreak' },
      { ...good, name: 'x'.repeat(65) },
      { ...good, name: '\ud800' },
      { ...good, scope: ['all'] },
      { ...good, scope: 'status.read' },
      { ...good, lifetimeMs: '60000' },
      { ...good, lifetimeMs: 60_000.5 },
      { ...good, lifetimeMs: 1 },
      { ...good, lifetimeMs: 1e15 },
    ]
    for (const body of bodies)
      assert.equal(
        (await desk.ask('POST /tokens', { bearer, body })).code,
        'ERR_API_REQUEST',
        JSON.stringify(body),
      )
    const types = ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', '']
    for (const type of types) {
      const headers = { 'Content-Type': type }
      const { status } = await desk.ask('POST /tokens', { bearer, body: good, headers })
      assert.equal(status, 415, type)
    }
    const headers = { 'Content-Encoding': 'gzip' }
    assert.equal((await desk.ask('POST /tokens', { bearer, body: good, headers })).status, 415)
    const long = { ...good, name: 'x'.repeat(40_000) }
    assert.equal((await desk.ask('POST /tokens', { bearer, body: long })).status, 413)
    assert.equal((await desk.ask('GET /tokens', { bearer, body: good })).code, 'ERR_API_REQUEST')
    assert.deepEqual((await desk.ask('GET /tokens', { bearer })).json, { tokens: [] })
  })

  test('is told which field does not fit, and not what stood in it', async (t) => {
    const desk = await testDesk(t)
    const bearer = await desk.first()
    const good = { name: 'ci', scope: ['status.read'], lifetimeMs: 3_600_000 }
    const wrong: readonly (readonly [string, object])[] = [
      ['name', { ...good, name: 'sesame\n' }],
      ['scope', { ...good, scope: ['sesame'] }],
      ['lifetimeMs', { name: 'ci', scope: [] }],
    ]
    for (const [field, body] of wrong) {
      const { json } = await desk.ask('POST /tokens', { bearer, body })
      const message = `the body’s ${field} is not what this operation takes`
      assert.deepEqual(json, { error: { code: 'ERR_API_REQUEST', message } })
    }
    const more = await desk.ask('POST /tokens', { bearer, body: { ...good, sesame: 1 } })
    assert.doesNotMatch(JSON.stringify(more.json), /sesame/)
  })

  test('has the query that it may', async (t) => {
    const desk = await testDesk(t)
    const bearer = await desk.first()
    for (const query of [
      '?x=1',
      '?limit=0',
      '?limit=501',
      '?limit=1&limit=2',
      '?limit=1e2',
      '?before=-1',
    ])
      assert.equal(
        (await desk.ask(`GET /audit${query}`, { bearer })).code,
        'ERR_API_REQUEST',
        query,
      )
    for (const id of ['', '..', '%', '%2e%2e', 'AAAAAAAAAAAA', '0'.repeat(13)]) {
      const { status } = await desk.ask(`DELETE /tokens/${id}`, { bearer })
      assert.equal(status, 400, id)
    }
  })

  test('is one of so many a second', async (t) => {
    const desk = await testDesk(t, { apiPerSecond: 2 })
    const answers = await Promise.all(Array.from({ length: 12 }, () => desk.ask('GET /setup')))
    assert.equal(answers.filter(({ status }) => status === 200).length, 8)
    assert.equal(answers.find(({ status }) => status !== 200)?.code, 'ERR_RATE')
    desk.clock.advance(500)
    assert.equal((await desk.ask('GET /setup')).status, 200)
  })

  test('that two could read in two ways is read in none', async (t) => {
    const desk = await testDesk(t)
    const bearer = await desk.first()
    const head = `POST /api/v1/session HTTP/1.1\r\nHost: 127.0.0.1:${desk.port}\r\nX-Hufu-Request: 1\r\nContent-Type: application/json\r\n`
    const inner = `GET /api/v1/status HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${bearer}\r\n\r\n`
    const smuggled = [
      `${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${inner}`,
      `${head}Content-Length: 4\r\nContent-Length: 5\r\n\r\n{}{}${inner}`,
      `${head}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${inner}`,
      `${head}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${inner}`,
      `${head}Content-Length: +2\r\n\r\n{}${inner}`,
      `${head}Host: other\r\nContent-Length: 2\r\n\r\n{}`,
      `${head.replace('Host:', ' Host:')}Content-Length: 2\r\n\r\n{}`,
      `${head}Authorization: Bearer a\r\nAuthorization: Bearer ${bearer}\r\nContent-Length: 2\r\n\r\n{}`,
    ]
    for (const octets of smuggled) {
      const replies = await raw(desk.port, octets)
      assert.doesNotMatch(replies, /HTTP\/1\.1 2/, octets)
      assert.doesNotMatch(replies, /uptimeMs/, octets)
    }
    // a body that was refused unread is not the next request
    const unread = `${head.replace('/session', '/nowhere')}Content-Length: ${inner.length}\r\n\r\n${inner}`
    assert.doesNotMatch(await raw(desk.port, unread), /uptimeMs/)
  })
})

async function browserCookie(desk: TestDesk): Promise<string> {
  const body = { name: 'ada', passphrase: PASSPHRASE }
  const { headers } = await desk.ask('POST /session', { body })
  return headers['set-cookie']![0]!.split(';', 1)[0]!
}

/** Everything that comes back until the server closes. */
function raw(port: number, octets: string): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    const socket = connect(port, '127.0.0.1', () => socket.end(octets))
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString()
    })
    socket.on('error', () => undefined).on('close', () => resolve(text))
  })
}
