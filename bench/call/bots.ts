import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { ThreadData } from './bot-thread.ts'
import type { Counts, Done, FromBots, Order, Switched, ToBots } from './orders.ts'

/*
 * node bots.ts SERVER SESSION THREADS, by a host that orders them about: all bots, in one process. They are dealt out to its
 * threads in turn: of the first so many, each thread has its share.
 */

/** Young memory of a thread, in MiB: what is young is looked at some ten times less often. A process that stands for hundreds has hundreds' garbage. */
const YOUNG_MIB = 192

const THREAD = fileURLToPath(new URL('bot-thread.ts', import.meta.url))

interface Thread {
  readonly worker: Worker
  readonly answers: Map<number, (done: Done) => void>
  /** Those of its bots who are in the call. */
  inCall: number
}

const THREADS = Number(process.argv[4])
const threads = Array.from({ length: THREADS }, (_, at) => start(`${at}`))
let inCall = 0
/** How far the threads have come with an epoch. */
let tallies = new Map<number, { count: number; last: Switched }>()

process.on('message', (what: ToBots) => void answer(what).catch(failed))
process.on('disconnect', () => process.exit(0))

async function answer({ ref, order }: ToBots): Promise<void> {
  const done = merged(await Promise.all(dealt(order).map(async (one) => tell(ref, one))))
  const { user, system } = process.cpuUsage()
  const counts = { ...done.counts, cpu: (user + system) / 1e6 }
  say({ type: 'done', ref, ...done, counts })
}

/** Which threads are to do what. */
function dealt(order: Order): readonly (readonly [Thread, Order])[] {
  switch (order.do) {
    case 'come':
      return threads.map((thread, at) => [thread, { ...order, count: shareOf(order.count, at) }])
    case 'expect':
      inCall = order.count
      tallies = new Map()
      for (const [at, thread] of threads.entries()) thread.inCall = shareOf(inCall, at)
      return threads.map((thread) => [thread, { ...order, count: thread.inCall }])
    case 'speak':
    case 'hush':
      // one thread has so many: their moments are evenly spread
      return [[threads[0]!, order]]
    case 'leave': {
      inCall -= 1
      const thread = threads[inCall % THREADS]!
      thread.inCall -= 1
      return [[thread, order]]
    }
    case 'look':
    case 'count':
      return threads.map((thread) => [thread, order])
  }
}

async function tell(
  ref: number,
  [{ worker, answers }, order]: readonly [Thread, Order],
): Promise<Done> {
  const { promise, resolve } = Promise.withResolvers<Done>()
  answers.set(ref, resolve)
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origins
  worker.postMessage({ ref, order } satisfies ToBots)
  return promise
}

function start(name: string): Thread {
  const [server, session] = process.argv.slice(2) as [string, string]
  const worker = new Worker(THREAD, {
    workerData: { server, session, name } satisfies ThreadData,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB },
  })
  const thread: Thread = { worker, answers: new Map(), inCall: 0 }
  worker.on('message', (said: FromBots) => {
    if (said.type === 'failed') return say(said)
    if (said.type === 'switched') return switched(said)
    thread.answers.get(said.ref)?.(said)
    thread.answers.delete(said.ref)
  })
  worker.on('error', failed)
  return thread
}

/** The last bot of a thread has switched. */
function switched(one: Switched): void {
  const { count, last } = tallies.get(one.epoch) ?? { count: 0, last: one }
  const tally = { count: count + 1, last: one.at > last.at ? one : last }
  tallies.set(one.epoch, tally)
  if (tally.count === threads.filter((thread) => thread.inCall > 0).length)
    say({ type: 'switched', ...tally.last })
}

/** How many of the first so many are in that thread. */
function shareOf(count: number, thread: number): number {
  return Math.ceil((count - thread) / THREADS)
}

function merged(done: readonly Done[]): Done {
  const longest = Math.max(...done.map(({ users }) => users.length))
  return {
    at: Math.min(...done.map(({ at }) => at)),
    number: done.reduce((sum, { number }) => sum + number, 0),
    users: Array.from({ length: longest }, (_, at) =>
      done.flatMap(({ users }) => users.slice(at, at + 1)),
    ).flat(),
    counts: done.map(({ counts }) => counts).reduce(sumOf),
  }
}

function sumOf(one: Counts, other: Counts): Counts {
  return {
    sent: one.sent + other.sent,
    late: one.late + other.late,
    received: one.received + other.received,
    undecryptable: one.undecryptable + other.undecryptable,
    cpu: 0,
  }
}

function say(what: FromBots): void {
  process.send!(what)
}

function failed(error: unknown): void {
  say({ type: 'failed', why: error instanceof Error ? (error.stack ?? error.message) : 'unknown' })
}
