import { fileURLToPath } from 'node:url'
import { alone, compared, type Figure } from '../harness/figures.ts'
import { succeeded, type Scope } from '../harness/scope.ts'
import type { Found, Order } from '../relay/crowd.ts'
import { servers, type Rooms } from '../relay/servers.ts'

const ROUNDS = 3
/** One call is little work: its rounds differ more than the others. */
const ROUNDS_OF_ONE = 5
const PARTIES = 8
/** One call, and so many that a server is busy. */
const ONE: Rooms = { rooms: 1, membersEach: PARTIES, media: true }
const MANY: Rooms = { rooms: 12, membersEach: PARTIES, media: true }
const AT_MOST = 0.65

const PEERS = ['hufu', 'socket.io'] as const
const CROWD = fileURLToPath(new URL('../relay/crowd.ts', import.meta.url))

/** What the media of calls costs their server. */
export async function mediaFigures(
  scope: Scope,
  say: (text: string) => void,
): Promise<readonly Figure[]> {
  const one = await rounds(scope, say, ONE, ROUNDS_OF_ONE)
  const many = await rounds(scope, say, MANY, ROUNDS)
  /** Calls that one core bears. */
  const calls = ({ cpu, seconds }: Found): number => (MANY.rooms * seconds) / cpu
  const late = ({ p99 }: Found): number => p99
  return [
    compared({
      what: `server CPU of one call of ${PARTIES}, 50 frames/s each`,
      unit: '% of a core',
      hufu: one.hufu.map(share),
      peer: one['socket.io'].map(share),
      peerName: 'socket.io',
      atMost: AT_MOST,
    }),
    compared({
      what: `calls of ${PARTIES} per core, 50 frames/s each, ${MANY.rooms} at once`,
      unit: 'calls',
      hufu: many.hufu.map(calls),
      peer: many['socket.io'].map(calls),
      peerName: 'socket.io',
    }),
    alone('sender to member, 99 of 100, one call', 'ms', one.hufu.map(late)),
    compared({
      what: `sender to member, 99 of 100, ${MANY.rooms} calls`,
      unit: 'ms',
      hufu: many.hufu.map(late),
      peer: many['socket.io'].map(late),
      peerName: 'socket.io',
    }),
  ]
}

type Runs = Readonly<Record<(typeof PEERS)[number], Found[]>>

/** Both take turns, each with a server of its own. */
async function rounds(
  scope: Scope,
  say: (text: string) => void,
  rooms: Rooms,
  count: number,
): Promise<Runs> {
  const runs: Runs = { hufu: [], 'socket.io': [] }
  for (let round = 1; round <= count; round += 1)
    for (const peer of PEERS) {
      const server = await servers[peer](scope, rooms)
      const order: Order = {
        peer,
        port: server.port,
        pid: await server.process.pid,
        ...rooms,
        senders: PARTIES,
        pace: 'paced',
      }
      const crowd = scope.start(process.execPath, [CROWD, JSON.stringify(order)])
      const found = JSON.parse(succeeded(await crowd.ended).stdout) as Found
      await server.process.stop()
      if (found.missed > 0) throw new Error(`${peer} lost ${found.missed} frames`)
      say(`media of ${rooms.rooms}, round ${round}, ${peer}: ${share(found).toFixed(2)} %`)
      runs[peer].push(found)
    }
  return runs
}

function share({ cpu, seconds }: Found): number {
  return (100 * cpu) / seconds
}
