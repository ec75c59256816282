import type { UnixMs } from '../clock.ts'
import { prepared } from './prepared.ts'
import type { Db } from './schema.ts'

/** Notes that a user has signed in at a terminal. */
export async function noteVisit(
  db: Db,
  terminal: Uint8Array,
  user: string,
  now: UnixMs,
): Promise<void> {
  await upsert(db, { terminal, user, last: now })
}

/** Who has signed in at a terminal before and may again, the latest first, at most `most`. */
export async function visitors(
  db: Db,
  terminal: Uint8Array,
  most: number,
): Promise<readonly string[]> {
  return (await selectUsers(db, { terminal, most })).rows.map(({ user }) => user)
}

/** Forgets visits of long ago. */
export async function sweepVisits(db: Db, before: number): Promise<void> {
  await db.deleteFrom('visits').where('last', '<=', before).execute()
}

interface Visit {
  readonly terminal: Uint8Array
  readonly user: string
  readonly last: UnixMs
}

const upsert = prepared((db, { terminal, user, last }: Visit) =>
  db
    .insertInto('visits')
    .values({ terminal, user, last })
    .onConflict((conflict) => conflict.columns(['terminal', 'user']).doUpdateSet({ last })),
)

const selectUsers = prepared(
  (db, { terminal, most }: { readonly terminal: Uint8Array; readonly most: number }) =>
    db
      .selectFrom('visits')
      .innerJoin('users', 'users.id', 'visits.user')
      .select('visits.user')
      .where('visits.terminal', '=', terminal)
      .where('users.state', '=', 'active')
      .orderBy('visits.last', 'desc')
      .limit(most),
)
