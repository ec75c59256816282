import type { Kysely } from 'kysely'

/** The name of a column type for octets: the one thing in which the dialects' tables differ. */
export type OctetsType = 'blob' | 'bytea'

/** Makes an index over some columns, named after them. */
export async function index(
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
