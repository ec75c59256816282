import { equal, random } from '@hufu/protocol/crypto'
import { aes256gcm } from '@hufu/protocol/crypto/more'
import { HufuError } from '@hufu/protocol/wire'
import { prepared } from '../store/prepared.ts'
import type { Db } from '../store/schema.ts'
import type { DataKeyCache } from './cache.ts'
import { dataKeyContext, type GcmKey } from './envelope.ts'
import type { Ring } from './ring.ts'

/** A data key as the store has it. */
export interface DataKeyRow {
  readonly serial: number
  readonly id: Uint8Array
  readonly master: Uint8Array
  readonly wrapped: Uint8Array
}

/** What it takes to use data keys. */
export interface DataKeys {
  readonly ring: Ring
  readonly cache: DataKeyCache
  /** Times that one data key may seal. */
  readonly mostSeals: number
  /** Whether this seal is the one that counts for {@link SEALS_COUNTED}. */
  readonly isCounted: () => boolean
}

/**
 * Seals are counted by sampling: one in so many counts for all, so that an ordinary write leaves the row of its key
 * alone. After 2^20 seals the count is off by 2 % or so, and a write that is taken back does no harm to it.
 */
export const SEALS_COUNTED = 256

/** One in {@link SEALS_COUNTED}, by chance: nobody gains anything by foreseeing it. */
export function byChance(): boolean {
  return Math.random() * SEALS_COUNTED < 1
}

/** The data key under which this owner's secrets are sealed now; a new one if there is none, or it has done its work. */
export async function currentDataKey(keys: DataKeys, db: Db, owner: string): Promise<DataKeyRow> {
  const row = (await selectCurrent(db, { owner })).rows[0]
  if (row === undefined || row.seals >= keys.mostSeals) return makeDataKey(keys, db, owner)
  return row
}

/** Counts a seal of the data key of this serial, in the way of {@link SEALS_COUNTED}. */
export async function countSeal(keys: DataKeys, db: Db, serial: number): Promise<void> {
  if (keys.isCounted()) await addSeals(db, { serial, more: SEALS_COUNTED })
}

/**
 * Runs `act` with the key of a row.
 *
 * @throws {HufuError} `ERR_VAULT_DAMAGED` if it does not unwrap, `ERR_VAULT_KEY` if its master key is not at hand.
 */
export async function withDataKey<T>(
  { ring, cache }: DataKeys,
  owner: string,
  row: DataKeyRow,
  act: (key: GcmKey) => T,
): Promise<T> {
  const known = cache.find(owner)
  if (known !== undefined && equal(known.id, row.id)) return act(known.key)
  const raw = await ring.key(row.master).unwrap(row.wrapped, dataKeyContext(owner, row.id))
  if (raw === undefined)
    throw new HufuError(
      'ERR_VAULT_DAMAGED',
      `data key ${row.serial} of the owner ${owner} was altered or moved`,
    )
  const key = aes256gcm.key(raw)
  raw.fill(0)
  // before it is in the cache, where another may take its place at once
  const result = act(key)
  cache.keep(owner, { serial: row.serial, id: row.id, key })
  return result
}

async function makeDataKey({ ring }: DataKeys, db: Db, owner: string): Promise<DataKeyRow> {
  // asked of the store each time: another process may be changing it
  const { id: master } = (await selectCurrentMaster(db, {})).rows[0]!
  const id = random(16)
  const raw = random(aes256gcm.keyOctets)
  const wrapped = await ring.key(master).wrap(raw, dataKeyContext(owner, id))
  raw.fill(0)
  const made = { id, owner, master, wrapped }
  const { rows } = await insertDataKey(db, made)
  return { ...made, serial: rows[0]!.serial }
}

const selectCurrent = prepared((db, { owner }: { readonly owner: string }) =>
  db
    .selectFrom('vault_keys')
    .select(['serial', 'id', 'master', 'wrapped', 'seals'])
    .where('owner', '=', owner)
    .orderBy('serial', 'desc')
    .limit(1),
)

const selectCurrentMaster = prepared((db) =>
  db.selectFrom('vault_masters').select('id').where('state', '=', 'current'),
)

const insertDataKey = prepared(
  (db, given: { id: Uint8Array; owner: string; master: Uint8Array; wrapped: Uint8Array }) =>
    db
      .insertInto('vault_keys')
      .values({
        id: given.id,
        owner: given.owner,
        master: given.master,
        wrapped: given.wrapped,
        seals: 0,
      })
      .returning('serial'),
)

const addSeals = prepared((db, given: { readonly serial: number; readonly more: number }) =>
  db
    .updateTable('vault_keys')
    .set((eb) => ({ seals: eb('seals', '+', given.more) }))
    .where('serial', '=', given.serial),
)
