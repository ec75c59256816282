import assert from 'node:assert/strict'
import { request } from 'node:http'
import { test } from 'node:test'
import fc from 'fast-check'
import { ed25519, random } from '@hufu/protocol/crypto'
import {
  SOCKET_PATH,
  SUBPROTOCOL,
  answerChallenge,
  controlFrame,
  dataFrame,
  type ErrorCode,
} from '@hufu/protocol/wire'
import { serverMessages } from '../messages.ts'
import { pairBySlot } from '../pairing.testing.ts'
import { testServer } from '../server.testing.ts'
import { testSocket, testTerminal, type TestSocket } from '../terminal.testing.ts'
import { closeCodeOf } from './closing.ts'

test('a good hello is welcomed, over and over with the same id', async (t) => {
  const server = await testServer(t)
  const first = await testTerminal(server.name)
  const again = await testTerminal(server.name, first.key)
  assert.deepEqual(first.welcome.terminalId, first.terminal)
  assert.equal(first.welcome.heartbeatMs, server.config.heartbeatMs)
  assert.deepEqual(first.challenge.serverId, again.challenge.serverId)
  assert.deepEqual(first.challenge.bootId, again.challenge.bootId)
  assert.notDeepEqual(first.challenge.nonce, again.challenge.nonce)
})

test('a hello that is wrong ends with its own code', async (t) => {
  const server = await testServer(t, { names: [] })
  type Hello = ReturnType<typeof answerChallenge>
  const cases: readonly (readonly [ErrorCode, string, (hello: Hello) => Hello])[] = [
    ['ERR_VERSION', server.name, (hello) => ({ ...hello, version: 2 })],
    ['ERR_HELLO_NAME', 'elsewhere:4680', (hello) => hello],
    ['ERR_HELLO_PROOF', server.name, (hello) => ({ ...hello, nonce: random(32) })],
    ['ERR_HELLO_PROOF', server.name, (hello) => ({ ...hello, terminalKey: random(32) })],
    ['ERR_HELLO_PROOF', server.name, (hello) => ({ ...hello, proof: new Uint8Array(64) })],
  ]
  for (const [code, name, change] of cases) {
    const socket = await testSocket(server.name)
    const challenge = await socket.next('challenge')
    const key = ed25519.generate(random)
    socket.send(change(answerChallenge(challenge, key, name, random)))
    await endsWith(socket, code)
  }
})

test('a proof does for one challenge only', async (t) => {
  const server = await testServer(t)
  const [a, b] = [await testSocket(server.name), await testSocket(server.name)]
  const [forA] = [await a.next('challenge'), await b.next('challenge')]
  const hello = answerChallenge(forA, ed25519.generate(random), server.name, random)
  b.send(hello)
  await endsWith(b, 'ERR_HELLO_PROOF')
  a.send(hello)
  await a.next('welcome')
})

test('with public names set, those are the names and the Host header is not', async (t) => {
  const server = await testServer(t, { names: ['hufu.example:443'] })
  const say = async (name: string): Promise<TestSocket> => {
    const socket = await testSocket(server.name)
    const challenge = await socket.next('challenge')
    socket.send(answerChallenge(challenge, ed25519.generate(random), name, random))
    return socket
  }
  await (await say('HUFU.example:443')).next('welcome')
  await endsWith(await say(server.name), 'ERR_HELLO_NAME')
})

test('silence before and after the hello ends, at its time and not before', async (t) => {
  const server = await testServer(t)
  const socket = await testSocket(server.name)
  await socket.next('challenge')
  server.clock.advance(server.config.helloMs - 1)
  const terminal = await testTerminal(server.name)
  assert.ok(socket.quiet())
  server.clock.advance(1)
  await endsWith(socket, 'ERR_HELLO_TIMEOUT')
  server.clock.advance(server.config.deadAfterMs - 2)
  await terminal.settle()
  server.clock.advance(server.config.deadAfterMs - 1)
  assert.ok(terminal.quiet())
  server.clock.advance(1)
  await endsWith(terminal, 'ERR_IDLE')
})

