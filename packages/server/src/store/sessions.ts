import type { UnixMs } from '../clock.ts'
import type { Db } from './schema.ts'

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
  await db.insertInto('sessions').values({ id, created: now, last_used: now }).execute()
  await db
    .insertInto('members')
    .values(
      terminals.map((terminal, position) => ({ session: id, position, terminal, left_at: null })),
    )
    .execute()
}

/** The members of a session in order of their index; none if there is no such session. */
export async function sessionMembers(db: Db, id: Uint8Array): Promise<readonly MemberRow[]> {
  const rows = await db
    .selectFrom('members')
    .select(['position', 'terminal', 'left_at'])
    .where('session', '=', id)
    .orderBy('position')
    .execute()
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
  await db
    .updateTable('members')
    .set({ left_at: now })
    .where('session', '=', id)
    .where('position', '=', index)
    .execute()
  const members = await sessionMembers(db, id)
  if (members.every((member) => member.left)) await forgetSession(db, id)
}

/** Forgets a session and its members. */
export async function forgetSession(db: Db, id: Uint8Array): Promise<void> {
  await db.deleteFrom('sessions').where('id', '=', id).execute()
}

/** These sessions are in use now. */
export async function touchSessions(
  db: Db,
  ids: readonly Uint8Array[],
  now: UnixMs,
): Promise<void> {
  for (const id of ids)
    await db.updateTable('sessions').set({ last_used: now }).where('id', '=', id).execute()
}

/** The sessions that a terminal has beyond `most`, the longest unused first. */
export async function surplusSessions(
  db: Db,
  terminal: Uint8Array,
  most: number,
): Promise<readonly Uint8Array[]> {
  const mine = db
    .selectFrom('members')
    .where('terminal', '=', terminal)
    .where('left_at', 'is', null)
  const { count } = await mine
    .select((eb) => eb.fn.countAll().as('count'))
    .executeTakeFirstOrThrow()
  if (Number(count) <= most) return []
  const rows = await mine
    .innerJoin('sessions', 'sessions.id', 'members.session')
    .select('sessions.id')
    .orderBy('sessions.last_used')
    .limit(Number(count) - most)
    .execute()
  return rows.map((row) => row.id)
}

/** Forgets sessions not used after `before`. */
export async function sweepSessions(db: Db, before: number): Promise<void> {
  await db.deleteFrom('sessions').where('last_used', '<=', before).execute()
}
