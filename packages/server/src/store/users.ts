import { sql, type RawBuilder, type SqlBool } from 'kysely'
import type { UnixMs } from '../clock.ts'
import type { Db, UserState } from './schema.ts'

/** A user as the tables have them. */
export interface UserRow {
  readonly id: string
  readonly state: UserState
  readonly reason: string | null
  readonly created: number
}

/** One line of a list of users. */
export interface UserLine extends UserRow {
  /** Keys that are not revoked. */
  readonly keys: number
  /** Terminals where they are signed in. */
  readonly signedIn: number
}

/** Adds a user, unless they are there. */
export async function addUser(db: Db, id: string, created: UnixMs): Promise<void> {
  await db
    .insertInto('users')
    .values({ id, state: 'active', reason: null, created })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute()
}

/** The user of this ID. */
export async function findUser(db: Db, id: string): Promise<UserRow | undefined> {
  return db.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst()
}

/** At most `most` users in the order of their IDs, those after `after` and those only whose ID holds `part`. */
export async function listUsers(
  db: Db,
  { after, part, most, now }: { after: string; part: string; most: number; now: UnixMs },
): Promise<readonly UserLine[]> {
  const rows = await db
    .selectFrom('users as u')
    .select(({ selectFrom, fn }) => [
      'u.id',
      'u.state',
      'u.reason',
      'u.created',
      selectFrom('user_keys as k')
        .select(fn.countAll().as('n'))
        .whereRef('k.user', '=', 'u.id')
        .where('k.revoked', 'is', null)
        .as('keys'),
      selectFrom('bindings as b')
        .select(fn.countAll().as('n'))
        .whereRef('b.user', '=', 'u.id')
        .where('b.expires', '>', now)
        .as('signed_in'),
    ])
    .where('u.id', '>', after)
    .$if(part !== '', (query) => query.where(contains(part)))
    .orderBy('u.id')
    .limit(most)
    .execute()
  return rows.map(({ signed_in, keys, ...user }) => ({
    ...user,
    keys: Number(keys),
    signedIn: Number(signed_in),
  }))
}

/** Suspends a user, with an operator's words on why, or takes that back. */
export async function setUserState(
  db: Db,
  id: string,
  state: UserState,
  reason: string | null,
): Promise<void> {
  await db.updateTable('users').set({ state, reason }).where('id', '=', id).execute()
}

/** Removes a user, with keys, invitations, bindings and chips: they belong to it in the tables. */
export async function removeUser(db: Db, id: string): Promise<void> {
  await db.deleteFrom('users').where('id', '=', id).execute()
}

/** `like`, with what would stand for others standing for itself. */
function contains(part: string): RawBuilder<SqlBool> {
  const pattern = `%${part.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)}%`
  return sql<SqlBool>`u.id like ${pattern} escape '\\'`
}
