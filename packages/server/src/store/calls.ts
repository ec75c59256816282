import type { UnixMs } from '../clock.ts'
import { prepared } from './prepared.ts'
import type { Db, Schema } from './schema.ts'
import { createSession } from './sessions.ts'

/** A call, as it stands in its table. */
export type CallRow = Schema['calls']
/** What a call is known by: its id, and those of its two sessions. */
export type CallKeys = Pick<CallRow, 'id' | 'signalling' | 'media'>
/** Somebody who is rung. */
export type CallRingRow = Schema['call_rings']

/** Makes a call, and its two sessions, of `terminal` and its second connection. False if there is one of this id. */
export async function createCall(
  db: Db,
  call: CallRow,
  initiator: { readonly terminal: Uint8Array; readonly media: Uint8Array },
): Promise<boolean> {
  if ((await findCall(db, call.id)) !== undefined) return false
  const now = call.created as UnixMs
  await createSession(db, call.signalling, [initiator.terminal], now)
  await createSession(db, call.media, [initiator.media], now)
  await makeLossy(db, { id: call.media })
  await insertCall(db, call)
  return true
}

/** The call of this id. */
export async function findCall(db: Db, id: Uint8Array): Promise<CallRow | undefined> {
  return (await selectCall(db, { id })).rows[0]
}

/** The call that has this session, for signalling or for media. */
export async function callOfSession(db: Db, session: Uint8Array): Promise<CallRow | undefined> {
  return (await selectBySession(db, { session })).rows[0]
}

/** All calls. */
export async function listCalls(db: Db): Promise<readonly CallKeys[]> {
  return (await selectKeys(db, {})).rows
}

/** Whether there is any call. */
export async function hasCalls(db: Db): Promise<boolean> {
  return (await selectAny(db, {})).rows.length > 0
}

/** Who the host is, and its epoch. */
export async function setHost(
  db: Db,
  id: Uint8Array,
  is: { readonly host: number; readonly epoch: number },
): Promise<void> {
  await updateHost(db, { id, ...is })
}

/** Who has users rung from now on, and by what. */
export async function setCaller(
  db: Db,
  id: Uint8Array,
  by: Pick<CallRow, 'rung_by' | 'r1' | 'cert_signing' | 'cert_agreement'>,
): Promise<void> {
  await updateCaller(db, { id, ...by })
}

