import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { random } from '@hufu/protocol/crypto'
import type { KeyAlgorithm } from '@hufu/protocol/identity'
import { openSqlite } from '../packages/server/src/store/sqlite.ts'
import type { Benchmark } from './harness/benchmark.ts'
import { alone, compared, median, shown, type Figure } from './harness/figures.ts'
import { operatorAt, ROOMY, startHufuServer, stopHufuServer } from './harness/hufu.ts'
import { succeeded, type Scope } from './harness/scope.ts'
import { ringer, terminalOf } from './signin/ringer.ts'
import type { Round } from './signin/users.ts'

const USERS = fileURLToPath(new URL('signin/users.ts', import.meta.url))
/** Least share of the bare verifications' rate. */
const AT_LEAST = 0.25

/** Users who are signed in, few and many, and rings in turn among them. */
const FEW = 100
const MANY = 100_000
const RINGS = 400
const ROUNDS = 15
const AT_MOST = 1.1

/** What a sign-in costs beside its signatures, and whether many users make one of them harder to find. */
export const signin: Benchmark = {
  name: 'signin',
  about: `Users with keys on Ed25519 and P-256 sign in at 240 terminals through a whole server over loopback: challenge, certificates, key, signature, all checked, bound and recorded durably. Terminals are one separate process. Sign-ins per second of the server’s CPU, all of its threads, beside what the signatures in them take when they are verified and nothing else is done, in the same run, round by round. First: with certificates that the server sees for the first time, so that a sign-in contains three signatures. Again: with certificates that it has verified before, so that it contains one. Then a user is rung, from the request to the ring at their terminal, among ${FEW} and among ${MANY.toLocaleString('en')} who are signed in, turn by turn.`,
  packages: [],
  limitMs: 900_000,
  async run(scope, say) {
    const figures: Figure[] = []
    const notes: string[] = []
    for (const algorithm of ['ed25519', 'p256'] as const) {
      say(`sign-ins, ${algorithm} …`)
      const rounds = await signIns(scope, algorithm)
      for (const kind of ['first', 'again'] as const)
        figures.push(
          ...signInFigures(
            algorithm,
            kind,
            rounds.filter((each) => each.kind === kind),
          ),
        )
      const micros = median(rounds.map(({ terminalMicros }) => terminalMicros))
      notes.push(`${algorithm}: the terminals’ process takes ${shown(micros)} µs of CPU a sign-in`)
    }
    say(`rings among ${FEW} and ${MANY} …`)
    figures.push(await rings(scope))
    return { figures, notes }
  },
}

async function signIns(scope: Scope, algorithm: KeyAlgorithm): Promise<readonly Round[]> {
  const server = await startHufuServer(scope, ['--log', 'error', ...ROOMY])
  const { port } = new URL(server.url)
  const args = [port, `${await server.process.pid}`, await operatorAt(server), algorithm]
  const users = succeeded(await scope.start(process.execPath, [USERS, ...args]).ended)
  await stopHufuServer(server)
  return [...users.stdout.matchAll(/^round (.+)$/gm)].map(([, json]) => JSON.parse(json!) as Round)
}

function signInFigures(
  algorithm: KeyAlgorithm,
  kind: Round['kind'],
  rounds: readonly Round[],
): readonly Figure[] {
  const name = algorithm === 'p256' ? 'P-256' : 'Ed25519'
  const signatures = kind === 'first' ? 'three signatures' : 'one signature'
  return [
    compared({
      what: `sign-ins, ${name}, ${kind}: per second of CPU, beside their ${signatures} alone`,
      unit: '1/s',
      hufu: rounds.map(({ rate }) => rate),
      peer: rounds.map(({ bare }) => bare),
      peerName: 'bare verifications',
      atLeast: AT_LEAST,
    }),
    alone(
      `sign-ins, ${name}, ${kind}: by the clock`,
      '1/s',
      rounds.map(({ byClock }) => byClock),
    ),
  ]
}

async function rings(scope: Scope): Promise<Figure> {
  const few = await peopled(scope, FEW)
  const many = await peopled(scope, MANY)
  const times: Record<'few' | 'many', number[]> = { few: [], many: [] }
  for (let round = 0; round <= ROUNDS; round += 1) {
    const [one, other] = [await few.ring(RINGS / ROUNDS), await many.ring(RINGS / ROUNDS)]
    if (round === 0) continue
    times.few.push(one)
    times.many.push(other)
  }
  for (const each of [few, many]) await each.close()
  return compared({
    what: `a user is rung: among ${MANY.toLocaleString('en')} signed in, beside ${FEW}`,
    unit: 'ms',
    hufu: times.many,
    peer: times.few,
    peerName: `among ${FEW}`,
    atMost: AT_MOST,
  })
}

/** A server where so many are signed in, one of them connected. */
async function peopled(scope: Scope, users: number) {
  const data = join(scope.folder, `people-${users}`)
  const key = await populate(data, users)
  const server = await startHufuServer(scope, ['--log', 'error', ...ROOMY], data)
  const { port } = new URL(server.url)
  const { ring, close } = await ringer(Number(port), key)
  return {
    ring,
    async close() {
      close()
      await stopHufuServer(server)
    },
  }
}

/** Signs users in, straight in the tables: what is rung is `user-0`, whose terminal has the key that comes back. */
async function populate(data: string, users: number): Promise<Uint8Array> {
  const seed = random(32)
  await (await openSqlite(data)).close()
  const database = new DatabaseSync(join(data, 'hufu.db'))
  const [user, binding] = [
    database.prepare(`INSERT INTO users VALUES (?, 'active', NULL, ?)`),
    database.prepare(`INSERT INTO bindings VALUES (?, ?, 'chip', NULL, ?, ?, ?)`),
  ]
  const now = Date.now()
  database.exec('BEGIN')
  for (let at = 0; at < users; at += 1) {
    const name = `user-${at}@localhost`
    const terminal = at === 0 ? terminalOf(seed) : random(32)
    user.run(name, now)
    binding.run(terminal, name, now, now + 36_000_000, now)
  }
  database.exec('COMMIT')
  database.close()
  return seed
}
