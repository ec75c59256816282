import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { test, type TestContext } from 'node:test'
import { SOCKET_PATH, SUBPROTOCOL } from '@hufu/protocol/wire'
import { testServer, type TestServer } from '../server.testing.ts'

/** The key and its answer of RFC 6455 §1.3. */
const KEY = 'dGhlIHNhbXBsZSBub25jZQ=='
const ACCEPT = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo='

test('the handshake is that of RFC 6455', async (t) => {
  const answer = await bareSocket(t, {})
  assert.equal(answer.status, 'HTTP/1.1 101 Switching Protocols')
  assert.ok(answer.headers.includes(`sec-websocket-accept: ${ACCEPT.toLowerCase()}`))
  assert.ok(answer.headers.includes(`sec-websocket-protocol: ${SUBPROTOCOL}`))
  assert.ok(!answer.headers.some((line) => line.startsWith('sec-websocket-extensions')))
})

test('a request that is no handshake of version 13 is told so', async (t) => {
  const cases: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
    ['426 Upgrade Required', { 'Sec-WebSocket-Version': '8' }],
    ['400 Bad Request', { 'Sec-WebSocket-Key': 'short' }],
    ['400 Bad Request', { Upgrade: 'h2c' }],
    ['404 Not Found', { path: '/' }],
  ]
  for (const [status, change] of cases)
    assert.equal((await bareSocket(t, change)).status, `HTTP/1.1 ${status}`)
})

test('a ping is answered with its own octets', async (t) => {
  const { socket, octets } = await bareSocket(t, {})
  socket.write(frame(0x89, [1, 2, 3]))
  await comes(socket, octets, [0x8a, 3, 1, 2, 3])
})

test('a close is answered by a close, then the end', async (t) => {
  const { socket, octets } = await bareSocket(t, {})
  socket.write(frame(0x88, [0x03, 0xe8]))
  await comes(socket, octets, [0x88, 0])
  await once(socket, 'end')
})

test('an end without a close is an end', async (t) => {
  const { socket, server } = await bareSocket(t, {})
  socket.end()
  await once(socket, 'close')
  const page = await (await fetch(`http://127.0.0.1:${server.port}/metrics`)).text()
  assert.match(page, /^hufu_connections 0$/m)
})

test('what is no WebSocket is closed with the code for it; who stays all the same is dropped', async (t) => {
  const { socket, octets, server } = await bareSocket(t, {})
  socket.write(Uint8Array.of(0x82, 1, 0)) // not masked
  await comes(socket, octets, [0x88, 2, 0x03, 0xea])
  let closed = false
  socket.on('error', () => undefined) // it may be a reset
  const dropped = new Promise((resolve) => {
    socket.on('close', () => resolve((closed = true)))
  })
  socket.write(frame(0x89, [1])) // not heard any more
  server.clock.advance(server.config.closingMs - 1)
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(closed, false)
  server.clock.advance(1)
  await dropped
})

test('octets that come with the handshake are not lost', async (t) => {
  const { socket, octets } = await bareSocket(t, {}, frame(0x89, [7]))
  await comes(socket, octets, [0x8a, 1, 7])
})

interface Bare {
  readonly server: TestServer
  readonly socket: Socket
  readonly status: string
  readonly headers: readonly string[]
  /** All that came behind the handshake's answer. */
  readonly octets: () => Buffer
}

/** A TCP connection that has asked to become a WebSocket; `change` replaces headers. */
async function bareSocket(
  t: TestContext,
  change: Readonly<Record<string, string>>,
  along: Uint8Array = new Uint8Array(0),
): Promise<Bare> {
  const server = await testServer(t)
  const socket = connect(server.port, '127.0.0.1')
  t.after(() => socket.destroy())
  const { path = SOCKET_PATH, ...replaced } = change
  const headers = {
    Host: server.name,
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': KEY,
    'Sec-WebSocket-Protocol': SUBPROTOCOL,
    ...replaced,
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const asked = Buffer.from(`GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`)
  socket.write(Buffer.concat([asked, along]))
  let all = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => (all = Buffer.concat([all, chunk])))
  let end = -1
  while (end < 0) {
    await once(socket, 'data')
    end = all.indexOf('\r\n\r\n')
  }
  const [status = '', ...rest] = all.toString('latin1', 0, end).split('\r\n')
  const octets = (): Buffer => all.subarray(end + 4)
  return { server, socket, status, headers: rest.map((line) => line.toLowerCase()), octets }
}

/** Waits until these octets have come; the server's challenge may stand before them. */
async function comes(
  socket: Socket,
  octets: () => Buffer,
  expected: readonly number[],
): Promise<void> {
  while (!octets().includes(Buffer.from(expected))) await once(socket, 'data')
}

function frame(first: number, payload: readonly number[]): Uint8Array {
  return Uint8Array.of(first, 0x80 | payload.length, 0, 0, 0, 0, ...payload)
}
