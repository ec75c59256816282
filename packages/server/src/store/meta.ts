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
