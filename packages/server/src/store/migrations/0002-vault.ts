import type { Kysely } from 'kysely'
import { index, type OctetsType } from './columns.ts'

/** What the vault keeps: master keys by their ids, data keys under them, secrets under those. */
export async function vaultTables(db: Kysely<unknown>, octets: OctetsType): Promise<void> {
  await db.schema
    .createTable('vault_masters')
    .addColumn('id', octets, (column) => column.primaryKey())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('proof', octets, (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('vault_keys')
    // never given twice, so that whatever comes while the master key changes comes behind
    .addColumn('serial', octets === 'blob' ? 'integer' : 'bigserial', (column) =>
      octets === 'blob' ? column.primaryKey().autoIncrement() : column.primaryKey(),
    )
    .addColumn('id', octets, (column) => column.notNull())
    .addColumn('owner', 'text', (column) => column.notNull())
    .addColumn('master', octets, (column) => column.notNull())
    .addColumn('wrapped', octets, (column) => column.notNull())
    .addColumn('seals', 'bigint', (column) => column.notNull())
    .execute()
  await index(db, 'vault_keys', ['owner', 'serial'])
  await db.schema
    .createTable('vault_secrets')
    .addColumn('owner', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('key', 'bigint', (column) => column.notNull())
    .addColumn('sealed', octets, (column) => column.notNull())
    .addPrimaryKeyConstraint('vault_secrets_pk', ['owner', 'name'])
    .execute()
}
