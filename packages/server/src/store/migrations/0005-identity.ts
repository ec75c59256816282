import type { Kysely } from 'kysely'
import { index, type OctetsType } from './columns.ts'

/** Users, their keys, what certifies them, and where they are signed in. */
export async function identityTables(db: Kysely<unknown>, octets: OctetsType): Promise<void> {
  await db.schema
    .createTable('users')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('reason', 'text')
    .addColumn('created', 'bigint', (column) => column.notNull())
    .execute()
  await keyTables(db, octets)
  await invitationTable(db, octets)
  await bindingTables(db, octets)
  await db.schema
    .createTable('issuers')
    .addColumn('id', octets, (column) => column.primaryKey())
    .addColumn('certificate', octets, (column) => column.notNull())
    .addColumn('namespaces', 'text', (column) => column.notNull())
    .addColumn('ours', 'integer', (column) => column.notNull())
    .addColumn('added', 'bigint', (column) => column.notNull())
    .execute()
}

async function keyTables(db: Kysely<unknown>, octets: OctetsType): Promise<void> {
  await db.schema
    .createTable('user_keys')
    .addColumn('id', octets, (column) => column.primaryKey())
    .addColumn('user', 'text', (column) =>
      column.notNull().references('users.id').onDelete('cascade'),
    )
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('algorithm', 'text', (column) => column.notNull())
    .addColumn('cert_signing', octets, (column) => column.notNull())
    .addColumn('cert_agreement', octets, (column) => column.notNull())
    .addColumn('expires', 'bigint', (column) => column.notNull())
    .addColumn('created', 'bigint', (column) => column.notNull())
    .addColumn('last_used', 'bigint')
    .addColumn('revoked', 'bigint')
    .addColumn('reason', 'text')
    .execute()
  await index(db, 'user_keys', ['user', 'created'])
  // they outlive their keys and users: as long as one would be believed, it must be known to be revoked
  await db.schema
    .createTable('certificates')
    .addColumn('serial', octets, (column) => column.primaryKey())
    .addColumn('issuer', octets, (column) => column.notNull())
    .addColumn('key', octets, (column) => column.notNull())
    .addColumn('expires', 'bigint', (column) => column.notNull())
    .addColumn('revoked', 'bigint')
    .execute()
  await index(db, 'certificates', ['key'])
  await index(db, 'certificates', ['issuer', 'revoked'])
  await index(db, 'certificates', ['expires'])
  await db.schema
    .createTable('passkeys')
    .addColumn('credential', octets, (column) => column.primaryKey())
    .addColumn('key', octets, (column) =>
      column.notNull().references('user_keys.id').onDelete('cascade'),
    )
    .addColumn('host', 'text', (column) => column.notNull())
    .addColumn('sealed', octets, (column) => column.notNull())
    .execute()
  await index(db, 'passkeys', ['key'])
}

async function invitationTable(db: Kysely<unknown>, octets: OctetsType): Promise<void> {
  await db.schema
    .createTable('invitations')
    .addColumn('id', octets, (column) => column.primaryKey())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('user', 'text', (column) =>
      column.notNull().references('users.id').onDelete('cascade'),
    )
    .addColumn('created', 'bigint', (column) => column.notNull())
    .addColumn('expires', 'bigint')
    .addColumn('used_by', octets)
    .execute()
  await index(db, 'invitations', ['user'])
  await index(db, 'invitations', ['expires'])
}

async function bindingTables(db: Kysely<unknown>, octets: OctetsType): Promise<void> {
  await db.schema
    .createTable('bindings')
    .addColumn('terminal', octets, (column) => column.primaryKey())
    .addColumn('user', 'text', (column) =>
      column.notNull().references('users.id').onDelete('cascade'),
    )
    .addColumn('proved_by', 'text', (column) => column.notNull())
    .addColumn('key', octets, (column) => column.references('user_keys.id').onDelete('cascade'))
    .addColumn('since', 'bigint', (column) => column.notNull())
    .addColumn('expires', 'bigint', (column) => column.notNull())
    .addColumn('last_seen', 'bigint', (column) => column.notNull())
    .execute()
  await index(db, 'bindings', ['user', 'since'])
  await index(db, 'bindings', ['key'])
  await index(db, 'bindings', ['expires'])
  await index(db, 'bindings', ['last_seen'])
  await db.schema
    .createTable('visits')
    .addColumn('terminal', octets, (column) => column.notNull())
    .addColumn('user', 'text', (column) =>
      column.notNull().references('users.id').onDelete('cascade'),
    )
    .addColumn('last', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('visits_pk', ['terminal', 'user'])
    .execute()
  await index(db, 'visits', ['user'])
  await index(db, 'visits', ['last'])
  await db.schema
    .createTable('endings')
    .addColumn('terminal', octets, (column) => column.primaryKey())
    .addColumn('user', 'text', (column) => column.notNull())
    .addColumn('code', 'text', (column) => column.notNull())
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .execute()
  await index(db, 'endings', ['at'])
  await db.schema
    .createTable('chips')
    .addColumn('terminal', octets, (column) => column.primaryKey())
    .addColumn('user', 'text', (column) =>
      column.notNull().references('users.id').onDelete('cascade'),
    )
    .addColumn('enrolled', 'bigint', (column) => column.notNull())
    .execute()
  await index(db, 'chips', ['user'])
}
