import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ed25519, random, seededRandomForTests } from '@hufu/protocol/crypto'
import { after as later, HufuError, type ErrorCode } from '@hufu/protocol/wire'
import { fakeClock, type FakeClock } from '../clock.testing.ts'
import { connect, type Connection } from './connection.ts'
import { serverEnds, type ServerEnd } from './server.testing.ts'
import { parseServer } from './socket.ts'

interface Rig {
  readonly clock: FakeClock
  /** So many milliseconds pass, and no timer runs. */
  sleep(ms: number): void
  readonly ends: ServerEnd[]
  readonly connection: Connection
  readonly events: string[]
  readonly retries: number[]
  readonly reasons: readonly string[]
}

function rig(): Rig {
  const clock = fakeClock()
  let slept = 0
  const { open, ends } = serverEnds()
  const events: string[] = []
  const retries: number[] = []
  const reasons: string[] = []
  const connection = connect({
    server: parseServer('http://hufu.example:4680'),
    key: ed25519.generate(random),
    random: seededRandomForTests(new Uint8Array(32)),
    clock: {
      now: () => later(clock.now(), slept),
      wake: (at, act) => clock.wake(later(at, -slept), act),
    },
    openSocket: open,
    handlers: {
      open: (fresh) => events.push(fresh ? 'open fresh' : 'open'),
      lost: (retryMs, why) => {
        retries.push(retryMs)
        reasons.push(why.code)
        events.push('lost')
      },
      message: (message) => events.push(message.type),
      data: (session, sender, payload) =>
        events.push(`data ${session} ${sender} ${payload.join()}`),
      closed: (error) => events.push(error.code),
    },
  })
  const sleep = (ms: number): void => void (slept += ms)
  return { clock, sleep, ends, connection, events, retries, reasons }
}

describe('hello', () => {
  test('is proved for the server as it was dialled, and opens the connection', () => {
    const { ends, connection, events } = rig()
    assert.equal(ends[0]!.greet(), true)
    assert.equal(connection.open, true)
    assert.deepEqual(connection.serverId, new Uint8Array(16).fill(7))
    assert.deepEqual(events, ['open fresh'])
  })

  test('a server of other versions only is given up', () => {
    const { ends, events } = rig()
    const nothing = new Uint8Array(16)
    ends[0]!.say({
      type: 'challenge',
      versions: [9],
      serverId: nothing,
      bootId: new Uint8Array(8),
      nonce: new Uint8Array(32),
    })
    assert.deepEqual(events, ['ERR_VERSION'])
  })

  test('a server that says welcome before it has challenged is given up', () => {
    const { ends, events } = rig()
    ends[0]!.say({ type: 'welcome', terminalId: new Uint8Array(32), heartbeatMs: 1_000 })
    assert.deepEqual(events, ['ERR_WIRE_UNEXPECTED'])
  })

  test('a server that says nothing is given up after fifteen seconds', () => {
    const { clock, events } = rig()
    clock.advance(14_999)
    assert.deepEqual(events, [])
    clock.advance(1)
    assert.deepEqual(events, ['ERR_UNREACHABLE'])
  })

  test('octets that are no frame, and frames that are no message, end it with a code', () => {
    for (const [octets, code] of [
      [Uint8Array.of(9, 9), 'ERR_WIRE_FRAME'],
      [Uint8Array.of(0, 0, 0, 1, 0xff), 'ERR_WIRE_MALFORMED'],
    ] as const) {
      const { ends, events } = rig()
      ends[0]!.raw(octets)
      assert.deepEqual(events, [code])
      assert.equal(ends[0]!.closed, true)
    }
  })
})

describe('a lost connection', () => {
  test('is tried again, ever more patiently, at random moments', () => {
    const { clock, ends, events, retries } = rig()
    ends[0]!.greet()
    ends[0]!.lose()
    for (let n = 1; n < 8; n += 1) {
      clock.advance(retries.at(-1)!)
      assert.equal(ends.length, n + 1)
      ends[n]!.lose()
    }
    const bounds = [250, 500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000]
    assert.equal(retries.length, bounds.length)
    for (const [n, bound] of bounds.entries()) assert.ok(retries[n]! <= bound)
    assert.ok(new Set(retries).size > 4, 'not all the same')
    assert.equal(events.filter((event) => event === 'lost').length, 8)
  })

  test('tells whether the server is the same process as before', () => {
    const { clock, ends, events, retries } = rig()
    const bootId = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)
    ends[0]!.greet({ bootId })
    ends[0]!.lose()
    clock.advance(retries[0]!)
    ends[1]!.greet({ bootId })
    ends[1]!.lose()
    clock.advance(retries[1]!)
    ends[2]!.greet({ bootId: new Uint8Array(8) })
    assert.deepEqual(events, ['open fresh', 'lost', 'open', 'lost', 'open fresh'])
  })

  test('a server that is being restarted names the moment', () => {
    const { ends, events, retries, reasons } = rig()
    ends[0]!.greet()
    ends[0]!.say({ type: 'drain', afterMs: 1_234 })
    assert.deepEqual([retries, reasons], [[1_234], ['ERR_DRAINING']])
    assert.deepEqual(events, ['open fresh', 'lost'])
    assert.equal(ends[0]!.closed, true)
  })

  test('what a socket says after it was given up is not heard', () => {
    const { ends, connection, events } = rig()
    ends[0]!.greet()
    connection.close()
    ends[0]!.say({ type: 'pong', count: 1 })
    ends[0]!.lose()
    assert.deepEqual(events, ['open fresh'])
    assert.equal(connection.send({ type: 'ping', count: 1 }), false)
  })
})

