import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { ed25519, type SigningKey } from '@hufu/protocol/crypto'
import { pino } from 'pino'
import { fakeClock, type FakeClock } from '../clock.testing.ts'
import { loadConfig, type Config } from '../config.ts'
import { openSqlite } from '../store/sqlite.ts'
import type { Store } from '../store/store.ts'
import { startAudit, type Audit } from './audit.ts'
import type { AuditEntry } from './entry.ts'

/** A record that is being written, in a folder of its own. */
export interface Recorder {
  readonly store: Store
  readonly audit: Audit
  readonly clock: FakeClock
  /** Records so many entries, one after the other. */
  record(entries: number): Promise<void>
  close(): Promise<void>
}

export interface RecorderOptions extends Partial<Config> {
  readonly key?: SigningKey
  readonly clock?: FakeClock
}

/** The key of a test's server, the same every time. */
export function testKey(fill = 7): SigningKey {
  return ed25519.fromSecret(new Uint8Array(32).fill(fill))
}

/** Opens store and record in `folder`. Marks come when asked for, unless the options say otherwise. */
export async function recorderIn(
  folder: string,
  { key = testKey(), clock = fakeClock(), ...settings }: RecorderOptions = {},
): Promise<Recorder> {
  const rarely = { auditMarkEntries: 1_000_000, auditMarkMs: 31_622_400_000 }
  const config = { ...loadConfig(), ...rarely, ...settings, data: folder }
  const store = await openSqlite(folder)
  const logger = pino({ level: 'silent' })
  const failed = (error: unknown): never => {
    throw error
  }
  try {
    const audit = await startAudit({ store, clock, logger, config, key, failed })
    return {
      store,
      audit,
      clock,
      async record(entries) {
        for (let n = 0; n < entries; n += 1)
          await store.write('soon', (db) => audit.record(db, someEntry(n)))
      },
      async close() {
        await audit.close()
        await store.close()
      },
    }
  } catch (error) {
    await store.close()
    throw error
  }
}

/** An entry; the same for the same number. */
export function someEntry(n: number): AuditEntry {
  return {
    actor: n % 3 === 0 ? 'server' : `operator:no-${n}`,
    action: 'server.start',
    object: { kind: 'server', id: `object ${n}` },
    outcome: n % 5 === 0 ? 'ERR_LISTEN' : 'done',
    detail: { version: `0.${n}`, node: '24.0.0' },
  }
}

/** Changes the database in `folder` behind everybody's back. */
export function tamper(folder: string, work: (database: DatabaseSync) => void): void {
  const database = new DatabaseSync(join(folder, 'hufu.db'))
  work(database)
  database.close()
}
