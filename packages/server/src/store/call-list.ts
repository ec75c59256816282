import { callMembers } from './call-members.ts'
import { callRings, findCall } from './calls.ts'
import type { Db } from './schema.ts'

/** A call as its operator sees it. */
export interface ListedCall {
  readonly id: Uint8Array
  readonly initiator: string
  /** Whoever placed it, where the host has left and nobody has taken over. */
  readonly host: string
  readonly since: number
  /** How many are in it. */
  readonly size: number
  /** How many are rung. */
  readonly ringing: number
  readonly epoch: number
}

/** Somebody in a call. */
export interface ListedMember {
  readonly index: number
  readonly user: string
  readonly terminal: Uint8Array
  readonly since: number
  readonly isHost: boolean
}

/** How many calls there are, and at most `most` of them behind the first `offset`, the newest first. */
export async function listedCalls(
  db: Db,
  most: number,
  offset: number,
): Promise<{ readonly total: number; readonly calls: readonly ListedCall[] }> {
  const { total } = await db
    .selectFrom('calls')
    .select((eb) => eb.fn.countAll().as('total'))
    .executeTakeFirstOrThrow()
  const rows = await db
    .selectFrom('calls as c')
    .leftJoin('call_members as h', (join) =>
      join
        .onRef('h.call', '=', 'c.id')
        .onRef('h.position', '=', 'c.host')
        .on('h.left_at', 'is', null),
    )
    .select(['c.id', 'c.initiator', 'c.epoch', 'c.created as since', 'h.user as host'])
    .select((eb) => [
      eb
        .selectFrom('call_members as m')
        .whereRef('m.call', '=', 'c.id')
        .where('m.left_at', 'is', null)
        .select((inner) => inner.fn.countAll().as('n'))
        .as('size'),
      eb
        .selectFrom('call_rings as r')
        .whereRef('r.call', '=', 'c.id')
        .select((inner) => inner.fn.countAll().as('n'))
        .as('ringing'),
    ])
    .orderBy('c.created', 'desc')
    .orderBy('c.id')
    .limit(most)
    .offset(offset)
    .execute()
  const calls = rows.map(({ host, size, ringing, ...row }) => ({
    ...row,
    host: host ?? row.initiator,
    size: Number(size),
    ringing: Number(ringing),
  }))
  return { total: Number(total), calls }
}

/** One call with those who are in it, and who is rung. Undefined if there is none. */
export async function listedMembers(
  db: Db,
  id: Uint8Array,
): Promise<
  | (ListedCall & { readonly members: readonly ListedMember[]; readonly rings: readonly string[] })
  | undefined
> {
  const call = await findCall(db, id)
  if (call === undefined) return undefined
  const rings = (await callRings(db, id)).map(({ user }) => user)
  const members = (await callMembers(db, id)).map(({ position, user, terminal, joined }) => ({
    index: position,
    user,
    terminal,
    since: joined,
    isHost: position === call.host,
  }))
  const { initiator, epoch, created: since } = call
  const host = members.find(({ isHost }) => isHost)?.user ?? initiator
  const counts = { size: members.length, ringing: rings.length }
  return { id, initiator, host, since, ...counts, epoch, members, rings }
}
