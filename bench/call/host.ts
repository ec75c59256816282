import { setTimeout as pause } from 'node:timers/promises'
import { certificateCache } from '@hufu/protocol/identity'
import { openWebSocket, type Call } from '@hufu/terminal'
import { cpuSoFar } from '../harness/proc.ts'
import { crowdAt } from './crowd.ts'
import { nowMs, type Counts } from './orders.ts'
import { personAt, type Person, type Place } from './person.ts'
import { signallingWithout, type Introduced } from './sockets.ts'

/*
 * node host.ts WHAT (JSON): hosts calls of bots, which are a process of their own, and measures how long their key takes to
 * move. Prints a line of JSON for each call, and one for the departures.
 */

/** Departures, and how many are left after them. */
const LEAVES = 20
const LEFT = 100
/** Milliseconds between two hops, and after the last frame. */
const REST_MS = 50
const SETTLE_MS = 500
/** Frames that reach somebody in a second, at most: so that it is the hop that is measured. Each of the speakers sends 50 a second, or fewer. */
const DELIVERED = 4_000
const SPEAKERS = 4
/** Who is rung at a time: a crowd in one process is too busy for what each of them would have done at once. */
const RUNG = 100
/** Members from which on they are not told of each other. */
const STRANGERS = 200

/** What is to be measured. */
export interface Measure extends Place {
  /** Of the server. */
  readonly pid: number
  /** Of the bots' process. */
  readonly threads: number
  /** Members of each call, the host among them, and hops of each. */
  readonly sizes: readonly number[]
  readonly hops: number
  readonly leaves: boolean
}

/** What was found of one call. */
export interface HopsFound {
  readonly members: number
  /** Milliseconds from the host’s word to the last member that has switched. */
  readonly hops: readonly number[]
  /** Frames that were sent, how often one was to arrive, and did not; how often one came that did not open. */
  readonly sent: number
  readonly wanted: number
  readonly missed: number
  readonly undecryptable: number
  /** Milliseconds of CPU for each hop, the frames meanwhile included: the host, the server, all bots together. */
  readonly cpu: { readonly host: number; readonly server: number; readonly bots: number }
  /** Milliseconds in which all had joined. */
  readonly joinedMs: number
}

/** Milliseconds from a member's leaving until the last of the others has switched to a key that it does not have. */
export interface LeavesFound {
  readonly leaves: readonly number[]
}

const what = JSON.parse(process.argv[2]!) as Measure

const introduced: Introduced = { all: true }
const crowd = crowdAt(what, what.threads, (why) => {
  console.error(why)
  process.exit(1)
})
/** When this end has switched, by epoch. */
const own = new Map<number, PromiseWithResolvers<number>>()

await main()
process.exit(0)

async function main(): Promise<void> {
  const host = await personAt(what, {
    name: 'host',
    openSocket: signallingWithout(introduced, openWebSocket),
    cache: certificateCache(4_096),
  })
  const count = Math.max(...what.sizes, what.leaves ? LEFT + LEAVES : 0) - 1
  const began = nowMs()
  const users = await crowd.come(count)
  console.error(`${count} have signed in within ${Math.round(nowMs() - began)} ms`)
  for (const members of what.sizes) print('hops', await hopsOf(host, users, members))
  if (what.leaves) print('leaves', await leavesOf(host, users))
}