/** The call is over: nothing of it stays but its entries in the record. False if it was over before. */
export async function forgetCall(db: Db, { id, signalling, media }: CallKeys): Promise<boolean> {
  const { numAffectedRows } = await deleteCall(db, { id })
  await deleteSessions(db, { signalling, media })
  return numAffectedRows !== 0n
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

/** Rings a user, or goes on to. */
export async function keepRing(db: Db, ring: CallRingRow): Promise<void> {
  await upsertRing(db, ring)
}

/** Who is rung for a call. */
export async function callRings(db: Db, id: Uint8Array): Promise<readonly CallRingRow[]> {
  return db.selectFrom('call_rings').selectAll().where('call', '=', id).execute()
}

/** What rings a user for a call, if anything does. */
export async function ringOf(
  db: Db,
  call: Uint8Array,
  user: string,
): Promise<CallRingRow | undefined> {
  return (await selectRing(db, { call, user })).rows[0]
}

/** What rings a user, in calls that are not over. */
export async function ringsOfUser(db: Db, user: string): Promise<readonly CallRingRow[]> {
  return (await selectRings(db, { user })).rows
}

/** It rings no longer. False if it did not: somebody else was first. */
export async function endRing(db: Db, call: Uint8Array, user: string): Promise<boolean> {
  return (await deleteRing(db, { call, user })).numAffectedRows !== 0n
}

/** A ring whose time is over. `host`: the terminal of the call's host; null if it has none. */
export interface LateRing {
  readonly call: Uint8Array
  readonly user: string
  readonly host: Uint8Array | null
}

/** Rings whose time is over, at most `most`. */
export async function lateRings(db: Db, now: UnixMs, most: number): Promise<readonly LateRing[]> {
  return db
    .selectFrom('call_rings as r')
    .innerJoin('calls as c', 'c.id', 'r.call')
    .leftJoin('call_members as h', (join) =>
      join
        .onRef('h.call', '=', 'c.id')
        .onRef('h.position', '=', 'c.host')
        .on('h.left_at', 'is', null),
    )
    .select(['r.call', 'r.user', 'h.terminal as host'])
    .where('r.until', '<=', now)
    .limit(most)
    .execute()
}

/** No ring ends later than `latest`. */
export async function shortenRings(db: Db, latest: UnixMs): Promise<void> {
  await db.updateTable('call_rings').set({ until: latest }).where('until', '>', latest).execute()
}

/** When the first of all rings is over. */
export async function nextRingEnd(db: Db): Promise<number | undefined> {
  return (await selectNextEnd(db, {})).rows[0]?.until ?? undefined
}

/** How much there is of it all. */
export async function countCalls(
  db: Db,
): Promise<{ readonly calls: number; readonly members: number; readonly rings: number }> {
  const row = (await selectCounts(db, {})).rows[0]!
  return { calls: Number(row.calls), members: Number(row.members), rings: Number(row.rings) }
}

const makeLossy = prepared((db, { id }: { readonly id: Uint8Array }) =>
  db.updateTable('sessions').set({ lossy: 1 }).where('id', '=', id),
)

const insertCall = prepared((db, call: CallRow) =>
  db.insertInto('calls').values({
    id: call.id,
    initiator: call.initiator,
    host: call.host,
    server: call.server,
    rung_by: call.rung_by,
    r1: call.r1,
    cert_signing: call.cert_signing,
    cert_agreement: call.cert_agreement,
    signalling: call.signalling,
    media: call.media,
    checks_members: call.checks_members,
    epoch: call.epoch,
    created: call.created,
  }),
)

const selectCall = prepared((db, { id }: { readonly id: Uint8Array }) =>
  db.selectFrom('calls').selectAll().where('id', '=', id),
)

const selectBySession = prepared((db, { session }: { readonly session: Uint8Array }) =>
  db
    .selectFrom('calls')
    .selectAll()
    .where((eb) => eb.or([eb('signalling', '=', session), eb('media', '=', session)])),
)

const selectKeys = prepared((db) => db.selectFrom('calls').select(['id', 'signalling', 'media']))

const selectAny = prepared((db) => db.selectFrom('calls').select('id').limit(1))

const updateHost = prepared(
  (db, given: { readonly id: Uint8Array; readonly host: number; readonly epoch: number }) =>
    db
      .updateTable('calls')
      .set({ host: given.host, epoch: given.epoch })
      .where('id', '=', given.id),
)

const updateCaller = prepared(
  (db, given: Pick<CallRow, 'id' | 'rung_by' | 'r1' | 'cert_signing' | 'cert_agreement'>) =>
    db
      .updateTable('calls')
      .set({
        rung_by: given.rung_by,
        r1: given.r1,
        cert_signing: given.cert_signing,
        cert_agreement: given.cert_agreement,
      })
      .where('id', '=', given.id),
)

const deleteCall = prepared((db, { id }: { readonly id: Uint8Array }) =>
  db.deleteFrom('calls').where('id', '=', id),
)

const deleteSessions = prepared(
  (db, given: { readonly signalling: Uint8Array; readonly media: Uint8Array }) =>
    db
      .deleteFrom('sessions')
      .where((eb) => eb.or([eb('id', '=', given.signalling), eb('id', '=', given.media)])),
)

const upsertRing = prepared((db, { call, user, challenge, until }: CallRingRow) =>
  db
    .insertInto('call_rings')
    .values({ call, user, challenge, until })
    .onConflict((conflict) => conflict.columns(['call', 'user']).doUpdateSet({ challenge, until })),
)

interface OfRing {
  readonly call: Uint8Array
  readonly user: string
}

const selectRing = prepared((db, { call, user }: OfRing) =>
  db.selectFrom('call_rings').selectAll().where('call', '=', call).where('user', '=', user),
)

const selectRings = prepared((db, { user }: { readonly user: string }) =>
  db.selectFrom('call_rings').selectAll().where('user', '=', user),
)

const deleteRing = prepared((db, { call, user }: OfRing) =>
  db.deleteFrom('call_rings').where('call', '=', call).where('user', '=', user),
)

const selectNextEnd = prepared((db) =>
  db.selectFrom('call_rings').select((eb) => eb.fn.min('until').as('until')),
)

const selectCounts = prepared((db) =>
  db.selectNoFrom((eb) => [
    eb
      .selectFrom('calls')
      .select((inner) => inner.fn.countAll().as('n'))
      .as('calls'),
    eb
      .selectFrom('call_members')
      .select((inner) => inner.fn.countAll().as('n'))
      .where('left_at', 'is', null)
      .as('members'),
    eb
      .selectFrom('call_rings')
      .select((inner) => inner.fn.countAll().as('n'))
      .as('rings'),
  ]),
)
