import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { ed25519, random } from '@hufu/protocol/crypto'
import { startAudit, type Audit } from '../packages/server/src/audit/audit.ts'
import type { AuditEntry } from '../packages/server/src/audit/entry.ts'
import { verifyAudit } from '../packages/server/src/audit/verify.ts'
import { systemClock } from '../packages/server/src/clock.ts'
import { loadConfig } from '../packages/server/src/config.ts'
import { loggerAt } from '../packages/server/src/log.ts'
import { openSqlite } from '../packages/server/src/store/sqlite.ts'
import type { Store } from '../packages/server/src/store/store.ts'
import type { Benchmark } from './harness/benchmark.ts'
import { alone, compared, type Figure } from './harness/figures.ts'
import { resident } from './harness/proc.ts'

/** Counted rounds, each of which measures both sides, after one that is not counted. */
const ROUNDS = 9
/** Single writes, one after the other, in one measurement. */
const WRITES = 400
/** Entries of the record that is checked, and how many are recorded in one transaction to get there. */
const ENTRIES = 400_000
const AT_ONCE = 2_000
/** Least share of the bare writes' speed. The vault's envelope is to have its part of the other half. */
const AT_LEAST = 0.5
/** Least entries checked per second. */
const CHECKED = 200_000
/** Most that the memory may grow by while they are, in MiB. */
const GROWTH = 64

/** What it costs to record a write, and to check the record. */
export const audit: Benchmark = {
  name: 'audit',
  about:
    'Writes to the store, one after the other, each a durable transaction of its own: a row is put in place of another, and with hufu recorded as well, in the same transaction, with a mark after every thousand. Beside it the same without the record. Then the check of a record of 400,000 entries, as `hufu audit verify` does it: entries per second of CPU, one process, marks and their signatures included, and by how much its memory grows.',
  packages: [],
  limitMs: 300_000,
  run: async (scope, say) => {
    const folder = join(scope.folder, 'data')
    mkdirSync(folder)
    const { store, record, close } = await open(folder)
    const [clock, cpu] = await writes(store, record, say)
    say(`recording ${ENTRIES.toLocaleString('en')} entries`)
    for (let n = 0; n < ENTRIES; n += AT_ONCE)
      await store.write('soon', async (db) => {
        for (let i = 0; i < AT_ONCE; i += 1) await record.record(db, entry(n + i))
      })
    await close()
    return { figures: [clock!, cpu!, ...(await checks(folder))], notes: [`${ROUNDS} rounds`] }
  },
}

async function open(folder: string) {
  const store = await openSqlite(folder)
  const record = await startAudit({
    store,
    clock: systemClock,
    logger: loggerAt('silent'),
    config: { ...loadConfig(), data: folder },
    key: ed25519.generate(random),
    failed(error) {
      throw error
    },
  })
  const close = async (): Promise<void> => {
    await record.close()
    await store.close()
  }
  return { store, record, close }
}

async function writes(
  store: Store,
  record: Audit,
  say: (text: string) => void,
): Promise<readonly Figure[]> {
  const ours: Speed[] = []
  const bare: Speed[] = []
  for (let round = 0; round <= ROUNDS; round += 1) {
    const a = await speed((n) =>
      store.write('durable', async (db) => {
        await put(db, n)
        await record.record(db, entry(n))
      }),
    )
    const b = await speed((n) => store.write('durable', (db) => put(db, n)))
    if (round === 0) continue
    say(`round ${round}: ${a.clock.toFixed(0)} writes/s, bare ${b.clock.toFixed(0)}`)
    ours.push(a)
    bare.push(b)
  }
  const of = (what: string, part: keyof Speed, target: { readonly atLeast?: number }): Figure =>
    compared({
      what,
      unit: '/s',
      hufu: ours.map((one) => one[part]),
      peer: bare.map((one) => one[part]),
      peerName: 'not recorded',
      ...target,
    })
  return [
    of('recorded writes, one after the other', 'clock', { atLeast: AT_LEAST }),
    of('the same, per second of CPU', 'cpu', {}),
  ]
}

/** Writes per second, by the clock and by the CPU. */
interface Speed {
  readonly clock: number
  readonly cpu: number
}

async function speed(write: (n: number) => Promise<unknown>): Promise<Speed> {
  const [start, before] = [performance.now(), process.cpuUsage()]
  for (let n = 0; n < WRITES; n += 1) await write(n)
  const { user, system } = process.cpuUsage(before)
  return {
    clock: (WRITES * 1_000) / (performance.now() - start),
    cpu: (WRITES * 1_000_000) / (user + system),
  }
}

/** A secret's worth of octets under one of a hundred names. */
async function put(db: Parameters<Parameters<Store['write']>[1]>[0], n: number): Promise<void> {
  const value = random(60)
  await db
    .insertInto('meta')
    .values({ name: `bench-${n % 100}`, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute()
}

async function checks(folder: string): Promise<readonly Figure[]> {
  const speeds: number[] = []
  const growths: number[] = []
  for (let round = 0; round <= ROUNDS; round += 1) {
    globalThis.gc?.()
    const memory = (await resident(process.pid))!.now
    const before = process.cpuUsage()
    const { entries, fault } = await verifyAudit(folder)
    const { user, system } = process.cpuUsage(before)
    if (fault !== undefined) throw new Error(`the record is broken: ${JSON.stringify(fault)}`)
    if (round === 0) continue
    speeds.push((entries * 1_000_000) / (user + system))
    growths.push(((await resident(process.pid))!.now - memory) / 2 ** 20)
  }
  const checked = alone('entries checked, per second of CPU', '/s', speeds)
  const growth = alone('memory by which a check grows', 'MiB', growths)
  return [
    {
      ...checked,
      target: {
        text: `at least ${CHECKED.toLocaleString('en')}`,
        met: checked.hufu >= CHECKED,
      },
    },
    { ...growth, target: { text: `at most ${GROWTH}`, met: growth.hufu <= GROWTH } },
  ]
}

/** Of the size of those that are recorded most: some 150 octets. */
function entry(n: number): AuditEntry {
  return {
    actor: 'operator:ada.lovelace',
    action: 'server.start',
    object: { kind: 'server', id: `device 4021-8832-1177-${n}` },
    outcome: 'done',
    detail: { version: '0.1.0', node: '24.21.0' },
  }
}