test('whatever is no message of ours ends with the code that says so', async (t) => {
  const server = await testServer(t)
  const deep = controlFrame(Uint8Array.of(...Array.from({ length: 9 }, () => 0x81), 0x00))
  const cases: readonly (readonly [ErrorCode, Uint8Array | string])[] = [
    ['ERR_WIRE_FRAME', new Uint8Array(0)],
    ['ERR_WIRE_FRAME', 'text'],
    ['ERR_WIRE_FRAME', Uint8Array.of(9, 0, 0, 0)],
    ['ERR_WIRE_OVERSIZE', controlFrame(new Uint8Array(server.config.maxControlOctets + 1))],
    ['ERR_WIRE_OVERSIZE', dataFrame(1, 0, new Uint8Array(65_537))],
    ['ERR_WIRE_DEPTH', deep],
    ['ERR_WIRE_MALFORMED', controlFrame(Uint8Array.of(0xff))],
    ['ERR_WIRE_SCHEMA', controlFrame(Uint8Array.of(0x81, 0x03))],
    ['ERR_WIRE_UNEXPECTED', controlFrame(Uint8Array.of(0x81, 0x18, 0xff))],
    ['ERR_WIRE_UNEXPECTED', controlFrame(serverMessages.encode({ type: 'pong', count: 1 }))],
  ]
  for (const [code, octets] of cases) {
    const terminal = await testTerminal(server.name)
    terminal.sendRaw(octets)
    await endsWith(terminal, code)
  }
  const second = await testTerminal(server.name)
  second.send(answerChallenge(second.challenge, second.key, server.name, random))
  await endsWith(second, 'ERR_WIRE_UNEXPECTED')
  const early = await testSocket(server.name)
  await early.next('challenge')
  early.send({ type: 'ping', count: 1 })
  await endsWith(early, 'ERR_WIRE_UNEXPECTED')
})

test('a WebSocket message beyond the limit is not even read', async (t) => {
  const server = await testServer(t)
  const terminal = await testTerminal(server.name)
  terminal.sendRaw(new Uint8Array(server.config.maxMessageOctets + 1))
  assert.equal(await terminal.closed, 1009)
})

test('any octets, before and after the hello: a code and a closed connection, or nothing', async (t) => {
  const server = await testServer(t, { connectionsPerSource: 10_000 })
  const noise = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 200 }),
    fc.uint8Array({ maxLength: 100 }).map((body) => controlFrame(body)),
    fc
      .tuple(fc.integer({ min: 0, max: 50 }), fc.uint8Array({ maxLength: 60 }))
      .map(([tag, rest]) => controlFrame(Uint8Array.of(0x84, 0x18, tag, ...rest))),
  )
  const steady = await testTerminal(server.name)
  await fc.assert(
    fc.asyncProperty(
      fc.array(noise, { minLength: 1, maxLength: 4 }),
      fc.boolean(),
      async (all, hello) => {
        const socket = hello ? await testTerminal(server.name) : await testSocket(server.name)
        if (!hello) await socket.next('challenge')
        for (const octets of all) socket.sendRaw(octets)
        socket.close()
        assert.ok([1005, 1000].includes(await socket.closed) || (await socket.closed) >= 4_000)
      },
    ),
    { numRuns: 300 },
  )
  await steady.settle()
})

test('too many control messages at once end the connection, lasting ones within the rate do not', async (t) => {
  const server = await testServer(t, { controlBurst: 5, controlPerSecond: 1 })
  const terminal = await testTerminal(server.name) // its hello was the first of the five
  for (let i = 0; i < 4; i += 1) await terminal.settle()
  for (let i = 0; i < 10; i += 1) {
    server.clock.advance(1_000)
    await terminal.settle()
  }
  terminal.send({ type: 'ping', count: 99 })
  await endsWith(terminal, 'ERR_RATE')
})

test('data beyond the rate is read later, and none is lost', async (t) => {
  const server = await testServer(t, { dataOctetsPerSecond: 100_000 })
  const opener = await testTerminal(server.name)
  const requester = await testTerminal(server.name)
  const pair = await pairBySlot(opener, requester, server.clock.advance)
  const frames = 8
  for (let i = 0; i < frames; i += 1)
    requester.sendData(pair.requesterHandle, new Uint8Array(60_000).fill(i))
  for (let i = 0; i < frames; i += 1) {
    const { payload } = await pumped(server.clock.advance, opener)
    assert.deepEqual([payload.length, payload[0]], [60_000, i])
  }
})

test('too many connections from one source are told so', async (t) => {
  const server = await testServer(t, { connectionsPerSource: 2 })
  const first = await testTerminal(server.name)
  await testTerminal(server.name)
  const third = await testSocket(server.name)
  await third.next('challenge')
  await endsWith(third, 'ERR_CONNECTIONS')
  first.close()
  await first.closed
  await testTerminal(server.name)
})

