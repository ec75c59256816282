import type { UnixMs } from '../clock.ts'
import type { Db, Schema } from './schema.ts'

/** A slot to be opened. */
export interface NewSlot {
  readonly number: string
  readonly terminal: Uint8Array
  /** From `keyOf('source', …)`. */
  readonly source: Uint8Array
  readonly opened: UnixMs
  readonly expires: number
  readonly restsUntil: number
}

/** Opens a slot. False if its number is in use or resting. */
export async function openSlot(db: Db, slot: NewSlot): Promise<boolean> {
  const { restsUntil, ...columns } = slot
  await db
    .deleteFrom('slots')
    .where('number', '=', slot.number)
    .where('rests_until', '<=', slot.opened)
    .execute()
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('slots')
    .values({ ...columns, state: 'open', rests_until: restsUntil })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow()
  return numInsertedOrUpdatedRows === 1n
}

/** The slot of this number, whatever has become of it. */
export async function findSlot(
  db: Db,
  number: string,
): Promise<Pick<Schema['slots'], 'terminal' | 'state' | 'expires'> | undefined> {
  return db
    .selectFrom('slots')
    .select(['terminal', 'state', 'expires'])
    .where('number', '=', number)
    .executeTakeFirst()
}

/** Ends an open slot; its number rests. False if it was not open any more: only one of several can end it. */
export async function endSlot(
  db: Db,
  number: string,
  end: { readonly as: 'burned' | 'closed'; readonly now: UnixMs; readonly restsUntil: number },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('slots')
    .set({ state: end.as, rests_until: end.restsUntil })
    .where('number', '=', number)
    .where('state', '=', 'open')
    .where('expires', '>', end.now)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** How many slots are open: in all, and of this source. */
export async function countOpenSlots(
  db: Db,
  source: Uint8Array,
  now: UnixMs,
): Promise<{ readonly all: number; readonly ofSource: number }> {
  const open = db
    .selectFrom('slots')
    .select((eb) => eb.fn.countAll().as('count'))
    .where('state', '=', 'open')
    .where('expires', '>', now)
  const all = await open.executeTakeFirstOrThrow()
  const ofSource = await open.where('source', '=', source).executeTakeFirstOrThrow()
  return { all: Number(all.count), ofSource: Number(ofSource.count) }
}

/** Forgets numbers that have rested. */
export async function sweepSlots(db: Db, now: UnixMs): Promise<void> {
  await db.deleteFrom('slots').where('rests_until', '<=', now).execute()
}
