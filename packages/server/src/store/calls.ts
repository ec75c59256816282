import type { UnixMs } from '../clock.ts'
import { joinSession } from './joining.ts'
import type { Db, Schema } from './schema.ts'
import { createSession } from './sessions.ts'

/** A call, as it stands in its table. */
export type CallRow = Schema['calls']
/** Somebody who is or was in a call. */
export type CallMemberRow = Schema['call_members']
/** Somebody who is rung. */
export type CallRingRow = Schema['call_rings']

/** Makes a call with its initiator alone, and its two sessions. False if there is one of this id. */
export async function createCall(db: Db, call: CallRow, initiator: CallSeat): Promise<boolean> {
  if ((await findCall(db, call.id)) !== undefined) return false
  const now = call.created as UnixMs
  await createSession(db, call.signalling, [initiator.terminal], now)
  await createSession(db, call.media, [initiator.media], now)
  await db.updateTable('sessions').set({ lossy: 1 }).where('id', '=', call.media).execute()
  await db.insertInto('calls').values(call).execute()
  await seat(db, call.id, 0, { ...initiator, now })
  return true
}

/** Where a member is: the communication IDs of its two connections. */
export interface CallSeat {
  readonly user: string
  readonly terminal: Uint8Array
  readonly media: Uint8Array
}

/** The call of this id. */
export async function findCall(db: Db, id: Uint8Array): Promise<CallRow | undefined> {
  return db.selectFrom('calls').selectAll().where('id', '=', id).executeTakeFirst()
}

/** Those who are in a call now, in the order of their indices. */
export async function callMembers(db: Db, id: Uint8Array): Promise<readonly CallMemberRow[]> {
  return db
    .selectFrom('call_members')
    .selectAll()
    .where('call', '=', id)
    .where('left_at', 'is', null)
    .orderBy('position')
    .execute()
}

/** In how many calls a user is. */
export async function callsOfUser(db: Db, user: string): Promise<number> {
  const { count } = await db
    .selectFrom('call_members')
    .select((eb) => eb.fn.countAll().as('count'))
    .where('user', '=', user)
    .where('left_at', 'is', null)
    .executeTakeFirstOrThrow()
  return Number(count)
}

/**
 * A member comes in, with the same index in both sessions: the one that it had, if it was in this call by the same two
 * connections before. Undefined if the call is full, or its second connection is somebody else's.
 */
export async function enterCall(
  db: Db,
  { id, signalling, media }: CallRow,
  who: CallSeat,
  limits: { readonly most: number; readonly now: UnixMs },
): Promise<number | undefined> {
  const rows = db.selectFrom('call_members').selectAll().where('call', '=', id)
  const known = await rows.where('terminal', '=', who.terminal).executeTakeFirst()
  const other = await rows.where('media', '=', who.media).executeTakeFirst()
  if (known?.position !== other?.position) return undefined
  const index = await joinSession(db, signalling, who.terminal, limits)
  if (index === undefined || (known !== undefined && known.position !== index)) return undefined
  if ((await joinSession(db, media, who.media, limits)) !== index) return undefined
  await seat(db, id, index, { ...who, now: limits.now })
  return index
}

async function seat(
  db: Db,
  call: Uint8Array,
  position: number,
  { user, terminal, media, now }: CallSeat & { readonly now: number },
): Promise<void> {
  const fresh = { user, joined: now, left_at: null }
  await db
    .insertInto('call_members')
    .values({ call, position, terminal, media, ...fresh })
    .onConflict((conflict) => conflict.columns(['call', 'position']).doUpdateSet(fresh))
    .execute()
}

/** A member is out. */
export async function leaveCall(db: Db, id: Uint8Array, index: number, now: UnixMs): Promise<void> {
  await db
    .updateTable('call_members')
    .set({ left_at: now })
    .where('call', '=', id)
    .where('position', '=', index)
    .execute()
}

/** Rings a user, or goes on to. */
export async function keepRing(db: Db, ring: CallRingRow): Promise<void> {
  const { challenge, until } = ring
  await db
    .insertInto('call_rings')
    .values(ring)
    .onConflict((conflict) => conflict.columns(['call', 'user']).doUpdateSet({ challenge, until }))
    .execute()
}

/** Who is rung for a call. */
export async function callRings(db: Db, id: Uint8Array): Promise<readonly CallRingRow[]> {
  return db.selectFrom('call_rings').selectAll().where('call', '=', id).execute()
}

/** What rings a user for a call, if anything does. */
export async function ringOf(
  db: Db,
  id: Uint8Array,
  user: string,
): Promise<CallRingRow | undefined> {
  const rings = db.selectFrom('call_rings').selectAll().where('call', '=', id)
  return rings.where('user', '=', user).executeTakeFirst()
}

/** It rings no longer. False if it did not: somebody else was first. */
export async function endRing(db: Db, id: Uint8Array, user: string): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('call_rings')
    .where('call', '=', id)
    .where('user', '=', user)
    .executeTakeFirst()
  return numDeletedRows > 0n
}

/** Rings whose time is over. */
export async function lateRings(db: Db, now: UnixMs): Promise<readonly CallRingRow[]> {
  return db.selectFrom('call_rings').selectAll().where('until', '<=', now).execute()
}

/** Who the host is, and its epoch. */
export async function setHost(
  db: Db,
  id: Uint8Array,
  is: { readonly host: number; readonly epoch: number },
): Promise<void> {
  await db.updateTable('calls').set(is).where('id', '=', id).execute()
}

/** The call is over: nothing of it stays. */
export async function forgetCall(db: Db, id: Uint8Array): Promise<void> {
  await db.deleteFrom('calls').where('id', '=', id).execute()
}

/** Calls whose signalling session was last in use at `before` or earlier, or is gone. */
export async function idleCalls(db: Db, before: number): Promise<readonly CallRow[]> {
  return db
    .selectFrom('calls')
    .leftJoin('sessions', 'sessions.id', 'calls.signalling')
    .selectAll('calls')
    .where((eb) => eb.or([eb('last_used', 'is', null), eb('last_used', '<=', before)]))
    .execute()
}