describe('a server that ends the connection', () => {
  const after = (code: ErrorCode): readonly string[] => {
    const { ends, events, reasons } = rig()
    ends[0]!.greet()
    ends[0]!.say({ type: 'ended', code })
    return [...events.slice(1), ...reasons]
  }
  for (const code of ['ERR_VERSION', 'ERR_HELLO_NAME', 'ERR_REPLACED', 'ERR_CONNECTIONS'] as const)
    test(`with ${code} is not asked again`, () => assert.deepEqual(after(code), [code]))
  for (const code of ['ERR_RATE', 'ERR_SLOW_READER', 'ERR_IDLE'] as const)
    test(`with ${code} is tried again, and that is told`, () =>
      assert.deepEqual(after(code), ['lost', code]))

  test('with a code of a newer table is tried again too', () => {
    const { ends, events } = rig()
    ends[0]!.greet()
    ends[0]!.say({ type: 'ended', code: 'ERR_OF_THE_FUTURE' })
    assert.deepEqual(events.slice(1), ['lost'])
  })
})

describe('the heartbeat', () => {
  test('pings when nothing was said for one beat', () => {
    const { clock, ends } = rig()
    ends[0]!.greet({ heartbeatMs: 2_000 })
    clock.advance(1_999)
    assert.equal(ends[0]!.heard.length, 1)
    clock.advance(1)
    assert.equal(ends[0]!.heard.at(-1)?.type, 'ping')
  })

  test('a server silent for two beats is taken for lost', () => {
    const { clock, ends, events, reasons } = rig()
    ends[0]!.greet({ heartbeatMs: 2_000 })
    clock.advance(3_999)
    assert.deepEqual(events, ['open fresh'])
    clock.advance(1)
    assert.deepEqual([events, reasons], [['open fresh', 'lost'], ['ERR_UNREACHABLE']])
  })

  test('who was asleep reads what has come before the server is taken for silent', () => {
    for (const answers of [true, false]) {
      const { clock, ends, events, sleep } = rig()
      ends[0]!.greet({ heartbeatMs: 2_000 })
      sleep(60_000)
      clock.advance(1_000)
      assert.equal(ends[0]!.heard.at(-1)?.type, 'ping')
      if (answers) ends[0]!.say({ type: 'pong', count: 1 })
      clock.advance(1_500)
      assert.deepEqual(events, answers ? ['open fresh'] : ['open fresh', 'lost'])
    }
  })

  test('where timers are always late, a silent server is given up all the same', () => {
    const { clock, ends, events, sleep } = rig()
    ends[0]!.greet({ heartbeatMs: 2_000 })
    for (let n = 0; n < 2; n += 1) {
      sleep(60_000)
      clock.advance(1_000)
    }
    assert.deepEqual(events, ['open fresh', 'lost'])
  })

  test('a server that answers stays', () => {
    const { clock, ends, events } = rig()
    ends[0]!.greet({ heartbeatMs: 2_000 })
    for (let n = 0; n < 20; n += 1) {
      clock.advance(1_000)
      ends[0]!.say({ type: 'pong', count: n })
    }
    assert.deepEqual(events, ['open fresh'])
  })
})

describe('addresses', () => {
  test('are read in every form that people write', () => {
    assert.deepEqual(parseServer('http://localhost:4680'), {
      url: 'http://localhost:4680',
      name: 'localhost:4680',
      socketUrl: 'ws://localhost:4680/socket',
    })
    assert.equal(parseServer('https://hufu.example/').socketUrl, 'wss://hufu.example/socket')
    assert.equal(parseServer('hufu.example:1').name, 'hufu.example:1')
    assert.equal(parseServer('https://a.example/under/').socketUrl, 'wss://a.example/under/socket')
  })
  test('of another kind are refused', () => {
    for (const text of ['ftp://a.example', 'http://', ''])
      assert.throws(
        () => parseServer(text),
        (error) => error instanceof HufuError && error.code === 'ERR_USAGE',
      )
  })
})
