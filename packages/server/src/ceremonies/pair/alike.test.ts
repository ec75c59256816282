import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import { test, type TestContext } from 'node:test'
import { sql } from 'kysely'
import { random, utf8 } from '@hufu/protocol/crypto'
import { PAIR_LIMITS, startRequester } from '@hufu/protocol/pair'
import { splitFrames } from '@hufu/protocol/wire'
import { fakeClock, type FakeClock } from '../../clock.testing.ts'
import { loadConfig } from '../../config.ts'
import { inThisTurn } from '../../gateway/turn.ts'
import { serverMessages, type ServerMessage } from '../../messages.ts'
import type { Bus } from '../../relay/bus.ts'
import type { Connection } from '../../relay/connection.ts'
import { inProcessBus } from '../../relay/inprocess.ts'
import { presenceOver, type Presence } from '../../relay/presence.ts'
import { sessionsOver } from '../../relay/sessions.ts'
import { testFolder } from '../../server.testing.ts'
import { openSqlite } from '../../store/sqlite.ts'
import { keyedStore, type KeyedStore } from '../../store/store.ts'
import { pairCeremony, type PairMessage } from './index.ts'
import { forOpener } from './nodes.ts'

/*
 * Somebody who does not know the words requests, and confirms. Nothing that the requester can time may come after what a
 * slot that is open costs and another does not: what is written, what leaves, and in which order.
 */

const { answerStepMs } = PAIR_LIMITS
const UNKNOWN = '999999999'

/** What happens where the words are wrong, in this order. What concerns the opener comes when the requester has been told. */
const WRONG_WORDS = [
  'durable write',
  '1 row stands',
  'requester: pair.requested',
  'durable write',
  '1 row stands',
  'opener is told: ring',
  'opener: pair.ring',
  'requester: pair.answered',
  'soon write',
  '3 rows stand',
  'requester: pair.verdict',
  'requester: session.entered',
  'opener is told: outcome',
  'opener: pair.verdict',
  'opener: session.entered',
  'opener: session.presence',
  'requester: session.presence',
  'soon write',
  '3 rows stand',
  'requester: session.ended',
]

test('wrong words: the requester is told before the slot is looked up, and before the opener is', async (t) => {
  const room = await recordedRoom(t)
  const slot = await room.open()
  assert.deepEqual(await room.guess(slot, true), WRONG_WORDS)
})

test('an unknown, burned, busy or unattended slot is written like an open one, in the same order', async (t) => {
  const room = await recordedRoom(t)
  const [burned, busy, unattended] = [await room.open(), await room.open(), await room.open()]
  await room.guess(burned, true)
  await room.request(busy)
  await room.leave(unattended)
  const missing = (line: string): boolean =>
    line === 'opener is told: ring' || line.startsWith('opener: ')
  const expected = WRONG_WORDS.filter((line) => !missing(line))
  for (const slot of [UNKNOWN, burned, busy, unattended])
    assert.deepEqual(await room.guess(slot, false), expected, slot)
})

test('a name that nobody has is counted and acknowledged like one that somebody has', async (t) => {
  const room = await recordedRoom(t)
  await room.listen('known')
  const expected = ['durable write', '2 rows stand', 'requester: pair.requested']
  assert.deepEqual(await room.request('unknown', 'name'), expected)
  assert.deepEqual(await room.request('known', 'name'), [
    ...expected,
    'opener is told: ring',
    'opener: pair.ring',
  ])
})

test('who stands in for an opener goes with the attempt, however it ends', async (t) => {
  const room = await recordedRoom(t)
  const before = room.subscriptions()
  await room.guess(UNKNOWN, false)
  await room.giveUp(UNKNOWN)
  assert.equal(room.subscriptions(), before)
})

interface Room {
  /** Opens a slot, from a terminal of its own. */
  open(): Promise<string>
  /** Waits under a name. */
  listen(name: string): Promise<void>
  /** The terminal that has opened the slot goes. */
  leave(slot: string): Promise<void>
  /** Requests. The result: what happened. */
  request(at: string, kind?: 'slot' | 'name'): Promise<readonly string[]>
  /** The whole attempt; `there`: the slot is open, and the opener answers and sees that the words are wrong. */
  guess(slot: string, there: boolean): Promise<readonly string[]>
  /** Requests, is answered, and goes. */
  giveUp(slot: string): Promise<void>
  /** How many subjects somebody listens to. */
  subscriptions(): number
}

