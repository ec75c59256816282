import { drawWords, parseCode, type PairCode } from '@hufu/protocol/pair'
import { random } from '@hufu/protocol/crypto'
import { loadConfig, startServer } from '@hufu/server'
import { pair, type Talk } from '@hufu/terminal'
import { socketsTrusting } from '../packages/cli/src/socket.ts'
import { keptEnd, keptPair } from './pairs/kept.ts'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Benchmark } from './harness/benchmark.ts'
import { alone, compared, median } from './harness/figures.ts'
import { succeeded, type Scope } from './harness/scope.ts'

/** Counted rounds, after some that are not: whoever is in use has long been compiled. */
const ROUNDS = 5
const UNCOUNTED = 3
/** Pairs in a round, and how many of them are under way at a time. */
const PAIRS = 600
const AT_A_TIME = 50
/** The same of the peer, which is slower. */
const PEER_PAIRS = 60
const PEER_AT_A_TIME = 10
/** Pairs per second and core that are to be reached. */
const AT_LEAST = 300

const PEER = fileURLToPath(new URL('peers/wormholes.py', import.meta.url))

/** Complete pairs: both terminals and the server in one process. */
export const pairs: Benchmark = {
  name: 'pairs',
  about:
    'Complete pairs per second of CPU, with both terminals and the server in ONE process, over real WebSockets on loopback and with the real store on disk. In each: two sockets opened and both hellos signed and checked, a slot opened, the handshake, the session stands, one line each way acknowledged, a polite leave, sockets closed. Beside it the same of magic-wormhole: mailbox server and both ends in one Python process, code set, keys confirmed, one message each way, closed. CPU time is that of the process, all threads. The second figure is of terminals whose connections stay open from one pair to the next: slot, handshake, session standing at both ends, left. The first rounds do not count: code in use has been compiled.',
  packages: ['magic-wormhole', 'python3-magic-wormhole-mailbox-server'],
  limitMs: 300_000,
  run: async (scope, say) => {
    const hufu: number[] = []
    const kept: number[] = []
    const peer: number[] = []
    for (let round = 1 - UNCOUNTED; round <= ROUNDS; round += 1) {
      const ours = await hufuRound(join(scope.folder, `data-${round}`), onePairEach)
      const open = await hufuRound(join(scope.folder, `kept-${round}`), onKeptConnections)
      const theirs = await wormholeRound(scope)
      if (round < 1) continue
      say(
        `round ${round}: ${ours.toFixed(0)}/s, on open connections ${open.toFixed(0)}/s, wormhole ${theirs.toFixed(0)}/s`,
      )
      hufu.push(ours)
      kept.push(open)
      peer.push(theirs)
    }
    const perSecond = median(kept)
    return {
      figures: [
        compared({
          what: 'pairs per second of CPU',
          unit: '/s',
          hufu,
          peer,
          peerName: 'wormhole',
          atLeast: 1,
        }),
        alone('complete pairs on connections that stay open, per second of CPU', '/s', kept, {
          text: `at least ${AT_LEAST}/s`,
          met: perSecond >= AT_LEAST,
        }),
        alone(
          'CPU of one pair, all three parties',
          'ms',
          hufu.map((each) => 1_000 / each),
        ),
      ],
      notes: [
        `${ROUNDS} rounds of ${PAIRS} pairs, ${AT_A_TIME} at a time, after ${UNCOUNTED} that do not count`,
      ],
    }
  },
}

/** Pairs per second of CPU, with a server of its own on a new data folder; its start and end are not counted. */
async function hufuRound(
  data: string,
  round: (server: string) => Promise<() => Promise<void>>,
): Promise<number> {
  const many = '1000000'
  const server = await startServer(
    loadConfig({
      flags: {
        data,
        listen: '127.0.0.1:0',
        log: 'error',
        'guesses-per-source': many,
        'slots-per-source': many,
        'connections-per-source': many,
        'control-per-second': many,
        'control-burst': many,
      },
    }),
  )
  const run = await round(server.url)
  const before = process.cpuUsage()
  await run()
  const { user, system } = process.cpuUsage(before)
  await server.close()
  return (PAIRS * 1_000_000) / (user + system)
}

/** Every pair with two terminals of its own, from their sockets to their leave. */
async function onePairEach(server: string): Promise<() => Promise<void>> {
  return () => inParallel(PAIRS, AT_A_TIME, () => onePair(server))
}

/** As terminals in use do it: connected, they pair again and again. */
async function onKeptConnections(server: string): Promise<() => Promise<void>> {
  const openSocket = socketsTrusting(undefined)
  const ends = await Promise.all(
    Array.from({ length: AT_A_TIME * 2 }, () => keptEnd(server, openSocket)),
  )
  const free = Array.from({ length: AT_A_TIME }, (_, n) => n)
  return async () => {
    await inParallel(PAIRS, AT_A_TIME, async () => {
      const n = free.pop()!
      await keptPair(ends[2 * n]!, ends[2 * n + 1]!)
      free.push(n)
    })
    for (const { connection } of ends) connection.close()
  }
}

async function onePair(server: string): Promise<void> {
  const code = Promise.withResolvers<PairCode>()
  const opener = pair({
    server,
    via: { by: 'open', words: drawWords(random) },
    on: (event) => {
      if (event.type !== 'code') return
      const parsed = parseCode(event.code)
      if (parsed.ok) code.resolve(parsed.value)
    },
  })
  opener.catch(code.reject)
  const joiner = pair({ server, via: { by: 'join', code: await code.promise } })
  const [a, b] = await Promise.all([opener, joiner])
  await Promise.all([converse(a), converse(b)])
}

/** Says a line, takes the other's, and leaves when both are known to have arrived. */
async function converse(talk: Talk): Promise<void> {
  const { acknowledged } = await talk.say('hello')
  let heard = false
  for await (const event of talk.events()) {
    if (event.type === 'text') {
      heard = true
      void acknowledged.then(() => talk.leave())
    } else if (event.type === 'leaving') void acknowledged.then(() => talk.leave())
    else if (event.type === 'closed' && (event.code !== undefined || !heard))
      throw new Error(`a pair ended with ${event.code ?? 'a line that was not heard'}`)
  }
}

async function wormholeRound(scope: Scope): Promise<number> {
  const program = scope.start('/usr/bin/python3', [PEER, `${PEER_PAIRS}`, `${PEER_AT_A_TIME}`])
  return Number(succeeded(await program.ended).stdout)
}

async function inParallel(count: number, atATime: number, act: () => Promise<void>): Promise<void> {
  let begun = 0
  const worker = async (): Promise<void> => {
    while (begun < count) {
      begun += 1
      await act()
    }
  }
  await Promise.all(Array.from({ length: atATime }, worker))
}
