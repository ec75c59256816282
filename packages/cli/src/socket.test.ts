import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket as RawSocket } from 'node:net'
import { test, type TestContext } from 'node:test'
import { SUBPROTOCOL, type HufuError } from '@hufu/protocol/wire'
import { parseServer, type Socket } from '@hufu/terminal'
import { WebSocketServer, type WebSocket } from 'ws'
import { socketsTrusting } from './socket.ts'

/*
 * The other end is ws, which is not ours; or bare TCP, for what no WebSocket server says.
 */

test('messages go both ways, whole, in order, and what was sent is let go', async (t) => {
  const { url, connected } = await webSocketServer(t)
  const { socket, heard } = await opened(url, connected, t)
  const sizes = [0, 1, 125, 126, 65_535, 65_536, 1_000_000, 2_097_152]
  const sent = sizes.map((octets) => Buffer.alloc(octets, octets % 251))
  for (const each of sent) heard.peer.send(each)
  await heard.messages(sizes.length)
  assert.deepEqual(
    heard.received.map(({ length, [0]: first }) => [length, first]),
    sent.map(firstOf),
  )
  const echoed: Buffer[] = []
  heard.peer.on('message', (data) => echoed.push(data as Buffer))
  const mine = sizes.map((octets) => new Uint8Array(octets).fill(octets % 251))
  for (const each of mine) socket.send(each)
  socket.close()
  await once(heard.peer, 'close')
  assert.deepEqual(echoed.map(firstOf), sent.map(firstOf))
  assert.deepEqual(
    mine.map(({ length }) => length),
    sizes.map(() => 0),
  )
  assert.equal(await heard.closed, undefined)
})

test('pings are answered, fragments are one message, and a close is answered', async (t) => {
  const { url, connected } = await webSocketServer(t)
  const { heard } = await opened(url, connected, t)
  const { peer } = heard
  peer.send(Buffer.of(1, 2), { fin: false })
  peer.ping(Buffer.from('there?'))
  const [pong] = (await once(peer, 'pong')) as [Buffer]
  assert.equal(pong.toString(), 'there?')
  peer.send(Buffer.of(3))
  await heard.messages(1)
  assert.deepEqual([...heard.received[0]!], [1, 2, 3])
  peer.close(1_001)
  const [code] = (await once(peer, 'close')) as [number]
  assert.equal(code, 1_005) // answered, without a code
  assert.equal(await heard.closed, undefined)
})

test('a server that speaks text, or too much, is left', async (t) => {
  for (const said of ['text', Buffer.alloc(2_097_153)]) {
    const { url, connected } = await webSocketServer(t)
    const { heard } = await opened(url, connected, t)
    heard.peer.on('error', () => undefined)
    heard.peer.send(said)
    assert.equal(await heard.closed, undefined)
    assert.deepEqual(heard.received, [])
  }
})

test('frames that come with the answer are heard', async (t) => {
  const { url } = await webSocketServer(t, (peer) => peer.send(Buffer.of(9)))
  const closed = Promise.withResolvers<Uint8Array>()
  const socket = socketsTrusting(undefined)(parseServer(url), {
    message: (octets) => closed.resolve(Uint8Array.from(octets)),
    closed: () => closed.reject(new Error('closed')),
  })
  assert.deepEqual([...(await closed.promise)], [9])
  socket.close()
})

test('why it did not open is told', async (t) => {
  const says = async (act: (raw: RawSocket) => void): Promise<string> => tcpServer(t, act)
  const other = await says((raw) => raw.end('HTTP/1.1 404 Not Found\r\n\r\n'))
  const banner = await says((raw) => raw.write('220 mail.example ESMTP\r\n'))
  const half = await says((raw) => raw.end('HTTP/1.1 101 Switching'))
  const silent = await says((raw) => raw.end())
  const cases: readonly (readonly [string, string, RegExp])[] = [
    [other, 'ERR_NOT_HUFU', /is not a hufu server$/],
    [banner, 'ERR_NOT_HUFU', /is not a hufu server$/],
    [half, 'ERR_NOT_HUFU', /is not a hufu server$/],
    [silent, 'ERR_UNREACHABLE', /^nothing answers at/],
    ['http://127.0.0.1:1', 'ERR_UNREACHABLE', /^nothing answers at/],
    [silent.replace('http:', 'https:'), 'ERR_UNREACHABLE', /^nothing answers at/],
  ]
  for (const [url, code, message] of cases) {
    const error = await failureAt(url)
    assert.equal(error?.code, code, url)
    assert.match(error.message, message)
  }
})

test('one that is closed before it opened tells nothing of a message, and once that it closed', async (t) => {
  const { url } = await webSocketServer(t, (peer) => peer.send(Buffer.of(1)))
  const seen: string[] = []
  const closed = Promise.withResolvers<void>()
  const socket = socketsTrusting(undefined)(parseServer(url), {
    message: () => seen.push('message'),
    closed: () => {
      seen.push('closed')
      closed.resolve()
    },
  })
  socket.send(Uint8Array.of(1))
  socket.close()
  socket.close()
  await closed.promise
  assert.deepEqual(seen, ['closed'])
})

interface Heard {
  readonly peer: WebSocket
  /** Copies of what has come. */
  readonly received: readonly Uint8Array[]
  /** Resolves when so many messages have come. */
  messages(count: number): Promise<void>
  readonly closed: Promise<HufuError | undefined>
}

async function opened(
  url: string,
  connected: Promise<WebSocket>,
  t: TestContext,
): Promise<{ readonly socket: Socket; readonly heard: Heard }> {
  const received: Uint8Array[] = []
  const closed = Promise.withResolvers<HufuError | undefined>()
  let look = (): void => undefined
  const socket = socketsTrusting(undefined)(parseServer(url), {
    message(octets) {
      received.push(Uint8Array.from(octets))
      look()
    },
    closed: closed.resolve,
  })
  t.after(() => socket.close())
  const peer = await connected
  const messages = async (count: number): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>()
    look = () => received.length >= count && resolve()
    look()
    return promise
  }
  return { socket, heard: { peer, received, messages, closed: closed.promise } }
}

async function failureAt(url: string): Promise<HufuError | undefined> {
  const { promise, resolve } = Promise.withResolvers<HufuError | undefined>()
  const handlers = { message: () => undefined, closed: resolve }
  socketsTrusting(undefined)(parseServer(url), handlers)
  return promise
}

async function webSocketServer(
  t: TestContext,
  act: (peer: WebSocket) => void = () => undefined,
): Promise<{ readonly url: string; readonly connected: Promise<WebSocket> }> {
  const server = new WebSocketServer({
    host: '127.0.0.1',
    port: 0,
    handleProtocols: (protocols) => protocols.has(SUBPROTOCOL) && SUBPROTOCOL,
  })
  t.after(() => server.close())
  const connected = Promise.withResolvers<WebSocket>()
  server.on('connection', (peer) => {
    act(peer)
    connected.resolve(peer)
  })
  await once(server, 'listening')
  return { url: urlOf(server), connected: connected.promise }
}

async function tcpServer(t: TestContext, act: (raw: RawSocket) => void): Promise<string> {
  const server = createServer((raw) => {
    raw.on('error', () => undefined).once('data', () => act(raw))
  })
  server.listen(0, '127.0.0.1')
  t.after(() => server.close())
  await once(server, 'listening')
  return urlOf(server)
}

function urlOf(server: Pick<Server, 'address'> | WebSocketServer): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function firstOf(octets: Uint8Array): readonly [number, number | undefined] {
  return [octets.length, octets[0]]
}
