import { HufuError } from '@hufu/protocol/wire'
import type { Kysely } from 'kysely'
import { Migrator, type Migration } from 'kysely/migration'
import { pairTables } from './migrations/0001-pair.ts'
import { vaultTables } from './migrations/0002-vault.ts'
import { auditTables } from './migrations/0003-audit.ts'
import { operatorTables } from './migrations/0004-operators.ts'
import { identityTables } from './migrations/0005-identity.ts'
import { callTables } from './migrations/0006-calls.ts'
import { callSeats } from './migrations/0007-call-seats.ts'
import type { OctetsType } from './migrations/columns.ts'
import type { Db } from './schema.ts'

/**
 * Brings the tables up to this version.
 *
 * @throws {HufuError} `ERR_STORE_VERSION` if a newer hufu has written here, or a step failed.
 */
export async function migrate(db: Db, octets: OctetsType): Promise<void> {
  const migrations = all(octets)
  await schemaOf(db)
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } })
  const { error } = await migrator.migrateToLatest()
  if (error !== undefined)
    throw new HufuError(
      'ERR_STORE_VERSION',
      'the tables in the data folder could not be brought up to date; restore a backup, or report this',
      { cause: error },
    )
}

/**
 * Names of the steps that have made the tables, none if there are no tables.
 *
 * @throws {HufuError} `ERR_STORE_VERSION` if this version does not know one.
 */
export async function schemaOf(db: Db): Promise<readonly string[]> {
  const names = await applied(db)
  const newer = names.filter((name) => !STEPS.includes(name))
  if (newer.length === 0) return names
  throw new HufuError(
    'ERR_STORE_VERSION',
    `the data folder was written by a newer hufu (${newer.join(', ')}); start that version, or restore an older backup`,
  )
}

const APPLIED = 'kysely_migration'

async function applied(db: Db): Promise<readonly string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true })
  if (!tables.some((table) => table.name === APPLIED)) return []
  const rows = await (db as unknown as Kysely<{ kysely_migration: { name: string } }>)
    .selectFrom(APPLIED)
    .select('name')
    .execute()
  return rows.map((row) => row.name)
}

/** In order of their names. A migration that has been released is never edited. */
function all(octets: OctetsType): Record<string, Migration> {
  return {
    '0001-pair': { up: (db) => pairTables(db, octets) },
    '0002-vault': { up: (db) => vaultTables(db, octets) },
    '0003-audit': { up: (db) => auditTables(db, octets) },
    '0004-operators': { up: (db) => operatorTables(db, octets) },
    '0005-identity': { up: (db) => identityTables(db, octets) },
    '0006-calls': { up: (db) => callTables(db, octets) },
    '0007-call-seats': { up: (db) => callSeats(db) },
  }
}

/** Names of all steps, in their order. */
export const STEPS: readonly string[] = Object.keys(all('blob'))
