import type { Kysely } from 'kysely'
import { index, type OctetsType } from './columns.ts'

/** Who runs the server: accounts, what they are signed in by, their tokens, and codes that open an account. */
export async function operatorTables(db: Kysely<unknown>, octets: OctetsType): Promise<void> {
  await db.schema
    .createTable('operators')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('role', 'text', (column) => column.notNull())
    .addColumn('passphrase', 'text')
    .addColumn('created', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('operator_sessions')
    .addColumn('hash', octets, (column) => column.primaryKey())
    .addColumn('operator', 'text', (column) =>
      column.notNull().references('operators.name').onDelete('cascade'),
    )
    .addColumn('kept_by', 'text', (column) => column.notNull())
    .addColumn('created', 'bigint', (column) => column.notNull())
    .addColumn('last_used', 'bigint', (column) => column.notNull())
    .execute()
  await index(db, 'operator_sessions', ['operator'])
  await index(db, 'operator_sessions', ['last_used'])
  await db.schema
    .createTable('operator_tokens')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('hash', octets, (column) => column.notNull().unique())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('operator', 'text', (column) =>
      column.notNull().references('operators.name').onDelete('cascade'),
    )
    .addColumn('made_by', 'text', (column) =>
      column.references('operator_tokens.id').onDelete('cascade'),
    )
    .addColumn('scope', 'text', (column) => column.notNull())
    .addColumn('created', 'bigint', (column) => column.notNull())
    .addColumn('expires', 'bigint', (column) => column.notNull())
    .addColumn('last_used', 'bigint')
    .execute()
  await index(db, 'operator_tokens', ['operator', 'created'])
  await index(db, 'operator_tokens', ['made_by'])
  await index(db, 'operator_tokens', ['expires'])
  await db.schema
    .createTable('operator_codes')
    .addColumn('hash', octets, (column) => column.primaryKey())
    .addColumn('operator', 'text', (column) =>
      column.references('operators.name').onDelete('cascade'),
    )
    .addColumn('expires', 'bigint', (column) => column.notNull())
    .execute()
  await index(db, 'operator_codes', ['operator'])
}
