import type { UnixMs } from '../clock.ts'
import { prepared } from './prepared.ts'
import type { Db, Schema, SlotState } from './schema.ts'

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
  const { numAffectedRows } = await insertRested(db, slot)
  return numAffectedRows === 1n
}

/** The slot of this number, whatever has become of it. */
export async function findSlot(
  db: Db,
  number: string,
): Promise<Pick<Schema['slots'], 'terminal' | 'state' | 'expires'> | undefined> {
  const { rows } = await selectSlot(db, { number })
  return rows[0]
}

/** Ends an open slot; its number rests. False if it was not open any more: only one of several can end it. */
export async function endSlot(
  db: Db,
  number: string,
  end: { readonly as: SlotState; readonly now: UnixMs; readonly restsUntil: number },
): Promise<boolean> {
  const { numAffectedRows } = await updateOpen(db, { ...end, number })
  return numAffectedRows === 1n
}

/**
 * Ends no slot, at the cost of ending one: a row that is nobody's changes in the same columns and indices, so that a write
 * that finds no slot takes as long as one that does. `fresh`: 32 octets unlike those of the last time.
 */
export async function endNoSlot(
  db: Db,
  end: { readonly fresh: Uint8Array; readonly now: UnixMs; readonly restsUntil: number },
): Promise<void> {
  await upsertNobodys(db, end)
}

/** How many slots are open: in all, and of this source. */
export async function countOpenSlots(
  db: Db,
  source: Uint8Array,
  now: UnixMs,
): Promise<{ readonly all: number; readonly ofSource: number }> {
  const { rows } = await selectCounts(db, { source, now })
  return { all: Number(rows[0]!.all), ofSource: Number(rows[0]!.ofSource) }
}

/** Forgets numbers that have rested. */
export async function sweepSlots(db: Db, now: UnixMs): Promise<void> {
  await db.deleteFrom('slots').where('rests_until', '<=', now).execute()
}

/** Inserts a slot, in place of one that has rested. */
const insertRested = prepared((db, given: NewSlot) => {
  const { number, terminal, source, opened, expires, restsUntil: rests_until } = given
  const columns = { terminal, source, state: 'open' as const, opened, expires, rests_until }
  return db
    .insertInto('slots')
    .values({ number, ...columns })
    .onConflict((conflict) =>
      conflict.column('number').doUpdateSet(columns).where('slots.rests_until', '<=', opened),
    )
})

const selectSlot = prepared((db, { number }: { readonly number: string }) =>
  db.selectFrom('slots').select(['terminal', 'state', 'expires']).where('number', '=', number),
)

const updateOpen = prepared(
  (db, given: { number: string; as: SlotState; now: UnixMs; restsUntil: number }) =>
    db
      .updateTable('slots')
      .set({ state: given.as, rests_until: given.restsUntil })
      .where('number', '=', given.number)
      .where('state', '=', 'open')
      .where('expires', '>', given.now),
)

/** No slot has this number: numbers are digits. */
const NOBODYS = ''

const upsertNobodys = prepared(
  (
    db,
    given: { readonly fresh: Uint8Array; readonly now: UnixMs; readonly restsUntil: number },
  ) => {
    const { fresh: source, now: expires, restsUntil: rests_until } = given
    const changing = { source, state: 'closed' as const, expires, rests_until }
    return db
      .insertInto('slots')
      .values({ number: NOBODYS, terminal: source, opened: expires, ...changing })
      .onConflict((conflict) => conflict.column('number').doUpdateSet(changing))
  },
)

const selectCounts = prepared(
  (db, given: { readonly source: Uint8Array; readonly now: UnixMs }) => {
    const open = db
      .selectFrom('slots')
      .select((eb) => eb.fn.countAll().as('count'))
      .where('state', '=', 'open')
      .where('expires', '>', given.now)
    return db.selectNoFrom([open.as('all'), open.where('source', '=', given.source).as('ofSource')])
  },
)
