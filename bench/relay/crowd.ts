import { cpuSoFar, resident } from '../harness/proc.ts'
import { joins, type PeerName } from './joins.ts'
import { flood, paced, type Pace } from './pace.ts'
import { roomOf, type Room } from './room.ts'

/*
 * node crowd.ts ORDER: joins rooms of a server, lets some members send, checks what arrives at all others, and prints
 * one line of JSON. A process of its own: what it costs is not the server's.
 */

/** What a crowd is to do. */
export interface Order {
  readonly peer: PeerName
  readonly port: number
  /** The server's process. */
  readonly pid: number
  readonly rooms: number
  readonly membersEach: number
  readonly senders: number
  readonly pace: Pace
}

/** What it found. */
export interface Found {
  /** Frames that reached a member, in the time that is measured. */
  readonly delivered: number
  /** Seconds of CPU that the server took for them. */
  readonly cpu: number
  readonly seconds: number
  /** Frames that did not reach a member, of all that were ever sent. */
  readonly missed: number
  /** Milliseconds from `send` to the member, at 50 and 99 of 100. */
  readonly p50: number
  readonly p99: number
  /** Octets by which the server grew from no connection to all, after a while of quiet. */
  readonly grown: number
}

/** Milliseconds in which a server may settle after all have joined. */
const QUIET_MS = 5_000
/** Milliseconds that are measured, and those before that are not. A server that has little to do is watched for longer. */
const MEASURED_MS = { flood: 4_000, paced: 8_000 }
const WARM_UP_MS = 1_500

console.log(JSON.stringify(await run(JSON.parse(process.argv[2]!) as Order)))
process.exit(0)

async function run(order: Order): Promise<Found> {
  const { peer, port, pid, membersEach, pace } = order
  const empty = (await resident(pid))!.now
  const rooms = Array.from({ length: order.rooms }, (_, room) => roomOf(room, membersEach))
  for (const room of rooms)
    await room.join((index, hear) =>
      joins[peer]({ port, room: room.number, index: room.number * membersEach + index }, hear),
    )
  if (pace === 'once') {
    await pause(QUIET_MS)
    const grown = (await resident(pid))!.now - empty
    for (const room of rooms) room.send(0)
    await settled(rooms)
    return { ...totals(rooms), delivered: sum(rooms, delivered), cpu: 0, seconds: 0, grown }
  }
  const go = pace === 'flood' ? flood : paced
  const stops = rooms.map((room) => go(room, order.senders))
  await pause(WARM_UP_MS)
  for (const room of rooms) room.forgetTimes()
  const taken = async () => ({
    cpu: await cpuSoFar(pid),
    delivered: sum(rooms, delivered),
    at: performance.now(),
  })
  const before = await taken()
  await pause(MEASURED_MS[pace])
  const after = await taken()
  for (const stop of stops) stop()
  await settled(rooms)
  return {
    ...totals(rooms),
    delivered: after.delivered - before.delivered,
    cpu: after.cpu - before.cpu,
    seconds: (after.at - before.at) / 1_000,
    grown: 0,
  }
}

/** Resolves when everything has arrived, or nothing has for a while. */
async function settled(rooms: readonly Room[]): Promise<void> {
  let last = -1
  for (;;) {
    const now = sum(rooms, delivered)
    if (sum(rooms, missing) === 0 || now === last) return
    last = now
    await pause(1_000)
  }
}

function totals(rooms: readonly Room[]): Pick<Found, 'missed' | 'p50' | 'p99'> {
  return { missed: sum(rooms, missing), p50: rooms[0]!.late(0.5), p99: rooms[0]!.late(0.99) }
}

function delivered(room: Room): number {
  return room.delivered()
}

function missing(room: Room): number {
  return room.missing()
}

function sum(rooms: readonly Room[], of: (room: Room) => number): number {
  return rooms.reduce((total, room) => total + of(room), 0)
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
