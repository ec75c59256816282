import { writeSync } from 'node:fs'
import { startAudit } from '../../packages/server/src/audit/audit.ts'
import { auditKey } from '../../packages/server/src/audit/key.ts'
import { makeBackup } from '../../packages/server/src/backup/backup.ts'
import { restoreBackup } from '../../packages/server/src/backup/restore.ts'
import { systemClock } from '../../packages/server/src/clock.ts'
import { loadConfig, type Config } from '../../packages/server/src/config.ts'
import { loggerAt } from '../../packages/server/src/log.ts'
import { rotate } from '../../packages/server/src/vault/rotation.ts'
import { openSafe, type Safe } from '../../packages/server/src/vault/safe.ts'
import { placeOf, secretOf } from './kept.ts'

/*
 * A process that somebody kills: node keeper.ts ACT DATA FILE FROM. It says `go` when it begins in earnest.
 *
 *   write    puts secrets from number FROM on, each with an entry, while the master key is changed again and again, and
 *            says of each that it stands: its number on a line
 *   backup   makes backups to FILE, one after the other, and says `made` of each
 *   restore  restores FILE, and says `restored`
 */
const [act, data, file, from] = process.argv.slice(2) as [string, string, string, string]
const config: Config = { ...loadConfig(), data }

function say(text: string): void {
  writeSync(1, `${text}\n`)
}

async function write(): Promise<void> {
  const safe = await openSafe(config, 'hufu serve')
  const { store, vault } = safe
  const key = await auditKey(store, vault)
  const failed = (error: unknown): never => {
    throw error
  }
  const logger = loggerAt('silent')
  const settings = { ...config, auditMarkEntries: 7 }
  const audit = await startAudit({
    store,
    clock: systemClock,
    logger,
    config: settings,
    key,
    failed,
  })
  say('go')
  const put = async (): Promise<never> => {
    for (let n = Number(from); ; n += 1) {
      await store.write('durable', async (db) => {
        await vault.put(db, placeOf(n), secretOf(n))
        await audit.record(db, {
          actor: 'server',
          action: 'token.create',
          object: { kind: 'token', id: `${n}` },
          outcome: 'done',
          detail: { scope: [], days: 1 },
        })
      })
      say(`${n}`)
    }
  }
  await Promise.all([put(), change(safe)])
}

async function change(safe: Safe): Promise<never> {
  for (;;) await rotate(safe)
}

async function backup(): Promise<void> {
  say('go')
  for (;;) {
    await makeBackup(config, file, { force: true })
    say('made')
  }
}

async function restore(): Promise<void> {
  say('go')
  await restoreBackup(config, file)
  say('restored')
}

const ACTS: Readonly<Record<string, () => Promise<void>>> = { write, backup, restore }
await ACTS[act]!()
