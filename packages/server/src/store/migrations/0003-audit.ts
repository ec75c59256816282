import type { Kysely } from 'kysely'
import type { OctetsType } from './columns.ts'

/** What the audit record keeps, with its head at nothing. */
export async function auditTables(db: Kysely<unknown>, octets: OctetsType): Promise<void> {
  // in SQLite, and there only, an `integer` key is where the row stands: no second index beside the rows
  const place = octets === 'blob' ? 'integer' : 'bigint'
  await db.schema
    .createTable('audit_entries')
    .addColumn('seq', place, (column) => column.primaryKey())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('actor', 'text', (column) => column.notNull())
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('object_kind', 'text', (column) => column.notNull())
    .addColumn('object_id', 'text', (column) => column.notNull())
    .addColumn('outcome', 'text', (column) => column.notNull())
    .addColumn('detail', 'text', (column) => column.notNull())
    .addColumn('hash', octets, (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('audit_head')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('seq', 'bigint', (column) => column.notNull())
    .addColumn('hash', octets, (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('audit_marks')
    .addColumn('seq', place, (column) => column.primaryKey())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('hash', octets, (column) => column.notNull())
    .addColumn('begins', 'integer', (column) => column.notNull())
    .addColumn('public_key', octets, (column) => column.notNull())
    .addColumn('signature', octets, (column) => column.notNull())
    .execute()
  await (db as Kysely<{ audit_head: { id: string; seq: number; hash: Uint8Array } }>)
    .insertInto('audit_head')
    .values({ id: 'head', seq: 0, hash: new Uint8Array(32) })
    .execute()
}
