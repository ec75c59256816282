import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { base64url, random } from '@hufu/protocol/crypto'
import { prepared } from '../packages/server/src/store/prepared.ts'
import { openSqlite } from '../packages/server/src/store/sqlite.ts'
import type { Store, Surety } from '../packages/server/src/store/store.ts'
import { environmentKey } from '../packages/server/src/vault/master/environment.ts'
import { openVault } from '../packages/server/src/vault/opening.ts'
import { rotate, type RotatedSafe } from '../packages/server/src/vault/rotation.ts'
import type { Benchmark } from './harness/benchmark.ts'
import { alone, compared, median, type Figure } from './harness/figures.ts'

/** Rounds: many and short, so that whatever else uses the disk meets both sides. */
const ROUNDS = 81
/** Writes in one measurement. */
const WRITES = 150
/** Rounds before those that count: every owner has its row. */
const WARM = 8
/** Owners among whom they go. */
const OWNERS = 1_000
/** Least share of the bare transactions' speed. */
const AT_LEAST = 0.5

/** Owners, each with a data key, whose master key is changed. */
const MANY = 1_000_000
/** Data keys per second of CPU. */
const REWRAPS = 20_000
/** Octets that the process may grow by meanwhile. Our choice: a store of a million takes several hundred. */
const GROWTH = 64_000_000

/** What the vault costs a write, and how fast a master key is changed. */
export const vault: Benchmark = {
  name: 'vault',
  about:
    'Single writes, each a transaction of its own through the store: a secret of 32 octets sealed by the vault, beside a row of the same table and size written as it is; durable, where each waits for the disk, by the clock, and soon, where none does, by the CPU; turn by turn. Then a million owners, each with a data key of its own: the master key is changed while secrets are read one after the other; data keys per second of CPU, the reads’ CPU included; memory is what the process grows by (resident).',
  packages: [],
  limitMs: 900_000,
  async run(_scope, say) {
    const folder = await mkdtemp(join(tmpdir(), 'hufu-bench-vault-'))
    try {
      const writes = await writeFigures(join(folder, 'writes'))
      say('a million owners …')
      const rewraps = await rewrapFigures(join(folder, 'million'))
      return {
        figures: [...writes, ...rewraps],
        notes: [`${ROUNDS} rounds of ${WRITES.toLocaleString('en')} writes`],
      }
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
}

async function writeFigures(data: string): Promise<readonly Figure[]> {
  const safe = await openSafe(data)
  const figures: Figure[] = []
  for (const surety of ['durable', 'soon'] as const) {
    const [hufu, peer]: [number[], number[]] = [[], []]
    for (let round = 0; round < WARM; round += 1) {
      await sealed(safe, surety)
      await bare(safe.store, surety)
    }
    for (let round = 0; round < ROUNDS; round += 1) {
      hufu.push(await sealed(safe, surety))
      peer.push(await bare(safe.store, surety))
    }
    const per = surety === 'durable' ? 'by the clock' : 'per second of CPU'
    const what = `single writes, ${surety}, ${per}: sealed beside bare`
    const peerName = 'bare transactions'
    // secrets are kept durably: the other shows what the sealing itself costs
    const target = surety === 'durable' ? { atLeast: AT_LEAST } : {}
    figures.push(compared({ what, unit: '/s', hufu, peer, peerName, ...target }))
  }
  await safe.store.close()
  return figures
}

function sealed({ store, vault }: RotatedSafe, surety: Surety): Promise<number> {
  const secret = random(32)
  return perSecond(surety, (at) =>
    store.write(surety, (db) =>
      vault.put(db, { owner: `device:${at % OWNERS}`, name: 'key' }, secret),
    ),
  )
}

function bare(store: Store, surety: Surety): Promise<number> {
  // another each time: a row that does not change is not written
  const rows = Array.from({ length: 64 }, () => random(60))
  return perSecond(surety, (at) =>
    store.write(surety, (db) =>
      writeBare(db, { owner: `plain:${at % OWNERS}`, name: 'key', key: 1, sealed: rows[at % 64]! }),
    ),
  )
}

const writeBare = prepared(
  (db, given: { owner: string; name: string; key: number; sealed: Uint8Array }) => {
    const { owner, name, key, sealed } = given
    return db
      .insertInto('vault_secrets')
      .values({ owner, name, key, sealed })
      .onConflict((conflict) => conflict.columns(['owner', 'name']).doUpdateSet({ key, sealed }))
  },
)

async function rewrapFigures(data: string): Promise<readonly Figure[]> {
  const safe = await openSafe(data)
  const { store, vault } = safe
  for (let from = 0; from < MANY; from += 1_000)
    await store.write('soon', async (db) => {
      for (let at = from; at < from + 1_000; at += 1)
        await vault.put(db, { owner: `device:${at}`, name: 'key' }, random(32))
    })
  await store.compact()
  let running = true
  let reads = 0
  const waits: number[] = []
  const reading = async (): Promise<void> => {
    while (running) {
      const start = performance.now()
      const owner = `device:${(reads * 7_919) % MANY}`
      using secret = await store.read((db) => vault.open(db, { owner, name: 'key' }))
      if (secret === undefined) throw new Error(`${owner} is lost`)
      reads += 1
      // a turn of the loop, as a request from outside takes
      await new Promise((next) => setImmediate(next))
      waits.push(performance.now() - start)
    }
  }
  const before = process.cpuUsage()
  const resident = process.memoryUsage.rss()
  let most = resident
  const progress = (): void => {
    most = Math.max(most, process.memoryUsage.rss())
  }
  const reader = reading()
  const { done } = await rotate(
    { ...safe, sources: { ...safe.sources, next: anyKey() } },
    { progress },
  )
  const { user, system } = process.cpuUsage(before)
  running = false
  await reader
  await store.close()
  const speed = alone('a million data keys under a new master key, per second of CPU', '/s', [
    (done * 1_000_000) / (user + system),
  ])
  const grown = alone('memory grown by meanwhile', 'MB', [(most - resident) / 1_000_000])
  const sorted = waits.toSorted((a, b) => a - b)
  return [
    {
      ...speed,
      target: { text: `at least ${REWRAPS.toLocaleString('en')}`, met: speed.hufu >= REWRAPS },
    },
    { ...grown, target: { text: 'at most 64 MB', met: most - resident <= GROWTH } },
    alone('secrets read meanwhile', '', [reads]),
    alone('wait of a read meanwhile, median', 'ms', [median(waits)]),
    alone('wait of a read meanwhile, 99 %', 'ms', [sorted[Math.floor(sorted.length * 0.99)]!]),
  ]
}

function anyKey(): ReturnType<typeof environmentKey> {
  return environmentKey('HUFU_MASTER_KEY', base64url(random(32)))
}

async function openSafe(data: string): Promise<RotatedSafe> {
  const sources = { current: anyKey(), next: undefined }
  const store = await openSqlite(data)
  return { store, vault: await openVault(store, sources), sources }
}

let written = 0

/** Writes per second, one after the other: of the clock, or where nothing waits for the disk of CPU. */
async function perSecond(surety: Surety, write: (at: number) => Promise<unknown>): Promise<number> {
  const start = performance.now()
  const before = process.cpuUsage()
  for (let i = 0; i < WRITES; i += 1) await write(written++)
  const { user, system } = process.cpuUsage(before)
  const ms = surety === 'durable' ? performance.now() - start : (user + system) / 1_000
  return (WRITES * 1_000) / ms
}
