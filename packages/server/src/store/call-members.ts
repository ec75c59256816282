import { hex } from '@hufu/protocol/crypto'
import type { UnixMs } from '../clock.ts'
import { addMember, comeBack, type JoinLimits } from './joining.ts'
import { prepared } from './prepared.ts'
import type { CallKeys } from './calls.ts'
import type { Db, Schema } from './schema.ts'
import { leaveSession } from './sessions.ts'

/** Somebody who is or was in a call. */
export type CallMemberRow = Schema['call_members']

/** Where a member is: the communication IDs of its two connections. */
export interface CallSeat {
  readonly user: string
  readonly terminal: Uint8Array
  readonly media: Uint8Array
}

/** What came of somebody's coming in. */
export type Entered =
  | { readonly is: 'in'; readonly index: number }
  /** The call is full. */
  | { readonly is: 'full' }
  /** The terminal, or its second connection, is or was somebody else's in this call. */
  | { readonly is: 'taken' }

/** Those who are in a call now, in the order of their indices. */
export async function callMembers(db: Db, id: Uint8Array): Promise<readonly CallMemberRow[]> {
  return (await selectMembers(db, { call: id })).rows
}

/** Whoever is in a call under this index. */
export async function memberAt(
  db: Db,
  call: Uint8Array,
  position: number,
): Promise<CallMemberRow | undefined> {
  return (await selectAt(db, { call, position })).rows[0]
}

/** Whoever is in a call at this terminal. */
export async function memberBy(
  db: Db,
  call: Uint8Array,
  terminal: Uint8Array,
): Promise<CallMemberRow | undefined> {
  const { rows } = await selectEver(db, { call, terminal })
  return rows.find((row) => row.left_at === null)
}

/** Whether a user is in a call. */
export async function isMember(db: Db, call: Uint8Array, user: string): Promise<boolean> {
  return (await selectOfUser(db, { user })).rows.some((row) => same(row.call, call))
}

/** In how many calls a user is. */
export async function callsOfUser(db: Db, user: string): Promise<number> {
  return (await selectOfUser(db, { user })).rows.length
}

/** In which calls a terminal is. */
export async function callsAt(db: Db, terminal: Uint8Array): Promise<readonly CallMemberRow[]> {
  return (await selectBy(db, { terminal })).rows
}

/** How many are in a call. */
export async function countMembers(db: Db, call: Uint8Array): Promise<number> {
  return Number((await selectCount(db, { call })).rows[0]!.count)
}

/** How many are in each of all calls that anybody is in: by the call's id as hex. */
export async function countAllMembers(db: Db): Promise<ReadonlyMap<string, number>> {
  const rows = await db
    .selectFrom('call_members')
    .select(['call', (eb) => eb.fn.countAll().as('count')])
    .where('left_at', 'is', null)
    .groupBy('call')
    .execute()
  return new Map(rows.map(({ call, count }) => [hex(call), Number(count)]))
}

/** Whether nobody is in a call. */
export async function isEmpty(db: Db, call: Uint8Array): Promise<boolean> {
  return (await selectFirst(db, { call })).rows.length === 0
}

/** Members of any call whose user is signed in at their terminal no longer. */
export async function signedOutMembers(db: Db, now: UnixMs): Promise<readonly CallMemberRow[]> {
  return db
    .selectFrom('call_members as m')
    .leftJoin('bindings as b', (join) =>
      join.onRef('b.terminal', '=', 'm.terminal').onRef('b.user', '=', 'm.user'),
    )
    .selectAll('m')
    .where('m.left_at', 'is', null)
    .where((eb) => eb.or([eb('b.user', 'is', null), eb('b.expires', '<=', now)]))
    .execute()
}

/**
 * A member comes in, with the same index in both sessions: the one that it had, if this user was in this call by the same
 * two connections, and else one that nobody has had. So no index passes to other keys.
 */
