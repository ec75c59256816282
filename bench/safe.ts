import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { base64url, ed25519, random } from '@hufu/protocol/crypto'
import { startAudit, type Audit } from '../packages/server/src/audit/audit.ts'
import { systemClock } from '../packages/server/src/clock.ts'
import { loadConfig } from '../packages/server/src/config.ts'
import { loggerAt } from '../packages/server/src/log.ts'
import { openSafe, type Safe } from '../packages/server/src/vault/safe.ts'
import type { Benchmark } from './harness/benchmark.ts'
import { compared, type Figure } from './harness/figures.ts'

/** Rounds: many and short, so that whatever else uses the disk meets both sides. */
const ROUNDS = 61
/** Rounds before those that count: every owner has its row, and its data key. */
const WARM = 8
/** Writes in one measurement. */
const WRITES = 150
/** Owners among whom they go. */
const OWNERS = 1_000
/** Least share of the bare transactions' speed. */
const AT_LEAST = 0.5

/** What it costs a write to be both sealed and recorded. */
export const safe: Benchmark = {
  name: 'safe',
  about:
    'Single durable writes, one after the other: a secret of 32 octets sealed by the vault and recorded in the audit record, with a mark after every thousand, all in one transaction through the store. Beside it a row of the same table and size, written as it is by SQLite alone: `BEGIN`, one prepared `INSERT`, `COMMIT`, in a database of its own on the same disk, with the same settings. By the clock, where each write waits for the disk, and by the CPU; turn by turn.',
  packages: [],
  limitMs: 600_000,
  async run(scope, say) {
    const [ours, bare] = [join(scope.folder, 'ours'), join(scope.folder, 'bare')]
    for (const folder of [ours, bare]) mkdirSync(folder)
    const kept = await open(ours)
    const peer = sqlite(join(bare, 'bare.db'))
    try {
      return { figures: await figures(kept, peer, say), notes: [`${ROUNDS} rounds of ${WRITES}`] }
    } finally {
      peer.close()
      await kept.close()
    }
  },
}

interface Kept {
  readonly safe: Safe
  readonly audit: Audit
  close(): Promise<void>
}

async function open(data: string): Promise<Kept> {
  const config = { ...loadConfig(), data, masterKey: base64url(random(32)) }
  const safe = await openSafe(config)
  const audit = await startAudit({
    store: safe.store,
    clock: systemClock,
    logger: loggerAt('silent'),
    config,
    key: ed25519.generate(random),
    failed(error) {
      throw error
    },
  })
  const close = async (): Promise<void> => {
    await audit.close()
    await safe.close()
  }
  return { safe, audit, close }
}

interface Bare {
  write(n: number): void
  close(): void
}

/** A database as SQLite alone has it, with the table and the settings of the store. */
function sqlite(path: string): Bare {
  const database = new DatabaseSync(path)
  database.exec('PRAGMA journal_mode = WAL; PRAGMA secure_delete = FAST; PRAGMA synchronous = FULL')
  database.exec(
    'CREATE TABLE vault_secrets (owner text NOT NULL, name text NOT NULL, key bigint NOT NULL, sealed blob NOT NULL, PRIMARY KEY (owner, name))',
  )
  const [begin, commit] = ['BEGIN IMMEDIATE', 'COMMIT'].map((sql) => database.prepare(sql))
  const insert = database.prepare(
    'INSERT INTO vault_secrets VALUES (?, ?, ?, ?) ON CONFLICT (owner, name) DO UPDATE SET key = excluded.key, sealed = excluded.sealed',
  )
  // another each time: a row that does not change is not written
  const rows = Array.from({ length: 64 }, () => random(60))
  return {
    write(n) {
      begin!.run()
      insert.run(`device:${n % OWNERS}`, 'key', 1, rows[n % 64]!)
      commit!.run()
    },
    close: () => database.close(),
  }
}

async function figures(
  { safe, audit }: Kept,
  peer: Bare,
  say: (text: string) => void,
): Promise<readonly Figure[]> {
  const secret = random(32)
  const ours = (n: number): Promise<unknown> =>
    safe.store.write('durable', async (db) => {
      await safe.vault.put(db, { owner: `device:${n % OWNERS}`, name: 'key' }, secret)
      await audit.record(db, {
        actor: 'operator:ada.lovelace',
        action: 'token.create',
        object: { kind: 'token', id: `device ${n % OWNERS}` },
        outcome: 'done',
        detail: { scope: ['vault.read'], days: 30 },
      })
    })
  const both: { readonly hufu: Speed[]; readonly peer: Speed[] } = { hufu: [], peer: [] }
  for (let round = -WARM; round < ROUNDS; round += 1) {
    const a = await speed(ours)
    const b = await speed((n) => peer.write(n))
    if (round < 0) continue
    both.hufu.push(a)
    both.peer.push(b)
    if (round % 10 === 0)
      say(`round ${round}: ${a.clock.toFixed(0)} writes/s, bare ${b.clock.toFixed(0)}`)
  }
  const of = (what: string, part: keyof Speed, target: { readonly atLeast?: number }): Figure =>
    compared({
      what,
      unit: '/s',
      hufu: both.hufu.map((one) => one[part]),
      peer: both.peer.map((one) => one[part]),
      peerName: 'SQLite alone',
      ...target,
    })
  return [
    of('sealed and recorded writes, durable, by the clock', 'clock', { atLeast: AT_LEAST }),
    of('the same, per second of CPU', 'cpu', {}),
  ]
}

/** Writes per second, by the clock and by the CPU. */
interface Speed {
  readonly clock: number
  readonly cpu: number
}

let written = 0

async function speed(write: (n: number) => unknown): Promise<Speed> {
  const [start, before] = [performance.now(), process.cpuUsage()]
  for (let i = 0; i < WRITES; i += 1) await write(written++)
  const { user, system } = process.cpuUsage(before)
  return {
    clock: (WRITES * 1_000) / (performance.now() - start),
    cpu: (WRITES * 1_000_000) / (user + system),
  }
}
