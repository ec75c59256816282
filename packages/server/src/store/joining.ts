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
  limits: JoinLimits,
): Promise<number | undefined> {
  const rows = (await selectKnown(db, { session, terminal })).rows
  const here = rows.find((row) => row.left_at === null)
  if (here !== undefined) return here.position
  const known = rows[0]
  if (known === undefined) return addMember(db, session, terminal, limits)
  const { position } = known
  return (await comeBack(db, session, position, limits)) ? position : undefined
}

/** How many may be in a session, and what time it is. */
export interface JoinLimits {
  readonly most: number
  readonly now: UnixMs
}

/** Makes `terminal` a member under an index that nobody has had. Undefined as for {@link joinSession}. */
export async function addMember(
  db: Db,
  session: Uint8Array,
  terminal: Uint8Array,
  { most, now }: JoinLimits,
): Promise<number | undefined> {
  const last = await lastIn(db, session)
  if (last === undefined || last === LAST_INDEX || (await isFull(db, session, last, most)))
    return undefined
  await touch(db, { session, now })
  const position = last + 1
  await insert(db, { session, position, terminal })
  return position
}

/** A member that has left is one again. False if the session is full, or there is none. */
export async function comeBack(
  db: Db,
  session: Uint8Array,
  position: number,
  { most, now }: JoinLimits,
): Promise<boolean> {
  const last = await lastIn(db, session)
  if (last === undefined || (await isFull(db, session, last, most))) return false
  await touch(db, { session, now })
  await unleave(db, { session, position })
  return true
}

async function lastIn(db: Db, session: Uint8Array): Promise<number | undefined> {
  return (await selectLast(db, { session })).rows[0]?.last ?? undefined
}

/** Members are counted only where there may be too many. */
async function isFull(db: Db, session: Uint8Array, last: number, most: number): Promise<boolean> {
  return last + 1 >= most && Number((await selectCount(db, { session })).rows[0]!.count) >= most
}

interface InSession {
  readonly session: Uint8Array
}

const selectKnown = prepared((db, given: InSession & { readonly terminal: Uint8Array }) =>
  db
    .selectFrom('members')
    .select(['position', 'left_at'])
    .where('session', '=', given.session)
    .where('terminal', '=', given.terminal),
)

// alone, so that it is read off the end of an index
const selectLast = prepared((db, { session }: InSession) =>
  db
    .selectFrom('members')
    .select((eb) => eb.fn.max('position').as('last'))
    .where('session', '=', session),
)

const selectCount = prepared((db, { session }: InSession) =>
  db
    .selectFrom('members')
    .select((eb) => eb.fn.countAll().as('count'))
    .where('session', '=', session)
    .where('left_at', 'is', null),
)

const touch = prepared((db, given: InSession & { readonly now: UnixMs }) =>
  db.updateTable('sessions').set({ last_used: given.now }).where('id', '=', given.session),
)

const insert = prepared(
  (db, given: InSession & { readonly position: number; readonly terminal: Uint8Array }) =>
    db.insertInto('members').values({
      session: given.session,
      position: given.position,
      terminal: given.terminal,
      left_at: null,
    }),
)

const unleave = prepared((db, given: InSession & { readonly position: number }) =>
  db
    .updateTable('members')
    .set({ left_at: null })
    .where('session', '=', given.session)
    .where('position', '=', given.position),
)

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