/** The ceremony with all that it needs, and a record of what is written and what leaves. */
async function recordedRoom(t: TestContext): Promise<Room> {
  const clock = fakeClock()
  const failed = (error: unknown): void => assert.fail(String(error))
  const bus = countedBus(inProcessBus(failed))
  const log: string[] = []
  const store = recorded(keyedStore(await openSqlite(testFolder()), random(32)), log)
  t.after(() => store.close())
  const config = { ...loadConfig(), guessesPerSource: 99 }
  const counts = { frames: 0, octets: 0, dropped: 0, media: 0 }
  const presence = recordedPresence(presenceOver(bus), log)
  const sessions = sessionsOver({ bus, store, clock, counts, config })
  const ended = (): void => undefined
  const ports = { config, clock, random, bus, presence, sessions, store, ended, failed }
  const pair = pairCeremony({ ...ports, throttled: ended })
  const rooms = [presence, sessions, pair]
  const openers = new Map<string, Terminal>()

  const connected = (name: 'opener' | 'requester'): Terminal => {
    const got: ServerMessage[] = []
    const connection = recordedConnection(name, log, got)
    for (const room of rooms) room.opened(connection)
    return { connection, got }
  }
  const say = async ({ connection }: Terminal, message: PairMessage): Promise<void> => {
    await pair.receive(connection, message)
    await settled()
  }
  const sendRequest = async (from: Terminal, at: string, kind: 'slot' | 'name'): Promise<void> => {
    const start = {
      channel: { serverId: random(16), kind, at },
      knowledge: [{ by: 'passphrase', prs: utf8('not-the-words') }] as const,
      terminal: from.connection.terminal,
      name: '',
      limits: PAIR_LIMITS,
    }
    const { send } = startRequester(start, clock.now(), random)
    log.length = 0
    await say(from, { type: 'pair.request', ref: 1, to: { kind, at }, ...send })
  }

  const gone = async ({ connection }: Terminal): Promise<void> => {
    for (const room of rooms) room.lost(connection)
    await settled()
  }

  return {
    async open() {
      const opener = connected('opener')
      await say(opener, { type: 'pair.open', ref: 1, again: null })
      const { slot } = taken(opener, 'pair.opened')
      openers.set(slot, opener)
      return slot
    },
    listen: (name) => say(connected('opener'), { type: 'pair.claim', ref: 1, name }),
    leave: (slot) => gone(openers.get(slot)!),
    async request(at, kind = 'slot') {
      await sendRequest(connected('requester'), at, kind)
      return [...log]
    },
    async guess(slot, there) {
      const requester = connected('requester')
      await sendRequest(requester, slot, 'slot')
      const opener = openers.get(slot)
      if (there) {
        const { pairing } = taken(opener!, 'pair.ring')
        const made = { share: random(32), associated: random(64), tag: random(64) }
        await say(opener!, { type: 'pair.answer', pairing, ...made })
      }
      await step(clock)
      const { pairing } = taken(requester, 'pair.answered')
      const made = { tag: random(64), opening: random(32) }
      await say(requester, { type: 'pair.confirm', pairing, ...made })
      if (there) await say(opener!, { type: 'pair.fail', pairing, reason: 'mismatch' })
      await step(clock)
      const happened = [...log]
      await gone(requester)
      return happened
    },
    async giveUp(slot) {
      const requester = connected('requester')
      await sendRequest(requester, slot, 'slot')
      await step(clock)
      taken(requester, 'pair.answered')
      await gone(requester)
    },
    subscriptions: () => bus.count(),
  }
}

interface Terminal {
  readonly connection: Connection
  readonly got: readonly ServerMessage[]
}

/** Counts who listens. */
function countedBus(bus: Bus): Bus & { count(): number } {
  let count = 0
  return {
    ...bus,
    subscribe(subject, handler) {
      const stop = bus.subscribe(subject, handler)
      count += 1
      return () => {
        stop()
        count -= 1
      }
    },
    count: () => count,
  }
}

/** Writes down when a write begins, and how many rows have changed once it stands. */
function recorded(store: KeyedStore, log: string[]): KeyedStore {
  return {
    ...store,
    async write(surety, work) {
      let rows = 0
      const result = await store.write(surety, async (db) => {
        const changes = async (): Promise<number> => {
          const found = await sql<{ count: number }>`select total_changes() as count`.execute(db)
          return found.rows[0]!.count
        }
        log.push(`${surety} write`)
        const before = await changes()
        const made = await work(db)
        rows = (await changes()) - before
        return made
      })
      log.push(rows === 1 ? '1 row stands' : `${rows} rows stand`)
      return result
    },
  }
}

/** Writes down when the opener's terminals are told of something, wherever they are. */
function recordedPresence(presence: Presence, log: string[]): Presence {
  return {
    ...presence,
    tell(terminal, room, octets) {
      const message = forOpener.decode(octets)
      assert.ok(message.ok)
      log.push(`opener is told: ${message.value.type}`)
      presence.tell(terminal, room, octets)
    },
  }
}

/** Writes down what leaves, when it leaves: at the end of the turn, as in the gateway. */
function recordedConnection(name: string, log: string[], got: ServerMessage[]): Connection {
  const send = (message: ServerMessage): void =>
    inThisTurn(() => {
      log.push(`${name}: ${message.type}`)
      got.push(message)
    })
  return {
    id: Buffer.from(random(8)).toString('hex'),
    terminal: random(32),
    serverName: 'test',
    source: 'test',
    send,
    sendFrame(octets) {
      const frames = splitFrames(octets, 65_536)
      for (const frame of frames.ok ? frames.value : []) {
        assert.ok(frame.type === 'control')
        const decoded = serverMessages.decode(frame.body, 65_536)
        assert.ok(decoded.ok)
        send(decoded.value)
      }
    },
    sendData: () => assert.fail('no data here'),
    sendMessage: () => assert.fail('no data here'),
    backlog: () => 0,
    end: (code) => assert.fail(code),
  }
}

function taken<T extends ServerMessage['type']>(
  { got }: Terminal,
  type: T,
): Extract<ServerMessage, { readonly type: T }> {
  const found = got.findLast((message) => message.type === type)
  assert.ok(found !== undefined, `${type}: not among ${got.map((one) => one.type).join(', ')}`)
  return found as Extract<ServerMessage, { readonly type: T }>
}

/** Moves on to where answers and ends are released. */
async function step(clock: FakeClock): Promise<void> {
  clock.advance(answerStepMs)
  await settled()
}

/** Nothing here waits for anything but the next turns of the loop. */
async function settled(): Promise<void> {
  for (let i = 0; i < 16; i += 1) await turn()
}
