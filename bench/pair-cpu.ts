import type { Benchmark } from './harness/benchmark.ts'
import { compared } from './harness/figures.ts'
import { hufuPair, startHufuServer, type HufuServer } from './harness/hufu.ts'
import { cpuSoFar } from './harness/proc.ts'
import { succeeded, type Running, type Scope } from './harness/scope.ts'
import { startWormholeServers, wormhole, type WormholeServers } from './harness/wormhole.ts'

/** Counted rounds, after one that is not counted. */
const ROUNDS = 9
const LINE = 'hello'

/** What it costs two people to pair and say one line: whole processes, start to exit. */
export const pairCpu: Benchmark = {
  name: 'pair-cpu',
  about:
    'Two command-line programs pair over a server on loopback, one line crosses, both exit. CPU of both whole processes, from start to exit, with whatever they start: `hufu pair` twice beside `wormhole send --text` and `wormhole receive`. Compiled code is cached on both sides (one uncounted round comes first). The servers are counted apart.',
  packages: [
    'magic-wormhole',
    'python3-magic-wormhole-mailbox-server',
    'magic-wormhole-transit-relay',
  ],
  limitMs: 300_000,
  run: async (scope, say) => {
    const hufuServer = await startHufuServer(scope)
    const wormholeServers = await startWormholeServers(scope)
    const ours: Round[] = []
    const theirs: Round[] = []
    for (let round = 0; round <= ROUNDS; round += 1) {
      const a = await metered(hufuServer.process, () => hufuLine(scope, hufuServer))
      const b = await metered(wormholeServers.mailbox, () => wormholeLine(scope, wormholeServers))
      if (round === 0) continue
      say(`round ${round}: ${a.cpuMs.toFixed(0)} ms, wormhole ${b.cpuMs.toFixed(0)} ms`)
      ours.push(a)
      theirs.push(b)
    }
    const both = (what: string, of: (round: Round) => number, atMost?: number) =>
      compared({
        what,
        unit: 'ms',
        hufu: ours.map(of),
        peer: theirs.map(of),
        peerName: 'wormhole',
        ...(atMost === undefined ? {} : { atMost }),
      })
    return {
      figures: [
        both('CPU, both ends', ({ cpuMs }) => cpuMs, 1 / 3),
        both('CPU, sender', ({ senderMs }) => senderMs),
        both('CPU, receiver', ({ receiverMs }) => receiverMs),
        both('clock, start of the first to end of both', ({ wallMs }) => wallMs),
        compared({
          what: 'server CPU, mean of all rounds',
          unit: 'ms',
          hufu: [mean(ours.map(({ serverMs }) => serverMs))],
          peer: [mean(theirs.map(({ serverMs }) => serverMs))],
          peerName: 'mailbox server',
        }),
      ],
      notes: [`${ROUNDS} rounds`],
    }
  },
}

interface Line {
  readonly senderMs: number
  readonly receiverMs: number
}

interface Round extends Line {
  readonly cpuMs: number
  readonly serverMs: number
  readonly wallMs: number
}

async function metered(server: Running, run: () => Promise<Line>): Promise<Round> {
  const pid = await server.pid
  const before = await cpuSoFar(pid)
  const start = performance.now()
  const line = await run()
  const wallMs = performance.now() - start
  const serverMs = ((await cpuSoFar(pid)) - before) * 1_000
  return { ...line, cpuMs: line.senderMs + line.receiverMs, serverMs, wallMs }
}

async function hufuLine(scope: Scope, server: HufuServer): Promise<Line> {
  const { opener, joiner } = await hufuPair(scope, server, {
    open: [],
    join: [],
    input: `${LINE}\n`,
  })
  return spent(opener, joiner)
}

async function wormholeLine(scope: Scope, servers: WormholeServers): Promise<Line> {
  const ends = { send: ['--text', LINE], receive: ['--only-text'] }
  const { sender, receiver } = await wormhole(scope, servers, ends)
  return spent(sender, receiver)
}

/** What both used, if the line has arrived and both ended well. */
async function spent(sender: Running, receiver: Running): Promise<Line> {
  const [sent, received] = (await Promise.all([sender.ended, receiver.ended])).map(succeeded)
  if (received!.stdout !== `${LINE}\n`)
    throw new Error(`the line did not arrive: ${JSON.stringify(received)}`)
  return { senderMs: sent!.cpu * 1_000, receiverMs: received!.cpu * 1_000 }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
