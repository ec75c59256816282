import { HufuError } from '@hufu/protocol/wire'
import type { Kysely } from 'kysely'
import { Migrator, type Migration } from 'kysely/migration'
import type { Db } from './schema.ts'

/** The name of a column type for octets: the one thing in which the dialects' tables differ. */
export type OctetsType = 'blob' | 'bytea'

/**
 * Brings the tables up to this version.
 *
 * @throws {HufuError} `ERR_STORE_VERSION` if a newer hufu has written here, or a step failed.
 */
export async function migrate(db: Db, octets: OctetsType): Promise<void> {
  const migrations = all(octets)
  const newer = (await applied(db)).filter((name) => !Object.hasOwn(migrations, name))
  if (newer.length > 0)
    throw new HufuError(
      'ERR_STORE_VERSION',
      `the data folder was written by a newer hufu (${newer.join(', ')}); start that version, or restore an older backup`,
    )
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } })
  const { error } = await migrator.migrateToLatest()
  if (error !== undefined)
    throw new HufuError(
      'ERR_STORE_VERSION',
      'the tables in the data folder could not be brought up to date; restore a backup, or report this',
      { cause: error },
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
  return { '0001-pair': { up: (db) => firstTables(db, octets) } }
}

async function firstTables(db: Kysely<unknown>, octets: OctetsType): Promise<void> {
  await db.schema
    .createTable('meta')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('value', octets, (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('slots')
    .addColumn('number', 'text', (column) => column.primaryKey())
    .addColumn('terminal', octets, (column) => column.notNull())
    .addColumn('source', octets, (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('opened', 'bigint', (column) => column.notNull())
    .addColumn('expires', 'bigint', (column) => column.notNull())
    .addColumn('rests_until', 'bigint', (column) => column.notNull())
    .execute()
  await index(db, 'slots', ['state', 'expires'])
  await index(db, 'slots', ['source', 'state'])
  await index(db, 'slots', ['rests_until'])
  await db.schema
    .createTable('names')
    .addColumn('name', octets, (column) => column.primaryKey())
    .addColumn('terminal', octets, (column) => column.notNull())
    .addColumn('claimed', 'bigint', (column) => column.notNull())
    .addColumn('last_used', 'bigint', (column) => column.notNull())
    .execute()
  await index(db, 'names', ['terminal'])
  await index(db, 'names', ['last_used'])
  await db.schema
    .createTable('guesses')
    .addColumn('id', octets, (column) => column.primaryKey())
    .addColumn('against', octets, (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .execute()
  await index(db, 'guesses', ['against', 'at'])
  await index(db, 'guesses', ['at'])
  await db.schema
    .createTable('sessions')
    .addColumn('id', octets, (column) => column.primaryKey())
    .addColumn('created', 'bigint', (column) => column.notNull())
    .addColumn('last_used', 'bigint', (column) => column.notNull())
    .execute()
  await index(db, 'sessions', ['last_used'])
  await db.schema
    .createTable('members')
    .addColumn('session', octets, (column) =>
      column.notNull().references('sessions.id').onDelete('cascade'),
    )
    .addColumn('position', 'integer', (column) => column.notNull())
    .addColumn('terminal', octets, (column) => column.notNull())
    .addColumn('left_at', 'bigint')
    .addPrimaryKeyConstraint('members_pk', ['session', 'position'])
    .execute()
  await index(db, 'members', ['terminal'])
}

async function index(
  db: Kysely<unknown>,
  table: string,
  columns: readonly string[],
): Promise<void> {
  await db.schema
    .createIndex([table, ...columns].join('_'))
    .on(table)
    .columns([...columns])
    .execute()
}
