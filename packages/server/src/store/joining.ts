import type { UnixMs } from '../clock.ts'
import { prepared } from './prepared.ts'
import type { Db } from './schema.ts'

/** The largest index that a data frame can be sent to. */
const LAST_INDEX = 0xfffe

/** Where a terminal stands in a session, and who has left it for good. */
export interface Place {
  /** The terminal's own index; undefined if it is no member, or has left. */
  readonly index: number | undefined
  /** The indices of those who have left. */
  readonly left: readonly number[]
  /** The session carries media: what is late is dropped. */
  readonly lossy: boolean
}

/** What the store knows of `terminal` in this session; nobody at all if there is no such session. */
export async function placeIn(db: Db, session: Uint8Array, terminal: Uint8Array): Promise<Place> {
  const { rows } = await selectPlace(db, { session, terminal })
  return {
    index: rows.find((row) => row.left_at === null)?.position,
    left: rows.filter((row) => row.left_at !== null).map((row) => row.position),
    lossy: rows[0]?.lossy === 1,
  }
}

/**
 * Makes `terminal` a member of a session, or one again: the result is its index, that of its first time if there was one.
 * Rows stay while the session lives, so no index ever passes to another. Undefined if there is no such session, if `most`
 * members have not left, or if all indices are spent.
 */
export async function joinSession(
  db: Db,
  session: Uint8Array,
  terminal: Uint8Array,
  limits: { readonly most: number; readonly now: UnixMs },
): Promise<number | undefined> {
  const known = await db
    .selectFrom('members')
    .select(['position', 'left_at'])
    .where('session', '=', session)
    .where('terminal', '=', terminal)
    .executeTakeFirst()
  if (known?.left_at === null) return known.position
  const { last, members } = await db
    .selectFrom('members')
    .select((eb) => [
      eb.fn.max('position').as('last'),
      eb.fn.countAll().filterWhere('left_at', 'is', null).as('members'),
    ])
    .where('session', '=', session)
    .executeTakeFirstOrThrow()
  if (last === null || Number(members) >= limits.most) return undefined
  await db
    .updateTable('sessions')
    .set({ last_used: limits.now })
    .where('id', '=', session)
    .execute()
  if (known !== undefined) {
    await db
      .updateTable('members')
      .set({ left_at: null })
      .where('session', '=', session)
      .where('position', '=', known.position)
      .execute()
    return known.position
  }
  const position = last + 1
  if (position > LAST_INDEX) return undefined
  await db.insertInto('members').values({ session, position, terminal, left_at: null }).execute()
  return position
}

/** The row of a member, and those of all who have left. */
const selectPlace = prepared(
  (db, given: { readonly session: Uint8Array; readonly terminal: Uint8Array }) =>
    db
      .selectFrom('members')
      .innerJoin('sessions', 'sessions.id', 'members.session')
      .select(['position', 'left_at', 'lossy'])
      .where('session', '=', given.session)
      .where((eb) => eb.or([eb('terminal', '=', given.terminal), eb('left_at', 'is not', null)]))
      .orderBy('position'),
)