async function hopsOf(host: Person, users: readonly string[], members: number): Promise<HopsFound> {
  const { call, joinedMs } = await callOf(host, users, members)
  const speakers = Math.min(SPEAKERS, members - 1)
  const perSecond = Math.min(50, DELIVERED / (speakers * (members - 1)))
  const before = { ...(await used()), host: call.counts.received }
  await crowd.speak(speakers, perSecond)
  const hops: number[] = []
  for (let hop = 0; hop < what.hops; hop += 1) {
    await pause(REST_MS)
    const epoch = call.epoch! + 1
    const own = moved(call, epoch)
    const at = nowMs()
    await call.hop()
    const [last, ownAt] = await Promise.all([crowd.switched(epoch), own])
    hops.push(Math.max(last.at, ownAt) - at)
  }
  await crowd.hush()
  await pause(SETTLE_MS)
  const after = await used()
  const { counts } = after
  const wanted = counts.sent * (members - 1)
  const received = counts.received + call.counts.received
  await call.end()
  return {
    members,
    hops,
    sent: counts.sent,
    wanted,
    missed: wanted - received,
    undecryptable: counts.undecryptable + call.counts.undecryptable,
    cpu: {
      host: (1_000 * (after.own - before.own)) / what.hops,
      server: (1_000 * (after.server - before.server)) / what.hops,
      bots: (1_000 * (after.counts.cpu - before.counts.cpu)) / what.hops,
    },
    joinedMs,
  }
}

async function leavesOf(host: Person, users: readonly string[]): Promise<LeavesFound> {
  const { call } = await callOf(host, users, LEFT + LEAVES)
  await crowd.speak(SPEAKERS, DELIVERED / SPEAKERS / (LEFT + LEAVES))
  const leaves: number[] = []
  for (let leave = 0; leave < LEAVES; leave += 1) {
    await pause(REST_MS)
    const epoch = call.epoch! + 1
    const own = moved(call, epoch)
    const at = await crowd.leave()
    const [last, ownAt] = await Promise.all([crowd.switched(epoch), own])
    if (last.reason !== 'left') throw new Error(`the key moved because of ${last.reason}`)
    leaves.push(Math.max(last.at, ownAt) - at)
  }
  await crowd.hush()
  await call.end()
  return { leaves }
}

/** A call of the host and so many others, less one, all of whom are in. */
async function callOf(
  host: Person,
  users: readonly string[],
  members: number,
): Promise<{ readonly call: Call; readonly joinedMs: number }> {
  const began = nowMs()
  introduced.all = members <= STRANGERS
  await crowd.expect(members - 1, introduced.all)
  const others = users.slice(0, members - 1)
  const call = await host.calls.place(others.slice(0, RUNG), {
    policy: { hopMs: 86_400_000, hopOctets: 1_099_511_627_776 },
  })
  void listen(call)
  for (let rung = RUNG; ; rung += RUNG) {
    await allIn(call, Math.min(rung, others.length))
    if (rung >= others.length) break
    await call.invite(others.slice(rung, rung + RUNG))
  }
  const joinedMs = nowMs() - began
  console.error(`${members} are in a call after ${Math.round(joinedMs)} ms`)
  await pause(SETTLE_MS)
  return { call, joinedMs }
}

/** Resolves when so many bots are in the call, under its key and with both connections. */
async function allIn(call: Call, count: number): Promise<void> {
  for (;;) {
    const { epoch } = call
    const number = epoch === undefined ? -1 : await crowd.look(epoch)
    if (number === count && call.epoch === epoch) return
    await pause(REST_MS)
  }
}

async function listen(call: Call): Promise<void> {
  own.clear()
  for await (const event of call.events()) {
    if (event.type === 'hop') ownAt(event.epoch).resolve(nowMs())
    if (event.type === 'closed' && event.code !== undefined) throw new Error(event.code)
  }
}

/** When this end has switched to that epoch. */
async function moved(call: Call, epoch: number): Promise<number> {
  return call.epoch === epoch ? nowMs() : ownAt(epoch).promise
}

function ownAt(epoch: number): PromiseWithResolvers<number> {
  const known = own.get(epoch) ?? Promise.withResolvers<number>()
  own.set(epoch, known)
  return known
}

/** Seconds of CPU so far, and what the bots have counted. */
async function used(): Promise<{
  readonly own: number
  readonly server: number
  readonly counts: Counts
}> {
  const counts = await crowd.counts()
  const { user, system } = process.cpuUsage()
  return { own: (user + system) / 1e6, server: await cpuSoFar(what.pid), counts }
}

function print(what: 'hops' | 'leaves', found: HopsFound | LeavesFound): void {
  console.log(`${what} ${JSON.stringify(found)}`)
}
