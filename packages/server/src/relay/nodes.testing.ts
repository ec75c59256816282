import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import type { TestContext } from 'node:test'
import { hex, random } from '@hufu/protocol/crypto'
import { splitFrames, type ErrorCode } from '@hufu/protocol/wire'
import { fakeClock, type FakeClock } from '../clock.testing.ts'
import { loadConfig, type Config } from '../config.ts'
import type { RelayCounts } from '../counts.ts'
import { serverMessages, type ServerMessage } from '../messages.ts'
import { testFolder } from '../server.testing.ts'
import { createSession, leaveSession } from '../store/sessions.ts'
import { openSqlite } from '../store/sqlite.ts'
import type { Store } from '../store/store.ts'
import type { Bus } from './bus.ts'
import type { Connection, Room } from './connection.ts'
import { inProcessBus } from './inprocess.ts'
import { sessionsOver, type Sessions } from './sessions.ts'

/** Several nodes of one server: a bus and a store between them, and nothing else. */
export interface Nodes {
  readonly nodes: readonly Sessions[]
  readonly bus: Bus
  readonly clock: FakeClock
  readonly counts: RelayCounts
  /** Makes a session of these terminals, as a ceremony does. */
  session(...terminals: readonly Uint8Array[]): Promise<Uint8Array>
  /** The same, for media. */
  media(...terminals: readonly Uint8Array[]): Promise<Uint8Array>
  /** Takes a member out, as a ceremony does. */
  takeOut(node: Sessions, session: Uint8Array, index: number): Promise<void>
  /** Resolves when all that was under way has arrived. */
  settled(): Promise<void>
}

/** What a fake terminal got, in order. */
export type Got =
  | ServerMessage
  | {
      readonly type: 'data'
      readonly handle: number
      readonly sender: number
      readonly text: string
    }

/** A connection that writes down what it gets. */
export interface Fake extends Connection {
  /** Takes all that has come. */
  taken(): readonly Got[]
  /** Whole messages that it shares with others. */
  readonly shared: Uint8Array[]
  readonly ended: ErrorCode[]
  /** Octets that wait for it, as it says. */
  waiting: number
}

/** Starts `count` nodes; they end with the test. */
export async function testNodes(
  t: TestContext,
  count: number,
  settings: Partial<Config> = {},
): Promise<Nodes> {
  const clock = fakeClock()
  const bus = inProcessBus((error) => assert.fail(String(error)))
  const store: Store = await openSqlite(testFolder())
  t.after(() => store.close())
  const config = { ...loadConfig(), ...settings }
  const counts = { frames: 0, octets: 0, dropped: 0, media: 0 }
  const nodes = Array.from({ length: count }, () =>
    sessionsOver({ bus, store, clock, counts, config }),
  )
  return {
    nodes,
    bus,
    clock,
    counts,
    async session(...terminals) {
      const id = random(16)
      await store.write('soon', (db) => createSession(db, id, terminals, clock.wall()))
      return id
    },
    async media(...terminals) {
      const id = random(16)
      const now = clock.wall()
      await store.write('soon', async (db) => {
        await createSession(db, id, terminals, now)
        await db.updateTable('sessions').set({ lossy: 1 }).where('id', '=', id).execute()
      })
      return id
    },
    async takeOut(node, session, index) {
      await store.write('soon', (db) => leaveSession(db, session, index, clock.wall()))
      node.tellLeft(session, index, 'ERR_SESSION_UNKNOWN')
    },
    settled: async () => {
      for (let i = 0; i < 3; i += 1) await turn()
    },
  }
}

/** A terminal that connects to a node. */
export function fakeConnection(
  node: Pick<Room, 'opened'>,
  terminal: Uint8Array = random(32),
): Fake {
  const got: Got[] = []
  const frames = (octets: Uint8Array): void => {
    const split = splitFrames(octets, 65_536)
    assert.ok(split.ok)
    for (const frame of split.value) {
      if (frame.type === 'data') {
        const { session: handle, sender, payload } = frame
        got.push({ type: 'data', handle, sender, text: Buffer.from(payload).toString() })
        continue
      }
      const decoded = serverMessages.decode(frame.body, 65_536)
      assert.ok(decoded.ok)
      got.push(decoded.value)
    }
  }
  const fake: Fake = {
    id: hex(random(8)),
    terminal,
    serverName: 'test',
    source: 'test',
    shared: [],
    ended: [],
    waiting: 0,
    send: (message) => void got.push(message),
    sendData: (handle, sender, payload) =>
      void got.push({ type: 'data', handle, sender, text: Buffer.from(payload).toString() }),
    sendFrame: frames,
    sendMessage(message) {
      fake.shared.push(message)
      frames(message.subarray(headOctets(message)))
    },
    backlog: () => fake.waiting,
    end: (code) => void fake.ended.push(code),
    taken: () => got.splice(0),
  }
  node.opened(fake)
  return fake
}

/** Enters, and gives the handle. */
export async function entered(node: Sessions, member: Fake, session: Uint8Array): Promise<number> {
  await node.receive(member, { type: 'session.enter', session })
  const found = member.taken().find((one) => one.type === 'session.entered')
  assert.ok(found !== undefined)
  return found.handle
}

/** The octets before the frames (RFC 6455 §5.2), after a look at what they say. */
function headOctets(message: Uint8Array): number {
  const short = message[1]!
  const octets = short < 126 ? 2 : short === 126 ? 4 : 10
  const view = new DataView(message.buffer, message.byteOffset, message.length)
  const length =
    short < 126 ? short : short === 126 ? view.getUint16(2) : Number(view.getBigUint64(2))
  assert.deepEqual([message[0], octets + length], [0x82, message.length])
  return octets
}
