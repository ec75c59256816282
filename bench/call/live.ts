import { fileURLToPath } from 'node:url'
import { alone, shown, type Figure, type Target } from '../harness/figures.ts'
import { operatorAt, ROOMY, startHufuServer } from '../harness/hufu.ts'
import type { Scope } from '../harness/scope.ts'
import type { HopsFound, LeavesFound, Measure } from './host.ts'

/** Members, the host among them, and milliseconds in which 99 of 100 hops are to be over. */
const SIZES = [
  { members: 8, withinMs: 50 },
  { members: 100, withinMs: 150 },
  { members: 1_000, withinMs: 1_000 },
] as const
const BLIND_MS = 300

const HOST = fileURLToPath(new URL('host.ts', import.meta.url))
/** A thousand take a while to come, and to be let in; and they share two cores: each is late where a machine of its own is not. */
const PATIENT = ['call-ring', 'hello', 'dead-after'].flatMap((name) => [`--${name}-ms`, '300000'])
const RING = [...PATIENT, '--heartbeat-ms', '60000', '--member-octets-per-second', '1000000000']

/** Of the bots' process: a thousand machines have more than one core between them, and this machine has two. */
const THREADS = 2
const HOPS = 100

/** How long whole calls take to change their key, through a whole server. */
export async function liveFigures(
  scope: Scope,
): Promise<{ readonly figures: readonly Figure[]; readonly notes: readonly string[] }> {
  const sizes = SIZES.map(({ members }) => members)
  const { calls, leaves } = await measured(scope, { threads: THREADS, sizes, hops: HOPS })
  const members = Math.max(...sizes)
  const inOne = await measured(scope, { threads: 1, sizes: [members], hops: HOPS })
  const [one] = inOne.calls as [HopsFound]
  const inOneThread = `hop, ${shown(members)} members in one thread`
  return {
    figures: [
      ...calls.flatMap(hopFigures),
      alone(`${inOneThread}, median`, 'ms', one.hops),
      { ...alone(`${inOneThread}, 99 of 100`, 'ms', one.hops), hufu: share(one.hops, 0.99) },
      {
        ...alone(
          'after a leave, 100 members: the last has switched to a key that the leaver does not have',
          'ms, at most',
          leaves,
        ),
        hufu: Math.max(...leaves),
        target: atMost(Math.max(...leaves), BLIND_MS),
      },
    ],
    notes: [...calls.map((call) => note(call)), note(one, ' in one thread')],
  }
}

/** Measures calls at a server of their own; departures too, where bots have several threads. */
async function measured(
  scope: Scope,
  what: Pick<Measure, 'threads' | 'sizes' | 'hops'>,
): Promise<{ readonly calls: readonly HopsFound[]; readonly leaves: readonly number[] }> {
  const server = await startHufuServer(scope, ['--log', 'error', ...ROOMY, ...RING])
  const measure: Measure = {
    ...what,
    server: server.url,
    session: await operatorAt(server),
    pid: await server.process.pid,
    leaves: what.threads > 1,
  }
  const host = await scope.start(process.execPath, [HOST, JSON.stringify(measure)]).ended
  const served = await server.process.stop()
  // whoever lost a connection does not know whether the server was still there
  if (host.code !== 0)
    throw new Error(
      `${host.stderr}\nthe server, exit code ${served.code}:\n${served.stdout}${served.stderr}`,
    )
  const lines = (of: string): readonly string[] =>
    [...host.stdout.matchAll(new RegExp(`^${of} (.+)$`, 'gm'))].map(([, json]) => json!)
  return {
    calls: lines('hops').map((json) => JSON.parse(json) as HopsFound),
    leaves: lines('leaves').flatMap((json) => (JSON.parse(json) as LeavesFound).leaves),
  }
}

function hopFigures(found: HopsFound): readonly Figure[] {
  const { members, hops, missed, undecryptable } = found
  const what = `hop, ${shown(members)} members: from the host’s word to the last who has switched`
  const limit = SIZES.find((one) => one.members === members)!.withinMs
  const late = share(hops, 0.99)
  const lost = missed + undecryptable
  return [
    { ...alone(`${what}, median`, 'ms', hops) },
    { ...alone(`${what}, 99 of 100`, 'ms', hops), hufu: late, target: atMost(late, limit) },
    alone(`frames lost or not opened meanwhile, ${shown(members)} members`, 'frames', [lost], {
      text: 'none',
      met: lost === 0,
    }),
  ]
}

function note({ members, sent, wanted, cpu, joinedMs }: HopsFound, where = ''): string {
  const { host, server, bots } = cpu
  const each = `host ${shown(host)} ms, server ${shown(server)} ms, all other members together ${shown(bots)} ms`
  return `${shown(members)} members${where}: all joined within ${shown(joinedMs / 1_000)} s; ${shown(sent)} frames sent, ${shown(wanted)} to arrive; CPU of a hop and the frames meanwhile: ${each}`
}

/** What so much of all has stayed within. */
function share(values: readonly number[], of: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.ceil(of * sorted.length) - 1]!
}

function atMost(value: number, limit: number): Target {
  return { text: `at most ${shown(limit)} ms`, met: value <= limit }
}
