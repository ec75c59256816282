import type { Kysely } from 'kysely'
import { index, type OctetsType } from './columns.ts'

/** Calls: who is in them, who is rung, and sessions that may drop what is late. */
export async function callTables(db: Kysely<unknown>, octets: OctetsType): Promise<void> {
  await db.schema
    .alterTable('sessions')
    .addColumn('lossy', 'integer', (column) => column.notNull().defaultTo(0))
    .execute()
  await db.schema
    .createTable('calls')
    .addColumn('id', octets, (column) => column.primaryKey())
    .addColumn('initiator', 'text', (column) => column.notNull())
    .addColumn('host', 'integer', (column) => column.notNull())
    .addColumn('server', 'text', (column) => column.notNull())
    .addColumn('r1', octets, (column) => column.notNull())
    .addColumn('cert_signing', octets, (column) => column.notNull())
    .addColumn('cert_agreement', octets, (column) => column.notNull())
    .addColumn('signalling', octets, (column) => column.notNull())
    .addColumn('media', octets, (column) => column.notNull())
    .addColumn('checks_members', 'integer', (column) => column.notNull())
    .addColumn('epoch', 'bigint', (column) => column.notNull())
    .addColumn('created', 'bigint', (column) => column.notNull())
    .execute()
  await index(db, 'calls', ['signalling'])
  await index(db, 'calls', ['created'])
  await db.schema
    .createTable('call_members')
    .addColumn('call', octets, (column) =>
      column.notNull().references('calls.id').onDelete('cascade'),
    )
    .addColumn('position', 'integer', (column) => column.notNull())
    .addColumn('user', 'text', (column) => column.notNull())
    .addColumn('terminal', octets, (column) => column.notNull())
    .addColumn('media', octets, (column) => column.notNull())
    .addColumn('joined', 'bigint', (column) => column.notNull())
    .addColumn('left_at', 'bigint')
    .addPrimaryKeyConstraint('call_members_pk', ['call', 'position'])
    .execute()
  await index(db, 'call_members', ['user'])
  await index(db, 'call_members', ['terminal'])
  await db.schema
    .createTable('call_rings')
    .addColumn('call', octets, (column) =>
      column.notNull().references('calls.id').onDelete('cascade'),
    )
    .addColumn('user', 'text', (column) => column.notNull())
    .addColumn('challenge', octets)
    .addColumn('until', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('call_rings_pk', ['call', 'user'])
    .execute()
  await index(db, 'call_rings', ['until'])
}
