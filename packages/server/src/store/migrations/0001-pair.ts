import type { Kysely } from 'kysely'
import { index, type OctetsType } from './columns.ts'

/** What pairings and sessions keep. */
export async function pairTables(db: Kysely<unknown>, octets: OctetsType): Promise<void> {
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
