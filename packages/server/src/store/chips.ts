import type { UnixMs } from '../clock.ts'
import type { Db } from './schema.ts'

/** A terminal's chip speaks for this user from now on. */
export async function putChip(
  db: Db,
  terminal: Uint8Array,
  user: string,
  enrolled: UnixMs,
): Promise<void> {
  await db
    .insertInto('chips')
    .values({ terminal, user, enrolled })
    .onConflict((conflict) => conflict.column('terminal').doUpdateSet({ user, enrolled }))
    .execute()
}

/** The user that a terminal's chip speaks for. */
export async function chipUser(db: Db, terminal: Uint8Array): Promise<string | undefined> {
  const row = await db
    .selectFrom('chips')
    .select('user')
    .where('terminal', '=', terminal)
    .executeTakeFirst()
  return row?.user
}

/** The terminals whose chips speak for a user. */
export async function chipsOf(
  db: Db,
  user: string,
): Promise<readonly { readonly terminal: Uint8Array; readonly enrolled: number }[]> {
  return db
    .selectFrom('chips')
    .select(['terminal', 'enrolled'])
    .where('user', '=', user)
    .orderBy('enrolled')
    .execute()
}
