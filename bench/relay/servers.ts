import { mkdtemp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { terminalIdOf } from '@hufu/protocol/wire'
import { createSession } from '../../packages/server/src/store/sessions.ts'
import { openSqlite } from '../../packages/server/src/store/sqlite.ts'
import { answers } from '../harness/answers-at.ts'
import { freePort, type Running, type Scope } from '../harness/scope.ts'
import type { PeerName } from './joins.ts'
import { keyOf, sessionOf } from './members/hufu.ts'

/** A server under measurement. */
export interface Served {
  readonly port: number
  readonly process: Running
}

/** Rooms, and members in each, that have to exist beforehand. */
export interface Rooms {
  readonly rooms: number
  readonly membersEach: number
  /** They carry a call’s media. */
  readonly media?: boolean
}

/** How each is started: with what it has by default, but for limits on how many may come and how fast. */
export const servers: Readonly<Record<PeerName, (scope: Scope, rooms: Rooms) => Promise<Served>>> =
  {
    hufu: startHufu,
    'nats-server': startNats,
    mosquitto: startMosquitto,
    ws: (scope) => startScript(scope, 'ws-room.ts'),
    'socket.io': (scope) => startScript(scope, 'socket-io.ts'),
  }

const HUFU = fileURLToPath(new URL('../../packages/cli/bin/hufu.mjs', import.meta.url))

/** Who is a member is for a ceremony to say: the sessions are in the store before the server starts. */
async function startHufu(scope: Scope, { rooms, membersEach, media }: Rooms): Promise<Served> {
  const data = await mkdtemp(join(scope.folder, 'data-'))
  const store = await openSqlite(data)
  for (let room = 0; room < rooms; room += 1) {
    const terminals = Array.from({ length: membersEach }, (_, index) =>
      terminalIdOf(keyOf(room * membersEach + index).publicKey),
    )
    await store.write('soon', (db) =>
      createSession(db, sessionOf(room), terminals, Date.now() as never),
    )
  }
  if (media === true)
    await store.write('soon', (db) => db.updateTable('sessions').set({ lossy: 1 }).execute())
  await store.close()
  const most = '1000000'
  const flags = {
    data,
    listen: '127.0.0.1:0',
    log: 'error',
    connections: most,
    'connections-per-source': most,
    'member-octets-per-second': '1000000000',
  }
  const running = scope.start(process.execPath, [
    HUFU,
    'serve',
    '--json',
    ...Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]),
  ])
  const [, port] = await running.match(/"event":"listening".*"url":"[^"]+:(\d+)"/)
  return { port: Number(port), process: running }
}

async function startNats(scope: Scope): Promise<Served> {
  const port = await freePort()
  const process = scope.start('/usr/sbin/nats-server', ['--addr', '127.0.0.1', '--port', `${port}`])
  await answers(port, process)
  return { port, process }
}

async function startMosquitto(scope: Scope): Promise<Served> {
  const port = await freePort()
  const config = join(scope.folder, 'mosquitto.conf')
  await writeFile(
    config,
    `listener ${port} 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\nlog_type error\n`,
  )
  const process = scope.start('/usr/sbin/mosquitto', ['-c', config])
  await answers(port, process)
  return { port, process }
}

async function startScript(scope: Scope, name: string): Promise<Served> {
  const script = fileURLToPath(new URL(`../peers/${name}`, import.meta.url))
  const running = scope.start(process.execPath, [script])
  const [, port] = await running.match(/^port (\d+)$/m)
  return { port: Number(port), process: running }
}
