import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Counts, Done, FromBots, Order, Switched } from './orders.ts'

/** All bots, in several processes: a thousand machines have more than one core between them. */
export interface Crowd {
  /** So many are there in all; the result: their users. Of the first n, each process has its share. */
  come(count: number): Promise<readonly string[]>
  /** A call of the first so many is about to ring. */
  expect(count: number, introduced: boolean): Promise<void>
  /** How many are in the call, under the key of that epoch, with both connections. */
  look(epoch: number): Promise<number>
  /** So many send so many frames a second each, at moments evenly spread. */
  speak(speakers: number, perSecond: number): Promise<void>
  hush(): Promise<void>
  /** The last of those in the call leaves; the result: when it was told to, in milliseconds on the machine's clock. */
  leave(): Promise<number>
  counts(): Promise<Counts>
  /** All who are in the call have switched to that epoch. */
  switched(epoch: number): Promise<Pick<Switched, 'at' | 'reason'>>
}

/** Processes of bots. Our choice: a hop's work is theirs nearly alone, and whoever has one core has it in turns. */
const PROCESSES = 2
/** What is young is looked at some ten times less often: a process that stands for hundreds has hundreds' garbage. */
const MEMORY = ['--max-semi-space-size=64']

const BOTS = fileURLToPath(new URL('bots.ts', import.meta.url))

interface Half {
  readonly process: ChildProcess
  readonly answers: Map<number, (done: Done) => void>
  readonly switched: Map<number, PromiseWithResolvers<Switched>>
  /** Those of them who are in the call. */
  inCall: number
}

/** Starts them. `failed` is told what goes wrong in one of them: nothing is to be measured any more. */
export function crowdAt(server: string, session: string, failed: (why: string) => void): Crowd {
  const halves = Array.from({ length: PROCESSES }, (_, first) =>
    start([server, session, `${first}`], failed),
  )
  let inCall = 0
  let refs = 0

  const tell = async ({ process, answers }: Half, order: Order): Promise<Done> => {
    refs += 1
    const { promise, resolve } = Promise.withResolvers<Done>()
    answers.set(refs, resolve)
    process.send({ ref: refs, order })
    return promise
  }
  const all = (order: (half: Half, at: number) => Order): Promise<readonly Done[]> =>
    Promise.all(halves.map((half, at) => tell(half, order(half, at))))

  return {
    async come(count) {
      const came = await all((_, at) => ({ do: 'come', count: shareOf(count, at) }))
      return Array.from(
        { length: count },
        (_, one) => came[one % PROCESSES]!.users[Math.floor(one / PROCESSES)]!,
      )
    },
    async expect(count, introduced) {
      inCall = count
      for (const [at, half] of halves.entries()) {
        half.switched.clear()
        half.inCall = shareOf(count, at)
      }
      await all(({ inCall: own }) => ({ do: 'expect', count: own, introduced }))
    },
    async look(epoch) {
      const seen = await all(() => ({ do: 'look', epoch }))
      return seen.reduce((sum, { number }) => sum + number, 0)
    },
    async speak(speakers, perSecond) {
      // one process has so many: their moments are evenly spread
      await tell(halves[0]!, { do: 'speak', speakers, perSecond })
    },
    async hush() {
      await tell(halves[0]!, { do: 'hush' })
    },
    async leave() {
      inCall -= 1
      const half = halves[inCall % PROCESSES]!
      half.inCall -= 1
      return (await tell(half, { do: 'leave' })).at
    },
    async counts() {
      const found = await all(() => ({ do: 'count' }))
      return found.map(({ counts }) => counts).reduce(sumOf)
    },
    async switched(epoch) {
      const ends = await Promise.all(
        halves.filter((half) => half.inCall > 0).map((half) => switchedTo(half, epoch).promise),
      )
      return ends.reduce((last, one) => (one.at > last.at ? one : last))
    },
  }
}

function start(args: readonly string[], failed: (why: string) => void): Half {
  const child = fork(BOTS, args, { execArgv: [...process.execArgv, ...MEMORY] })
  const half: Half = { process: child, answers: new Map(), switched: new Map(), inCall: 0 }
  child.on('message', (said: FromBots) => {
    if (said.type === 'failed') return failed(said.why)
    if (said.type === 'switched') return switchedTo(half, said.epoch).resolve(said)
    half.answers.get(said.ref)?.(said)
    half.answers.delete(said.ref)
  })
  child.on('exit', () => failed('bots are gone'))
  return half
}

function switchedTo({ switched }: Half, epoch: number): PromiseWithResolvers<Switched> {
  const known = switched.get(epoch) ?? Promise.withResolvers<Switched>()
  switched.set(epoch, known)
  return known
}

/** How many of the first so many are in that process: they are dealt out in turn. */
function shareOf(count: number, process: number): number {
  return Math.ceil((count - process) / PROCESSES)
}

function sumOf(one: Counts, other: Counts): Counts {
  return {
    sent: one.sent + other.sent,
    late: one.late + other.late,
    received: one.received + other.received,
    undecryptable: one.undecryptable + other.undecryptable,
    cpu: one.cpu + other.cpu,
  }
}
