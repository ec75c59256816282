import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import type { TestContext } from 'node:test'
import { random } from '@hufu/protocol/crypto'
import type { CallFromTerminal } from '@hufu/protocol/call'
import { recordEntry } from '../../audit/record.ts'
import { fakeClock, type FakeClock } from '../../clock.testing.ts'
import { loadConfig, type Config } from '../../config.ts'
import type { ServerMessage } from '../../messages.ts'
import type { Connection, Room } from '../../relay/connection.ts'
import { inProcessBus } from '../../relay/inprocess.ts'
import { fakeConnection, type Fake } from '../../relay/nodes.testing.ts'
import { presenceOver } from '../../relay/presence.ts'
import { sessionsOver, type Sessions } from '../../relay/sessions.ts'
import { testFolder } from '../../server.testing.ts'
import { bind, unbind } from '../../store/bindings.ts'
import { openSqlite } from '../../store/sqlite.ts'
import { keyedStore, type KeyedStore } from '../../store/store.ts'
import { addUser, findUser } from '../../store/users.ts'
import { callCeremony, type CallCeremony } from './index.ts'

/** A node of several that share a bus and a store: the rooms that calls need, and no sockets. */
export interface Node {
  readonly call: CallCeremony
  readonly sessions: Sessions
  readonly room: Room
}

/** Somebody signed in at a terminal of a node. */
export interface Person {
  readonly user: string
  readonly node: Node
  readonly main: Fake
  /** Its second connection. */
  readonly media: Fake
  /** Says something of a call, and takes what comes. */
  say(message: CallFromTerminal): Promise<readonly Got[]>
}
type Got = ReturnType<Fake['taken']>[number]

/** Nodes, and what they share. */
export interface House {
  readonly nodes: readonly Node[]
  readonly clock: FakeClock
  readonly store: KeyedStore
  /** Outcomes of rings, and codes of calls that are over. */
  readonly counted: readonly string[]
  /** Another node over the same bus and store. */
  start(): Node
  person(node: Node, user: string): Promise<Person>
  signOut(who: Person): Promise<void>
  /** Moves the clock in steps of a second, letting what falls due be done. */
  pass(ms: number): Promise<void>
  settled(): Promise<void>
  /** What is recorded of calls: `action user code`. */
  recorded(): Promise<readonly string[]>
}

/** Starts `count` nodes; they end with the test. */
export async function testHouse(
  t: TestContext,
  count: number,
  settings: Partial<Config> = {},
): Promise<House> {
  const clock = fakeClock()
  const failed = (error: unknown): void => assert.fail(String(error))
  const bus = inProcessBus(failed)
  const store = keyedStore(await openSqlite(testFolder()), random(32))
  const config = { ...loadConfig(), ...settings }
  const counted: string[] = []
  const nodes: Node[] = []
  const start = (): Node => {
    const presence = presenceOver(bus)
    const relayed = { frames: 0, octets: 0, dropped: 0, media: 0 }
    const sessions = sessionsOver({ bus, store, clock, counts: relayed, config })
    const call = callCeremony({
      config,
      clock,
      random,
      presence,
      sessions,
      store,
      audit: { record: (db, entry) => recordEntry(db, entry, clock.wall()) },
      authority: { trust: () => assert.fail('no KEY is checked here') },
      counts: {
        placed: 0,
        ended: (code) => void counted.push(code),
        rung: (outcome) => void counted.push(outcome),
      },
      attends: () => true,
      failed,
    })
    const rooms: readonly Room[] = [call, sessions, presence]
    const node: Node = {
      call,
      sessions,
      room: {
        opened: (connection: Connection) => {
          for (const room of rooms) room.opened(connection)
        },
        lost: (connection: Connection) => {
          for (const room of rooms) room.lost(connection)
        },
      },
    }
    nodes.push(node)
    return node
  }
  for (let n = 0; n < count; n += 1) start()
  t.after(async () => {
    for (const { call } of nodes) call.stop()
    await bus.close()
    await store.close()
  })
  const settled = async (): Promise<void> => {
    for (let i = 0; i < 12; i += 1) await turn()
  }
  return {
    nodes,
    clock,
    store,
    counted,
    start,
    async person(node, user) {
      const [main, media] = [fakeConnection(node.room), fakeConnection(node.room)]
      const now = clock.wall()
      const binding = { terminal: main.terminal, user, by: 'key', key: null } as const
      await store.write('soon', async (db) => {
        if ((await findUser(db, user)) === undefined) await addUser(db, user, now)
        await bind(db, { ...binding, since: now, expires: now + 1e9, lastSeen: now })
      })
      const say: Person['say'] = async (message) => {
        await node.call.receive(main, message)
        await settled()
        return main.taken()
      }
      return { user, node, main, media, say }
    },
    async signOut({ user, main, node }) {
      await store.write('soon', (db) => unbind(db, main.terminal))
      await node.call.signedOut(main.terminal, user, { code: 'ERR_BINDING_FORCED', reason: 'late' })
      await settled()
    },
    async pass(ms) {
      for (let left = ms; left > 0; left -= 1_000) {
        clock.advance(Math.min(left, 1_000))
        await turn()
      }
      await settled()
    },
    settled,
    recorded: () =>
      store.read(async (db) => {
        const rows = await db.selectFrom('audit_entries').selectAll().orderBy('seq').execute()
        return rows.map(({ action, detail }) => {
          const { user, code } = JSON.parse(detail) as { user?: string; code?: string }
          return [action, user, code].filter((each) => each !== undefined).join(' ')
        })
      }),
  }
}

