import type { Kysely } from 'kysely'
import { index } from './columns.ts'

/** Calls of a thousand: what is asked whenever somebody comes in has an index. And who had the rest rung last. */
export async function callSeats(db: Kysely<unknown>): Promise<void> {
  await index(db, 'members', ['session', 'terminal'])
  await index(db, 'call_members', ['call', 'terminal'])
  await index(db, 'call_members', ['call', 'media'])
  await index(db, 'call_rings', ['user'])
  await db.schema
    .alterTable('calls')
    .addColumn('rung_by', 'text', (column) => column.notNull().defaultTo(''))
    .execute()
}
