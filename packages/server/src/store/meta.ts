import type { Db } from './schema.ts'

/** The value kept under `name`; `make` is called once in the life of a store. */
export async function keepMeta(db: Db, name: string, make: () => Uint8Array): Promise<Uint8Array> {
  await db
    .insertInto('meta')
    .values({ name, value: make() })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const row = await db
    .selectFrom('meta')
    .select('value')
    .where('name', '=', name)
    .executeTakeFirstOrThrow()
  return row.value
}

/** The value kept under `name`, if any. */
export async function findMeta(db: Db, name: string): Promise<Uint8Array | undefined> {
  const row = await db
    .selectFrom('meta')
    .select('value')
    .where('name', '=', name)
    .executeTakeFirst()
  return row?.value
}

/** Keeps a value under `name`, in place of any that is there. */
export async function putMeta(db: Db, name: string, value: Uint8Array): Promise<void> {
  await db
    .insertInto('meta')
    .values({ name, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute()
}

/** Keeps nothing under `name` any more. */
export async function dropMeta(db: Db, name: string): Promise<void> {
  await db.deleteFrom('meta').where('name', '=', name).execute()
}