/** Places a call to users; what a terminal has to know of it. */
export async function place(
  host: Person,
  ...users: readonly string[]
): Promise<{ readonly call: Uint8Array; readonly media: Uint8Array; readonly ref: number }> {
  const call = random(16)
  const got = await host.say({ ...placing(host, users), call })
  const placed = got.find((one) => one.type === 'call.placed')
  assert.ok(placed !== undefined, JSON.stringify(got))
  return { call, media: placed.media, ref: placed.ref }
}

/** What places a call. */
export function placing(
  { media }: Person,
  users: readonly string[],
): Extract<CallFromTerminal, { type: 'call.place' }> {
  const shown = { r1: random(32), certificates: { signing: random(8), agreement: random(8) } }
  const checks = { checkInitiator: false, checkMembers: false }
  const message = {
    type: 'call.place',
    ref: 1,
    call: random(16),
    users,
    media: media.terminal,
  } as const
  return { ...message, ...shown, ...checks }
}

/** What has more users rung. */
export function inviting(
  call: Uint8Array,
  users: readonly string[],
): Extract<CallFromTerminal, { type: 'call.invite' }> {
  const shown = { r1: random(32), certificates: { signing: random(8), agreement: random(8) } }
  return { type: 'call.invite', ref: 2, call, users, ...shown }
}

/** Answers, and enters both sessions: the index, and the handle of each session; or the code of the refusal. */
export async function join(
  who: Person,
  call: Uint8Array,
): Promise<{ readonly index: number; readonly handles: readonly [number, number] } | string> {
  const { node, main, media, user } = who
  const bundle = {
    user,
    certificates: { signing: random(8), agreement: random(8) },
    terminal: main.terminal,
    host: 'ann@localhost',
    r1: random(32),
    r2: random(32),
    signing: random(32),
    sealing: random(1_216),
    media: media.terminal,
    signature: random(64),
  }
  const got = await who.say({ type: 'call.accept', ref: 3, call, bundle, check: null })
  const joined = got.find((one) => one.type === 'call.joined')
  if (joined === undefined) return codeIn(got)
  await node.sessions.receive(media, { type: 'session.enter', session: joined.media })
  const signalling = got.find((one) => one.type === 'session.entered')!
  const entered = named(media.taken(), 'session.entered')!
  assert.equal(entered.index, joined.index)
  return { index: joined.index, handles: [signalling.handle, entered.handle] }
}

/** The first of what came that is of this type. */
export function named<T extends ServerMessage['type']>(
  got: readonly Got[],
  type: T,
): Extract<ServerMessage, { type: T }> | undefined {
  return got.find((one) => one.type === type) as Extract<ServerMessage, { type: T }> | undefined
}

/** The code of a refusal. */
export function codeIn(got: readonly Got[]): string {
  return named(got, 'refused')?.code ?? got.map(({ type }) => type).join(' ')
}
