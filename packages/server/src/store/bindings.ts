import type { UnixMs } from '../clock.ts'
import { prepared } from './prepared.ts'
import type { Db } from './schema.ts'

/** Who is signed in at a terminal. */
export interface Binding {
  /** 32 octets. */
  readonly terminal: Uint8Array
  readonly user: string
  readonly by: 'key' | 'chip'
  /** Id of the key; null where it was the terminal's chip. */
  readonly key: Uint8Array | null
  readonly since: number
  readonly expires: number
  readonly lastSeen: number
}

/** Binds a terminal, in place of what it was bound to. */
export async function bind(db: Db, binding: Binding): Promise<void> {
  await upsert(db, binding)
}

/** Who is signed in at this terminal. One past its end still shows until it is swept: see `expires`. */
export async function bindingAt(db: Db, terminal: Uint8Array): Promise<Binding | undefined> {
  const row = (await selectAt(db, { terminal })).rows[0]
  return row && bindingOf(row)
}

/** Ends what binds a terminal. */
export async function unbind(db: Db, terminal: Uint8Array): Promise<void> {
  await deleteAt(db, { terminal })
}

/** Where a user is signed in, the oldest first. */
export async function bindingsOf(db: Db, user: string, now: UnixMs): Promise<readonly Binding[]> {
  return (await selectOf(db, { user, now })).rows.map(bindingOf)
}

/** The terminals where a user is signed in, at most `most`, the latest first. */
export async function terminalsOf(
  db: Db,
  user: string,
  now: UnixMs,
  most: number,
): Promise<readonly Uint8Array[]> {
  return (await selectTerminals(db, { user, now, most })).rows.map(({ terminal }) => terminal)
}

/** The terminals where a user is signed in, with those whose sign-in is over and not swept yet. */
export async function allTerminalsOf(db: Db, user: string): Promise<readonly Uint8Array[]> {
  return (await selectAllTerminals(db, { user })).rows.map(({ terminal }) => terminal)
}

/** What a key binds. */
export async function bindingsByKey(db: Db, key: Uint8Array): Promise<readonly Binding[]> {
  const rows = await db.selectFrom('bindings').selectAll().where('key', '=', key).execute()
  return rows.map(bindingOf)
}

/** At most `most` bindings in the order of their terminals, those after `after`. */
export async function listBindings(
  db: Db,
  { after, most, now }: { after: Uint8Array; most: number; now: UnixMs },
): Promise<readonly Binding[]> {
  const rows = await db
    .selectFrom('bindings')
    .selectAll()
    .where('terminal', '>', after)
    .where('expires', '>', now)
    .orderBy('terminal')
    .limit(most)
    .execute()
  return rows.map(bindingOf)
}

/** At most `most` bindings that have had their time. */
export async function expiredBindings(
  db: Db,
  now: UnixMs,
  most: number,
): Promise<readonly Binding[]> {
  const query = db.selectFrom('bindings').selectAll().where('expires', '<=', now)
  return (await query.limit(most).execute()).map(bindingOf)
}

/** At most `most` bindings whose terminal was last seen at `before` or earlier, those behind `after` in that order. */
export async function unseenBindings(
  db: Db,
  { before, after, most }: { before: number; after: Seen | undefined; most: number },
): Promise<readonly Binding[]> {
  const rows = await db
    .selectFrom('bindings')
    .selectAll()
    .where('last_seen', '<=', before)
    .$if(after !== undefined, (query) =>
      query.where((eb) =>
        eb.or([
          eb('last_seen', '>', after!.lastSeen),
          eb.and([eb('last_seen', '=', after!.lastSeen), eb('terminal', '>', after!.terminal)]),
        ]),
      ),
    )
    .orderBy('last_seen')
    .orderBy('terminal')
    .limit(most)
    .execute()
  return rows.map(bindingOf)
}

/** A place in the order in which terminals were last seen. */
export type Seen = Pick<Binding, 'lastSeen' | 'terminal'>

/** Notes that a terminal was there. */
export async function touchBinding(db: Db, terminal: Uint8Array, now: UnixMs): Promise<void> {
  await db
    .updateTable('bindings')
    .set({ last_seen: now })
    .where('terminal', '=', terminal)
    .execute()
}

interface Row {
  readonly terminal: Uint8Array
  readonly user: string
  readonly proved_by: 'key' | 'chip'
  readonly key: Uint8Array | null
  readonly since: number
  readonly expires: number
  readonly last_seen: number
}

function bindingOf({ proved_by: by, last_seen: lastSeen, ...row }: Row): Binding {
  return { ...row, by, lastSeen }
}

const upsert = prepared((db, given: Binding) => {
  const { terminal, user, by, key, since, expires, lastSeen } = given
  const row = { user, proved_by: by, key, since, expires, last_seen: lastSeen }
  return db
    .insertInto('bindings')
    .values({ terminal, ...row })
    .onConflict((conflict) => conflict.column('terminal').doUpdateSet(row))
})

const selectAt = prepared((db, { terminal }: { readonly terminal: Uint8Array }) =>
  db.selectFrom('bindings').selectAll().where('terminal', '=', terminal),
)

const deleteAt = prepared((db, { terminal }: { readonly terminal: Uint8Array }) =>
  db.deleteFrom('bindings').where('terminal', '=', terminal),
)

interface OfUser {
  readonly user: string
  readonly now: UnixMs
}

const selectOf = prepared((db, { user, now }: OfUser) =>
  db
    .selectFrom('bindings')
    .selectAll()
    .where('user', '=', user)
    .where('expires', '>', now)
    .orderBy('since'),
)

const selectTerminals = prepared((db, { user, now, most }: OfUser & { readonly most: number }) =>
  db
    .selectFrom('bindings')
    .select('terminal')
    .where('user', '=', user)
    .where('expires', '>', now)
    .orderBy('since', 'desc')
    .limit(most),
)

const selectAllTerminals = prepared((db, { user }: Pick<OfUser, 'user'>) =>
  db.selectFrom('bindings').select('terminal').where('user', '=', user),
)
