import { statSync } from 'node:fs'
import { join } from 'node:path'
import { HufuError } from '@hufu/protocol/wire'
import { faultText, verifyAudit } from '../audit/index.ts'
import { firstDamage } from '../backup/database.ts'
import type { Config } from '../config.ts'
import type { Beside } from '../store/beside.ts'
import { STEPS } from '../store/migrations.ts'
import { masterRows } from '../vault/masters.ts'
import { ringBeside } from '../vault/opening.ts'
import { masterKeySources } from '../vault/sources.ts'
import { fail, ok, sizeText, warn, type Finding } from './finding.ts'

/** Entries beyond which the record is not walked through: a walk of some seconds. Our choice. */
const MOST_ENTRIES = 500_000
/** Share of unused pages from which it is worth saying so. Our choice. */
const MUCH_UNUSED = 0.5
/** Octets of the log of writes from which something must hold it up: the server empties it at 4 MB. */
const LONG_LOG = 256_000_000

/** Octets of the database in `folder`, with its log of writes. */
export function octetsOf(folder: string): number {
  return sizeOf(join(folder, 'hufu.db')) + sizeOf(join(folder, 'hufu.db-wal'))
}

/** Is the database sound? */
export function database(folder: string, { database }: Beside): Finding {
  const octets = octetsOf(folder)
  const damage = firstDamage(database, 'quick_check')
  if (damage !== undefined)
    return fail(
      'database',
      `${sizeText(octets)}: ${damage}`,
      'stop the server, copy the folder as it is, and restore a backup: hufu restore FILE',
    )
  const pragma = (name: string): number =>
    Number(Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0])
  const unused = pragma('freelist_count') / Math.max(1, pragma('page_count'))
  const found = `${sizeText(octets)}, sound, ${Math.round(unused * 100)} % of its pages unused`
  const log = sizeOf(join(folder, 'hufu.db-wal'))
  if (log > LONG_LOG)
    return warn(
      'database',
      `${found}, log of writes ${sizeText(log)}`,
      'something has read it for very long: end that, or start the server anew',
    )
  return unused > MUCH_UNUSED && octets > LONG_LOG
    ? warn('database', found, 'a backup leaves them out: back up and restore to have the room back')
    : ok('database', found)
}

/** Are the tables of this version? */
export function schema({ schema }: Beside): Finding {
  const last = schema.at(-1) ?? 'none'
  return schema.length === STEPS.length
    ? ok('schema', last)
    : warn(
        'schema',
        `${last}, this hufu has ${STEPS.at(-1)!}`,
        'it is brought up at the next start',
      )
}

/** Is the master key there, and the right one? */
export async function masterKey(config: Config, { db, schema }: Beside): Promise<Finding> {
  if (!schema.includes('0002-vault')) return ok('master-key', 'nothing is under one yet')
  try {
    const sources = masterKeySources(config)
    try {
      await ringBeside(() => masterRows(db), sources)
      const rows = await masterRows(db)
      const { place } = sources.current
      if (rows.length === 0) return ok('master-key', `${place}; nothing is under it yet`)
      return rows.length === 1
        ? ok('master-key', `${place}; leave it out of backups, keep a copy elsewhere`)
        : warn(
            'master-key',
            `${place}; a change of it is not finished`,
            'a server that runs ends it, or `hufu vault rotate`',
          )
    } finally {
      await sources.close()
    }
  } catch (error) {
    if (!(error instanceof HufuError)) throw error
    return fail(
      'master-key',
      error.message,
      `see docs/errors.md, ${error.code}: with the settings that the server has, doctor sees the same key`,
    )
  }
}

/** Is the audit record what was recorded? With when it was last written to, in ms since 1970. */
export async function audit(
  folder: string,
  { database, schema }: Beside,
): Promise<{ readonly finding: Finding; readonly lastAt: number }> {
  if (!schema.includes('0003-audit'))
    return { finding: ok('audit', 'nothing is recorded yet'), lastAt: 0 }
  const row = database.prepare('SELECT count(*) AS entries, max(at) AS at FROM audit_entries').get()
  const [entries, lastAt] = [Number(row?.['entries']), Number(row?.['at'] ?? 0)]
  if (entries > MOST_ENTRIES) {
    const found = `${entries} entries, not walked through`
    return { finding: ok('audit', `${found}: hufu audit verify`), lastAt }
  }
  const { fault, marked, last, restores } = await verifyAudit(folder)
  if (fault !== undefined) {
    const advice = 'copy the folder before anything else; hufu audit verify, and docs/operations.md'
    return { finding: fail('audit', faultText(fault), advice), lastAt }
  }
  const restored =
    restores.length === 0 ? '' : `, restored at ${restores.map(({ seq }) => seq).join(', ')}`
  const found = `${entries} entries whole, signed up to ${marked} of ${last}${restored}`
  return { finding: ok('audit', found), lastAt }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}
