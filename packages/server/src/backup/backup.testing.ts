import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { text, utf8 } from '@hufu/protocol/crypto'
import { pino } from 'pino'
import { loadConfig, type Config } from '../config.ts'
import { testFolder } from '../server.testing.ts'
import { startServer } from '../server.ts'
import { openSafe } from '../vault/safe.ts'

/** A data folder of its own with a configuration, and a place for backups. */
export interface BackupBench {
  readonly config: Config
  /** A file that is not there yet. */
  readonly file: string
  /** Keeps a secret under this name. */
  put(name: string): Promise<void>
  /** Which of these names there are; each secret is what was put. */
  names(...names: readonly string[]): Promise<readonly string[]>
  /** Starts its server; stops with the test, or by the result. */
  serve(t: TestContext): Promise<() => Promise<void>>
}

/** Makes one; `settings` over the defaults. */
export function backupBench(settings: Partial<Config> = {}): BackupBench {
  const folder = testFolder()
  const config: Config = {
    ...loadConfig(),
    data: join(folder, 'data'),
    listen: { host: '127.0.0.1', port: 0 },
    ...settings,
  }
  return {
    config,
    file: join(folder, 'backup.tar'),
    async put(name) {
      const safe = await openSafe(config)
      await safe.store.write('durable', (db) =>
        safe.vault.put(db, { owner: `owner-${name}`, name }, utf8(`the secret ${name}`)),
      )
      await safe.close()
    },
    async names(...names) {
      const safe = await openSafe(config)
      const found: string[] = []
      for (const name of names) {
        const place = { owner: `owner-${name}`, name }
        using secret = await safe.store.read((db) => safe.vault.open(db, place))
        if (secret === undefined) continue
        if (text(secret.expose()) !== `the secret ${name}`) throw new Error(`${name} is another`)
        found.push(name)
      }
      await safe.close()
      return found
    },
    async serve(t) {
      const server = await startServer(config, { logger: pino({ level: 'silent' }) })
      t.after(() => server.close())
      return () => server.close()
    },
  }
}