export async function enterCall(
  db: Db,
  call: CallKeys,
  who: CallSeat,
  limits: JoinLimits,
): Promise<Entered> {
  const { id, signalling, media } = call
  const before = (await selectEver(db, { call: id, terminal: who.terminal })).rows
  const by = (await selectByMedia(db, { call: id, media: who.media })).rows
  // a connection is one member's, and for one of the two
  const crossed = [
    await selectEver(db, { call: id, terminal: who.media }),
    await selectByMedia(db, { call: id, media: who.terminal }),
  ]
  const former = before.find((row) => same(row.media, who.media))
  const isTaken =
    former === undefined
      ? by.length > 0 || before.some((row) => row.left_at === null)
      : former.user !== who.user || by.length > 1
  if (isTaken || crossed.some(({ rows }) => rows.length > 0)) return { is: 'taken' }
  const index =
    former === undefined
      ? await addMember(db, signalling, who.terminal, limits)
      : (await comeBack(db, signalling, former.position, limits))
        ? former.position
        : undefined
  if (index === undefined) return { is: 'full' }
  if (former === undefined) await addMember(db, media, who.media, limits)
  else await comeBack(db, media, index, limits)
  await seat(db, id, index, { ...who, now: limits.now })
  return { is: 'in', index }
}

/** The first of a call sits down. */
export async function seat(
  db: Db,
  call: Uint8Array,
  position: number,
  { user, terminal, media, now }: CallSeat & { readonly now: number },
): Promise<void> {
  await upsertMember(db, { call, position, user, terminal, media, joined: now })
}

/** A member is out of the call and of both its sessions. False if it was before. */
export async function leaveCall(
  db: Db,
  { id, signalling, media }: CallKeys,
  index: number,
  now: UnixMs,
): Promise<boolean> {
  const { numAffectedRows } = await markLeft(db, { call: id, position: index, now })
  if (numAffectedRows === 0n) return false
  await leaveSession(db, signalling, index, now)
  await leaveSession(db, media, index, now)
  return true
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}

interface InCall {
  readonly call: Uint8Array
}

const selectMembers = prepared((db, { call }: InCall) =>
  db
    .selectFrom('call_members')
    .selectAll()
    .where('call', '=', call)
    .where('left_at', 'is', null)
    .orderBy('position'),
)

const selectFirst = prepared((db, { call }: InCall) =>
  db
    .selectFrom('call_members')
    .select('position')
    .where('call', '=', call)
    .where('left_at', 'is', null)
    .limit(1),
)

const selectAt = prepared((db, given: InCall & { readonly position: number }) =>
  db
    .selectFrom('call_members')
    .selectAll()
    .where('call', '=', given.call)
    .where('position', '=', given.position)
    .where('left_at', 'is', null),
)

const selectCount = prepared((db, { call }: InCall) =>
  db
    .selectFrom('call_members')
    .select((eb) => eb.fn.countAll().as('count'))
    .where('call', '=', call)
    .where('left_at', 'is', null),
)

const selectBy = prepared((db, { terminal }: { readonly terminal: Uint8Array }) =>
  db
    .selectFrom('call_members')
    .selectAll()
    .where('terminal', '=', terminal)
    .where('left_at', 'is', null),
)

const selectOfUser = prepared((db, { user }: { readonly user: string }) =>
  db
    .selectFrom('call_members')
    .select('call')
    .where('user', '=', user)
    .where('left_at', 'is', null),
)

const selectEver = prepared((db, given: InCall & { readonly terminal: Uint8Array }) =>
  db
    .selectFrom('call_members')
    .selectAll()
    .where('call', '=', given.call)
    .where('terminal', '=', given.terminal),
)

const selectByMedia = prepared((db, given: InCall & { readonly media: Uint8Array }) =>
  db
    .selectFrom('call_members')
    .select('position')
    .where('call', '=', given.call)
    .where('media', '=', given.media),
)

const upsertMember = prepared(
  (db, given: InCall & CallSeat & { readonly position: number; readonly joined: number }) => {
    const { call, position, user, terminal, media, joined } = given
    const fresh = { user, terminal, media, joined, left_at: null }
    return db
      .insertInto('call_members')
      .values({ call, position, ...fresh })
      .onConflict((conflict) => conflict.columns(['call', 'position']).doUpdateSet(fresh))
  },
)

const markLeft = prepared(
  (db, given: InCall & { readonly position: number; readonly now: UnixMs }) =>
    db
      .updateTable('call_members')
      .set({ left_at: given.now })
      .where('call', '=', given.call)
      .where('position', '=', given.position)
      .where('left_at', 'is', null),
)