test('a second connection of a terminal replaces the first', async (t) => {
  const server = await testServer(t)
  const first = await testTerminal(server.name)
  const second = await testTerminal(server.name, first.key)
  await endsWith(first, 'ERR_REPLACED')
  await second.settle()
})

test('a reader that does not read is cut off, and holds up nobody', async (t) => {
  const server = await testServer(t, { unsentOctets: 1_048_576 })
  const opener = await testTerminal(server.name)
  const requester = await testTerminal(server.name)
  const pair = await pairBySlot(opener, requester, server.clock.advance)
  opener.webSocket.pause()
  const payload = new Uint8Array(65_536)
  const left = requester.next('session.presence')
  let gone = false
  void left.then(() => (gone = true))
  while (!gone) {
    requester.sendData(pair.requesterHandle, payload)
    await new Promise((resolve) => setImmediate(resolve))
  }
  assert.deepEqual(
    { ...(await left), session: null },
    { type: 'session.presence', session: null, index: 1, present: false, left: false },
  )
  await requester.settle()
  server.clock.advance(server.config.closingMs)
  opener.webSocket.resume()
  await opener.closed
  assert.match(await metrics(server.port), /ended_total\{code="ERR_SLOW_READER"\} 1/)
})

test('what may not become a connection gets an HTTP status', async (t) => {
  const server = await testServer(t, { origins: ['https://friend.example'] })
  const host = `127.0.0.1:${server.port}`
  const good = { protocol: SUBPROTOCOL, path: SOCKET_PATH, origin: undefined }
  assert.equal(await upgrade(server.port, good), 101)
  assert.equal(await upgrade(server.port, { ...good, path: '/elsewhere' }), 404)
  assert.equal(await upgrade(server.port, { ...good, protocol: 'chat' }), 400)
  assert.equal(await upgrade(server.port, { ...good, origin: 'https://evil.example' }), 403)
  assert.equal(await upgrade(server.port, { ...good, origin: 'https://friend.example' }), 101)
  assert.equal(await upgrade(server.port, { ...good, origin: `http://${host}` }), 101)
})

test('a drain tells everybody when to come back, closes, and keeps nothing open', async (t) => {
  const server = await testServer(t, { drainSpreadMs: 400 })
  const terminals = [await testTerminal(server.name), await testTerminal(server.name)]
  const drained = server.drain()
  for (const terminal of terminals) {
    const { afterMs } = await terminal.next('drain')
    assert.ok(afterMs >= 0 && afterMs <= 400)
    await terminal.next('ended')
    assert.equal(await terminal.closed, 1012)
  }
  await drained
  await assert.rejects(testSocket(server.name))
  const next = await testServer(t, { data: server.config.data })
  const back = await testTerminal(next.name, terminals[0]!.key)
  assert.deepEqual(back.challenge.serverId, terminals[0]!.challenge.serverId)
  assert.notDeepEqual(back.challenge.bootId, terminals[0]!.challenge.bootId)
})

test('every end has a close code of its own', () => {
  const codes = ['ERR_HELLO_PROOF', 'ERR_SLOW_READER', 'ERR_DRAINING', 'ERR_REPLACED'] as const
  assert.deepEqual(codes.map(closeCodeOf), [4008, 4014, 1012, 4015])
})

async function endsWith(socket: TestSocket, code: ErrorCode): Promise<void> {
  assert.equal((await socket.next('ended')).code, code)
  assert.equal(await socket.closed, closeCodeOf(code))
}

/** The next data frame, moving the clock on for as long as it takes. */
async function pumped(
  advance: (ms: number) => void,
  terminal: TestSocket,
): ReturnType<TestSocket['nextData']> {
  let came = false
  const next = terminal.nextData().finally(() => (came = true))
  while (!came) {
    advance(10)
    await new Promise((resolve) => setImmediate(resolve))
  }
  return next
}

async function metrics(port: number): Promise<string> {
  return (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
}

/** The status of a request to upgrade. */
function upgrade(
  port: number,
  ask: { readonly protocol: string; readonly path: string; readonly origin: string | undefined },
): Promise<number> {
  const headers = {
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': Buffer.from(random(16)).toString('base64'),
    'Sec-WebSocket-Protocol': ask.protocol,
    ...(ask.origin === undefined ? {} : { Origin: ask.origin }),
  }
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path: ask.path, headers })
    sent.on('response', (response) => resolve(response.statusCode ?? 0))
    sent.on('upgrade', (response, socket) => {
      socket.destroy()
      resolve(response.statusCode ?? 0)
    })
    sent.on('error', reject)
    sent.end()
  })
}
