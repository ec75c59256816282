import { hex } from '@hufu/protocol/crypto'
import { HufuError } from '@hufu/protocol/wire'
import type { Db, MasterState, Schema } from '../store/schema.ts'
import { isProven, proofOf, type MasterKey } from './master/master-key.ts'

/** A master key as the store knows it. */
export type MasterRow = Schema['vault_masters']

/** The master keys that data keys are under, the current one first: none before the first start, two during a change. */
export async function masterRows(db: Db): Promise<readonly MasterRow[]> {
  return db.selectFrom('vault_masters').selectAll().orderBy('state').execute()
}

/** Ids as text, which changes with any of them. */
export function idsOf(masters: readonly { readonly id: Uint8Array }[]): string {
  return masters.map(({ id }) => hex(id)).join()
}

/** From now on new data keys are wrapped under this master key; the one before it is leaving. */
export async function installMaster(db: Db, id: Uint8Array, proof: Uint8Array): Promise<void> {
  await db.updateTable('vault_masters').set({ state: 'leaving' }).execute()
  await db.insertInto('vault_masters').values({ id, state: 'current', proof }).execute()
}

/**
 * The proof of a key that is to be relied on.
 *
 * @throws {HufuError} `ERR_HSM_FAILED` if what it wraps does not unwrap.
 */
export async function checkedProof(key: MasterKey, place: string): Promise<Uint8Array> {
  const proof = await proofOf(key)
  if (await isProven(key, proof)) return proof
  throw new HufuError('ERR_HSM_FAILED', `${place}: what is wrapped there does not unwrap`)
}

/** Nothing is under this key any more. */
export async function forgetMaster(db: Db, id: Uint8Array): Promise<void> {
  await db.deleteFrom('vault_masters').where('id', '=', id).execute()
}

/** How many secrets of how many owners there are, and how many data keys under each master key; its id in hexadecimal. */
export async function countUnder(db: Db): Promise<{
  readonly owners: number
  readonly secrets: number
  readonly masters: readonly {
    readonly id: string
    readonly state: MasterState
    readonly dataKeys: number
  }[]
}> {
  const rows = await masterRows(db)
  const { secrets } = await db
    .selectFrom('vault_secrets')
    .select((eb) => eb.fn.countAll().as('secrets'))
    .executeTakeFirstOrThrow()
  const { owners } = await db
    .selectFrom('vault_keys')
    .select((eb) => eb.fn.count('owner').distinct().as('owners'))
    .executeTakeFirstOrThrow()
  const counts = await db
    .selectFrom('vault_keys')
    .select((eb) => ['master', eb.fn.countAll().as('count')])
    .groupBy('master')
    .execute()
  const under = new Map(counts.map(({ master, count }) => [hex(master), Number(count)]))
  const masters = rows.map(({ id, state }) => ({
    id: hex(id),
    state,
    dataKeys: under.get(hex(id)) ?? 0,
  }))
  return { owners: Number(owners), secrets: Number(secrets), masters }
}
