import type { UnixMs } from '../clock.ts'
import type { Db } from './schema.ts'

/** A terminal's claim to a name. */
export interface NameClaim {
  /** From `keyOf('name', …)`. */
  readonly name: Uint8Array
  readonly terminal: Uint8Array
  readonly now: UnixMs
  /** Claims not used since then are void. */
  readonly voidBefore: number
  /** Names that one terminal may have. */
  readonly most: number
}

/** Claims a name for a terminal, or renews its claim. `full`: the terminal has as many names as it may. */
export async function claimName(db: Db, claim: NameClaim): Promise<'claimed' | 'taken' | 'full'> {
  const { name, terminal, now } = claim
  const owner = await nameOwner(db, name, claim.voidBefore)
  if (owner !== undefined && !sameOctets(owner, terminal)) return 'taken'
  if (owner !== undefined) {
    await db.updateTable('names').set({ last_used: now }).where('name', '=', name).execute()
    return 'claimed'
  }
  const { count } = await db
    .selectFrom('names')
    .select((eb) => eb.fn.countAll().as('count'))
    .where('terminal', '=', terminal)
    .where('last_used', '>', claim.voidBefore)
    .executeTakeFirstOrThrow()
  if (Number(count) >= claim.most) return 'full'
  await db.deleteFrom('names').where('name', '=', name).execute()
  await db.insertInto('names').values({ name, terminal, claimed: now, last_used: now }).execute()
  return 'claimed'
}

/** The terminal that has claimed this name and used it after `voidBefore`. */
export async function nameOwner(
  db: Db,
  name: Uint8Array,
  voidBefore: number,
): Promise<Uint8Array | undefined> {
  const row = await db
    .selectFrom('names')
    .select('terminal')
    .where('name', '=', name)
    .where('last_used', '>', voidBefore)
    .executeTakeFirst()
  return row?.terminal
}

/** These names are in use now. */
export async function touchNames(db: Db, names: readonly Uint8Array[], now: UnixMs): Promise<void> {
  for (const name of names)
    await db.updateTable('names').set({ last_used: now }).where('name', '=', name).execute()
}

/** Forgets claims that are void. */
export async function sweepNames(db: Db, voidBefore: number): Promise<void> {
  await db.deleteFrom('names').where('last_used', '<=', voidBefore).execute()
}

function sameOctets(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}
