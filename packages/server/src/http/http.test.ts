import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadConfig } from '../config.ts'
import { startServer } from '../server.ts'
import { testFolder, testServer } from '../server.testing.ts'
import { testTerminal } from '../terminal.testing.ts'

test('alive and ready while it runs', async (t) => {
  const server = await testServer(t)
  assert.equal((await fetch(`${server.url}/healthz`)).status, 200)
  assert.equal((await fetch(`${server.url}/readyz`)).status, 200)
})

test('not ready while it drains', async (t) => {
  const server = await testServer(t)
  const terminal = await testTerminal(server.name)
  const socket = connect(server.port, '127.0.0.1')
  await new Promise((resolve) => socket.on('connect', resolve))
  const replies: string[] = []
  socket.on('data', (octets) => replies.push(octets.toString()))
  socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /readyz HTTP/1.1\r\nHost: x\r\n')
  while (!replies.join('').includes('200 OK')) await new Promise((next) => setImmediate(next))
  const drained = server.drain()
  await terminal.closed
  socket.write('\r\n')
  while (!replies.join('').includes('503')) await new Promise((next) => setImmediate(next))
  server.clock.advance(server.config.closingMs)
  await drained
})

test('without a folder, a plain page that says what this is', async (t) => {
  const server = await testServer(t)
  const response = await fetch(server.url)
  assert.equal(response.headers.get('content-type'), 'text/html; charset=utf-8')
  assert.match(await response.text(), /<title>hufu/)
})

test('every response forbids what the page does not need', async (t) => {
  const server = await testServer(t)
  for (const path of ['/', '/healthz', '/nowhere']) {
    const { headers } = await fetch(server.url + path)
    const policy = headers.get('content-security-policy') ?? ''
    assert.match(policy, /default-src 'none'/)
    assert.match(policy, /require-trusted-types-for 'script'/)
    assert.match(policy, /frame-ancestors 'none'/)
    assert.doesNotMatch(policy, /unsafe/)
    assert.equal(headers.get('x-content-type-options'), 'nosniff')
    assert.equal(headers.get('referrer-policy'), 'no-referrer')
  }
})

test('the web app’s files come with type and cache, and nothing beside them does', async (t) => {
  const folder = testFolder()
  const web = join(folder, 'web')
  mkdirSync(join(web, 'assets'), { recursive: true })
  writeFileSync(join(folder, 'secret.txt'), 'secret')
  writeFileSync(join(web, 'index.html'), '<title>hufu</title>')
  writeFileSync(join(web, 'assets', 'index-Ab3dE_9x.js'), 'export {}')
  const server = await testServer(t, { web })
  const page = await fetch(server.url)
  assert.equal(await page.text(), '<title>hufu</title>')
  assert.equal(page.headers.get('cache-control'), 'no-cache')
  const headers = { 'If-None-Match': page.headers.get('etag') ?? '' }
  assert.equal((await fetch(server.url, { headers })).status, 304)
  const script = await fetch(`${server.url}/assets/index-Ab3dE_9x.js`)
  assert.equal(script.headers.get('content-type'), 'text/javascript; charset=utf-8')
  assert.match(script.headers.get('cache-control') ?? '', /immutable/)
  for (const path of ['/../secret.txt', '/%2e%2e/secret.txt', '/assets/../../secret.txt', '//'])
    assert.match(await raw(server.port, path), /^HTTP\/1\.1 404/, path)
})

test('metrics name codes and counts, and are for this machine unless there is a token', async (t) => {
  const open = await testServer(t)
  const terminal = await testTerminal(open.name)
  terminal.sendRaw('text')
  await terminal.closed
  const text = await (await fetch(`${open.url}/metrics`)).text()
  assert.match(text, /^hufu_connections_ended_total\{code="ERR_WIRE_FRAME"\} 1$/m)
  assert.match(text, /^hufu_connections 0$/m)
  assert.match(text, /^process_cpu_seconds_total/m)
  const proxied = { headers: { 'X-Forwarded-For': '192.0.2.7' } }
  assert.equal((await fetch(`${open.url}/metrics`, proxied)).status, 403)
  const closed = await testServer(t, { metricsToken: 'a token' })
  const status = async (Authorization: string): Promise<number> =>
    (await fetch(`${closed.url}/metrics`, { headers: { Authorization } })).status
  assert.deepEqual([await status('Bearer a token'), await status('Bearer another')], [200, 403])
})

test('nothing but reading', async (t) => {
  const server = await testServer(t)
  assert.equal((await fetch(server.url, { method: 'POST', body: 'x' })).status, 405)
  const head = await fetch(server.url, { method: 'HEAD' })
  assert.deepEqual([head.status, await head.text()], [200, ''])
})

test('an address in use, and a web folder with no page, are named at the start', async (t) => {
  const server = await testServer(t)
  const settings = { ...loadConfig(), data: testFolder(), listen: { host: '127.0.0.1', port: 0 } }
  const taken = { ...settings, listen: { host: '127.0.0.1', port: server.port } }
  const message = new RegExp(`127.0.0.1:${server.port} is in use`)
  await assert.rejects(startServer(taken), { code: 'ERR_LISTEN', message })
  await assert.rejects(startServer({ ...settings, web: testFolder() }), { code: 'ERR_CONFIG' })
  await assert.rejects(startServer({ ...settings, data: server.config.data }), {
    code: 'ERR_DATA_FOLDER',
  })
})

/** The answer to a request for exactly this path. */
function raw(port: number, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const socket = connect(port, '127.0.0.1')
    socket.on('data', (octets) => (text += octets.toString()))
    socket.on('end', () => resolve(text))
    socket.on('error', reject)
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
  })
}
