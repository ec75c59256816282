import type { UnixMs } from '../clock.ts'
import { prepared } from './prepared.ts'
import type { Db } from './schema.ts'

/** Sessions in one statement. Our choice: far fewer than a statement may have parameters. */
const IN_ONE = 250

/** One member of a session, as the store knows it. */
export interface MemberRow {
  readonly index: number
  readonly terminal: Uint8Array
  readonly left: boolean
}

/** Makes a session of these terminals: a member's index is its place here. */
export async function createSession(
  db: Db,
  id: Uint8Array,
  terminals: readonly Uint8Array[],
  now: UnixMs,
): Promise<void> {
  await insertSession(db, { id, now })
  for (const [position, terminal] of terminals.entries())
    await insertMember(db, { id, position, terminal })
}

/** The members of a session in order of their index; none if there is no such session. */
export async function sessionMembers(db: Db, id: Uint8Array): Promise<readonly MemberRow[]> {
  const { rows } = await selectMembers(db, { id })
  return rows.map(({ position, terminal, left_at }) => ({
    index: position,
    terminal,
    left: left_at !== null,
  }))
}

/** The member leaves for good; with the last of them the session goes. */
export async function leaveSession(
  db: Db,
  id: Uint8Array,
  index: number,
  now: UnixMs,
): Promise<void> {
  await markLeft(db, { id, index, now })
  await deleteLeft(db, { id })
}

/** Forgets a session and its members. */
export async function forgetSession(db: Db, id: Uint8Array): Promise<void> {
  await deleteSession(db, { id })
}

/** These sessions are in use now. */
export async function touchSessions(
  db: Db,
  ids: readonly Uint8Array[],
  now: UnixMs,
): Promise<void> {
  for (let at = 0; at < ids.length; at += IN_ONE) {
    const some = ids.slice(at, at + IN_ONE)
    await db.updateTable('sessions').set({ last_used: now }).where('id', 'in', some).execute()
  }
}

/** No session was last in use after `now`: the clock was put back. */
export async function pullBackSessions(db: Db, now: UnixMs): Promise<void> {
  await db.updateTable('sessions').set({ last_used: now }).where('last_used', '>', now).execute()
}

/** The sessions that a terminal has beyond `most`, the longest unused first. */
export async function surplusSessions(
  db: Db,
  terminal: Uint8Array,
  most: number,
): Promise<readonly Uint8Array[]> {
  const { rows } = await selectCount(db, { terminal })
  const surplus = Number(rows[0]!.count) - most
  if (surplus <= 0) return []
  const found = await selectOldest(db, { terminal, surplus })
  return found.rows.map(({ id }) => id)
}

/** Forgets sessions not used after `before`. */
export async function sweepSessions(db: Db, before: number): Promise<void> {
  await db.deleteFrom('sessions').where('last_used', '<=', before).execute()
}

const insertSession = prepared(
  (db, { id, now }: { readonly id: Uint8Array; readonly now: UnixMs }) =>
    db.insertInto('sessions').values({ id, created: now, last_used: now }),
)

const insertMember = prepared(
  (
    db,
    given: { readonly id: Uint8Array; readonly position: number; readonly terminal: Uint8Array },
  ) =>
    db.insertInto('members').values({
      session: given.id,
      position: given.position,
      terminal: given.terminal,
      left_at: null,
    }),
)

const selectMembers = prepared((db, { id }: { readonly id: Uint8Array }) =>
  db
    .selectFrom('members')
    .select(['position', 'terminal', 'left_at'])
    .where('session', '=', id)
    .orderBy('position'),
)

const markLeft = prepared(
  (db, given: { readonly id: Uint8Array; readonly index: number; readonly now: UnixMs }) =>
    db
      .updateTable('members')
      .set({ left_at: given.now })
      .where('session', '=', given.id)
      .where('position', '=', given.index),
)

/** Deletes a session that all have left. */
const deleteLeft = prepared((db, { id }: { readonly id: Uint8Array }) =>
  db
    .deleteFrom('sessions')
    .where('id', '=', id)
    .where(({ exists, not, selectFrom }) =>
      not(
        exists(
          selectFrom('members')
            .select('position')
            .where('session', '=', id)
            .where('left_at', 'is', null),
        ),
      ),
    ),
)

const selectCount = prepared((db, { terminal }: { readonly terminal: Uint8Array }) =>
  db
    .selectFrom('members')
    .select((eb) => eb.fn.countAll().as('count'))
    .where('terminal', '=', terminal)
    .where('left_at', 'is', null),
)

const selectOldest = prepared(
  (db, { terminal, surplus }: { readonly terminal: Uint8Array; readonly surplus: number }) =>
    db
      .selectFrom('members')
      .innerJoin('sessions', 'sessions.id', 'members.session')
      .select('sessions.id')
      .where('terminal', '=', terminal)
      .where('left_at', 'is', null)
      .orderBy('sessions.last_used')
      .limit(surplus),
)

const deleteSession = prepared((db, { id }: { readonly id: Uint8Array }) =>
  db.deleteFrom('sessions').where('id', '=', id),
)
