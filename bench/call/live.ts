import { fileURLToPath } from 'node:url'
import { alone, shown, type Figure, type Target } from '../harness/figures.ts'
import { operatorAt, ROOMY, startHufuServer } from '../harness/hufu.ts'
import type { Scope } from '../harness/scope.ts'
import type { HopsFound, LeavesFound } from './host.ts'

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

/** How long whole calls take to change their key, through a whole server. */
export async function liveFigures(
  scope: Scope,
): Promise<{ readonly figures: readonly Figure[]; readonly notes: readonly string[] }> {
  const server = await startHufuServer(scope, ['--log', 'error', ...ROOMY, ...RING])
  const sizes = SIZES.map(({ members }) => members).join()
  const args = [HOST, server.url, `${await server.process.pid}`, await operatorAt(server), sizes]
  const host = await scope.start(process.execPath, args).ended
  const served = await server.process.stop()
  // whoever lost a connection does not know whether the server was still there
  if (host.code !== 0)
    throw new Error(
      `${host.stderr}\nthe server, exit code ${served.code}:\n${served.stdout}${served.stderr}`,
    )
  const { stdout } = host
  const lines = (what: string): readonly string[] =>
    [...stdout.matchAll(new RegExp(`^${what} (.+)$`, 'gm'))].map(([, json]) => json!)
  const calls = lines('hops').map((json) => JSON.parse(json) as HopsFound)
  const { leaves } = JSON.parse(lines('leaves')[0]!) as LeavesFound
  return {
    figures: [
      ...calls.flatMap(hopFigures),
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
    notes: calls.map(note),
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

function note({ members, sent, wanted, cpu, joinedMs }: HopsFound): string {
  const { host, server, bots } = cpu
  const each = `host ${shown(host)} ms, server ${shown(server)} ms, all other members together ${shown(bots)} ms`
  return `${shown(members)} members: all joined within ${shown(joinedMs / 1_000)} s; ${shown(sent)} frames sent, ${shown(wanted)} to arrive; CPU of a hop and the frames meanwhile: ${each}`
}

/** What so much of all has stayed within. */
function share(values: readonly number[], of: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.ceil(of * sorted.length) - 1]!
}

function atMost(value: number, limit: number): Target {
  return { text: `at most ${shown(limit)} ms`, met: value <= limit }
}
