import { fileURLToPath } from 'node:url'
import type { Benchmark } from './harness/benchmark.ts'
import { alone, compared, median, type Figure } from './harness/figures.ts'
import { succeeded, type Scope } from './harness/scope.ts'
import type { Found, Order } from './relay/crowd.ts'
import type { PeerName } from './relay/joins.ts'
import type { Pace } from './relay/pace.ts'
import { servers, type Rooms } from './relay/servers.ts'

/** Rounds of each part; all who take part have their turn in each. */
const ROUNDS = 3
/** One room, as a large call is. */
const CALL: Rooms = { rooms: 1, membersEach: 50 }
const SENDERS = 8
/** Ten thousand connections that do nothing. */
const CROWD: Rooms = { rooms: 200, membersEach: 50 }
const CONNECTIONS = CROWD.rooms * CROWD.membersEach

/** Most that one idle connection may cost, in KiB. */
const IDLE_KIB = 15
/** Most that gathering may add to the latency of the fastest peer, in milliseconds. */
const LATER_MS = 8

const CROWD_SCRIPT = fileURLToPath(new URL('relay/crowd.ts', import.meta.url))

type Say = (text: string) => void
type Runs = Readonly<Partial<Record<PeerName, Found[]>>>

/** From one to many: what a frame to all costs, and what a connection costs that does nothing. */
export const relay: Benchmark = {
  name: 'relay',
  about:
    'A session of 50 members on loopback, 8 of which send payloads of 180 octets that go to the 49 others: first as fast as they come (64 frames of each sender under way at any time), then 50 a second from each, their moments evenly spread. Server and members are processes of their own; CPU is user and system time of the server over frames that reached a member, and every member checks that it got every frame. Then 10,000 connections in 200 sessions: what the server’s resident memory grew by, five seconds after the last has come, and one frame to each session. Beside it nats-server (one subject), mosquitto (MQTT 5, one topic, at most once), a plain loop over ws, and Socket.IO with its own client (one room), each as it is installed; the members of the first three and of hufu are bare sockets that read no more than they must.',
  packages: ['nats-server', 'mosquitto'],
  limitMs: 1_200_000,
  run: async (scope, say) => ({
    figures: [
      ...floodFigures(await rounds(scope, say, 'flood', ALL)),
      ...pacedFigures(await rounds(scope, say, 'paced', ['hufu', 'nats-server'])),
      ...idleFigures(await rounds(scope, say, 'once', ['hufu', 'nats-server', 'ws'])),
    ],
    notes: [`${ROUNDS} rounds of each`],
  }),
}

const ALL: readonly PeerName[] = ['hufu', 'nats-server', 'mosquitto', 'ws', 'socket.io']

/** Server CPU per delivered frame, in microseconds. */
const cost = ({ cpu, delivered }: Found): number => (cpu * 1e6) / delivered

function floodFigures(runs: Runs): readonly Figure[] {
  const beside = (peerName: PeerName, atMost: number): Figure =>
    compared({
      what: 'server CPU for one frame at one member, as fast as they come',
      unit: 'µs',
      hufu: runs.hufu!.map(cost),
      peer: runs[peerName]!.map(cost),
      peerName,
      atMost,
    })
  const rate = ({ delivered, seconds }: Found): number => delivered / seconds
  return [
    beside('nats-server', 1),
    beside('mosquitto', 1 / 5),
    beside('ws', 1 / 5),
    beside('socket.io', 1 / 10),
    compared({
      what: 'frames delivered, as fast as they come',
      unit: '/s',
      hufu: runs.hufu!.map(rate),
      peer: runs['nats-server']!.map(rate),
      peerName: 'nats-server',
    }),
  ]
}

function pacedFigures(runs: Runs): readonly Figure[] {
  const beside = (what: string, unit: string, of: (found: Found) => number) => ({
    what,
    unit,
    hufu: runs.hufu!.map(of),
    peer: runs['nats-server']!.map(of),
    peerName: 'nats-server',
  })
  const late = beside('sender to member, 99 of 100, at 50 frames/s', 'ms', ({ p99 }) => p99)
  const most = median(late.peer) + LATER_MS
  return [
    compared({
      ...beside('server CPU for one frame at one member, at 50 frames/s', 'µs', cost),
      atMost: 0.75,
    }),
    {
      ...compared(late),
      target: { text: `at most ${LATER_MS} ms above`, met: median(late.hufu) <= most },
    },
    compared(beside('sender to member, median, at 50 frames/s', 'ms', ({ p50 }) => p50)),
  ]
}

function idleFigures(runs: Runs): readonly Figure[] {
  const kib = ({ grown }: Found): number => grown / 1_024 / CONNECTIONS
  // the sender of each session has its frame already
  const reached = ({ delivered }: Found): number => delivered + CROWD.rooms
  const what = 'memory for one of 10,000 idle connections'
  const hufu = runs.hufu!.map(kib)
  const met = median(hufu) <= IDLE_KIB
  return [
    alone(what, 'KiB', hufu, { text: `at most ${IDLE_KIB} KiB`, met }),
    ...(['nats-server', 'ws'] as const).map((peerName) =>
      compared({ what, unit: 'KiB', hufu, peer: runs[peerName]!.map(kib), peerName }),
    ),
    alone('members that one frame to each session reaches', '', runs.hufu!.map(reached), {
      text: 'all',
      met: runs.hufu!.every((found) => reached(found) === CONNECTIONS),
    }),
  ]
}

/** All take turns, so that whatever else the machine does meets them alike. */
async function rounds(
  scope: Scope,
  say: Say,
  pace: Pace,
  peers: readonly PeerName[],
): Promise<Runs> {
  const runs: Partial<Record<PeerName, Found[]>> = {}
  for (let round = 1; round <= ROUNDS; round += 1)
    for (const peer of peers) {
      const found = await one(scope, peer, pace)
      if (found.missed > 0) throw new Error(`${peer} lost ${found.missed} frames`)
      say(`${pace}, round ${round}, ${peer}: ${shownFound(found, pace)}`)
      const list = (runs[peer] ??= [])
      list.push(found)
    }
  return runs
}

/** A server of its own for every run, and a crowd for it. */
async function one(scope: Scope, peer: PeerName, pace: Pace): Promise<Found> {
  const rooms = pace === 'once' ? CROWD : CALL
  const server = await servers[peer](scope, rooms)
  const order: Order = {
    peer,
    port: server.port,
    pid: await server.process.pid,
    ...rooms,
    senders: SENDERS,
    pace,
  }
  const crowd = scope.start(process.execPath, [CROWD_SCRIPT, JSON.stringify(order)])
  const { stdout } = succeeded(await crowd.ended)
  await server.process.stop()
  return JSON.parse(stdout) as Found
}

function shownFound(found: Found, pace: Pace): string {
  const { grown, p99, delivered } = found
  if (pace === 'once') return `${(grown / 1_024 / CONNECTIONS).toFixed(1)} KiB a connection`
  return `${cost(found).toFixed(3)} µs, ${delivered} frames, 99 of 100 within ${p99.toFixed(1)} ms`
}
