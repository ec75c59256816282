import type { UnixMs } from '../clock.ts'
import type { Db, InvitationKind } from './schema.ts'

/** A code by which a key or a chip is enrolled, without what authenticates it. */
export interface Invitation {
  /** 16 octets. */
  readonly id: Uint8Array
  readonly kind: InvitationKind
  readonly user: string
  readonly created: number
  /** Null: never. */
  readonly expires: number | null
  /** Id of the key, or of the terminal, that it was used for. */
  readonly usedBy: Uint8Array | null
}

/** Adds one that nobody has used. */
export async function addInvitation(db: Db, invitation: Omit<Invitation, 'usedBy'>): Promise<void> {
  await db
    .insertInto('invitations')
    .values({ ...invitation, used_by: null })
    .execute()
}

/** The invitation of this id, unless it has expired. */
export async function findInvitation(
  db: Db,
  id: Uint8Array,
  now: UnixMs,
): Promise<Invitation | undefined> {
  const row = await db.selectFrom('invitations').selectAll().where('id', '=', id).executeTakeFirst()
  const open = row !== undefined && (row.expires === null || row.expires > now)
  return open ? invitationOf(row) : undefined
}

/** Whether there is one of this id, of whatever state. */
export async function isInvitation(db: Db, id: Uint8Array): Promise<boolean> {
  const query = db.selectFrom('invitations').select('id').where('id', '=', id)
  return (await query.executeTakeFirst()) !== undefined
}

/**
 * Uses one up, for the key or terminal of this id. It is kept until `expires`, so that whoever has lost the answer may
 * ask for it again; false if it was used before.
 */
export async function consumeInvitation(
  db: Db,
  id: Uint8Array,
  usedBy: Uint8Array,
  expires: number,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('invitations')
    .set({ used_by: usedBy, expires })
    .where('id', '=', id)
    .where('used_by', 'is', null)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

/** Those of a user that nobody has used, the oldest first. */
export async function openInvitations(
  db: Db,
  user: string,
  now: UnixMs,
): Promise<readonly Invitation[]> {
  const rows = await db
    .selectFrom('invitations')
    .selectAll()
    .where('user', '=', user)
    .where('used_by', 'is', null)
    .where((eb) => eb.or([eb('expires', 'is', null), eb('expires', '>', now)]))
    .orderBy('created')
    .execute()
  return rows.map(invitationOf)
}

/** Ids of all of a user's. */
export async function invitationsOf(db: Db, user: string): Promise<readonly Uint8Array[]> {
  const rows = await db.selectFrom('invitations').select('id').where('user', '=', user).execute()
  return rows.map(({ id }) => id)
}

/** Ids of those that have had their time, at most `most`. */
export async function expiredInvitations(
  db: Db,
  now: UnixMs,
  most: number,
): Promise<readonly Uint8Array[]> {
  const query = db.selectFrom('invitations').select('id').where('expires', '<=', now)
  return (await query.limit(most).execute()).map(({ id }) => id)
}

/** Forgets one. */
export async function removeInvitation(db: Db, id: Uint8Array): Promise<void> {
  await db.deleteFrom('invitations').where('id', '=', id).execute()
}

function invitationOf({
  used_by: usedBy,
  ...row
}: Omit<Invitation, 'usedBy'> & { readonly used_by: Uint8Array | null }): Invitation {
  return { ...row, usedBy }
}
