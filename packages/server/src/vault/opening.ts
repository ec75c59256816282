import { equal, hex } from '@hufu/protocol/crypto'
import { HufuError } from '@hufu/protocol/wire'
import type { Store } from '../store/store.ts'
import { dataKeyCache, type DataKeyCache } from './cache.ts'
import { byChance, type DataKeys } from './data-keys.ts'
import { isProven, type MasterKey } from './master/master-key.ts'
import type { MasterKeySource } from './master/source.ts'
import { checkedProof, idsOf, installMaster, masterRows, type MasterRow } from './masters.ts'
import { emptyRing, type Ring } from './ring.ts'
import { vaultOver, type Vault } from './vault.ts'

/** Where the master key is, and during a change where the one after it is. */
export interface MasterKeySources {
  readonly current: MasterKeySource
  readonly next: MasterKeySource | undefined
}

/** Limits that tests choose otherwise. */
export interface VaultLimits {
  readonly mostSeals: number
  readonly cachedKeys: number
  readonly isCounted: () => boolean
}

/**
 * Seals under one data key before its owner gets another: with random nonces of 96 bits, two of 2^24 are the same with a
 * chance of 2^-49. SP 800-38D §8.3 would allow 2^32 (2^-33); nobody seals so often that the difference costs anything.
 * Cached keys: what some thousand busy devices need, at some hundred octets each. Both are our choice.
 */
export const VAULT_LIMITS: VaultLimits = {
  mostSeals: 2 ** 24,
  cachedKeys: 4_096,
  isCounted: byChance,
}

/** A vault that is open. */
export interface OpenVault extends Vault {
  readonly ring: Ring
  /** Id of a master key that an unfinished change wants to be rid of. */
  readonly leaving: Uint8Array | undefined
  /** Where the master key was made just now, at the first start. */
  readonly madeAt: string | undefined
  /** Wipes every data key. The sources are their maker's to close. */
  close(): void
}

/**
 * Opens the vault of a store: every master key that the store needs must be at hand, and be the very one.
 *
 * @throws {HufuError} `ERR_VAULT_KEY` if one is not; `ERR_VAULT_FILE`, `ERR_HSM_…` from where it is kept.
 */
export async function openVault(
  store: Pick<Store, 'read' | 'write'>,
  sources: MasterKeySources,
  limits: VaultLimits = VAULT_LIMITS,
): Promise<OpenVault> {
  const rows = await store.read(masterRows)
  const ring = await provenRing(rows, sources)
  const madeAt = rows.length === 0 ? await start(store, ring, sources.current) : undefined
  const leaving = rows.find(({ state }) => state === 'leaving')?.id
  if (leaving === undefined && rows[0] !== undefined) await settleAll(sources, rows[0].id)
  const cache: DataKeyCache = dataKeyCache(limits.cachedKeys)
  const keys: DataKeys = { ring, cache, ...limits }
  return {
    ...vaultOver(keys),
    ring,
    leaving,
    madeAt,
    close: () => cache.clear(),
  }
}

/** Tells both places that nothing but this key is needed. */
export async function settleAll(sources: MasterKeySources, id: Uint8Array): Promise<void> {
  await sources.current.settle(id)
  await sources.next?.settle(id)
}

/** Every key of both places. */
export async function allKeys({ current, next }: MasterKeySources): Promise<readonly MasterKey[]> {
  return [...(await current.keys()), ...((await next?.keys()) ?? [])]
}

/** The first key of a place, made if there is none. */
export async function firstOf(source: MasterKeySource): Promise<MasterKey> {
  return (await source.keys())[0] ?? source.make()
}

/** Puts an empty vault under a master key. Where the key is, if it had to be made. */
async function start(
  store: Pick<Store, 'write'>,
  ring: Ring,
  source: MasterKeySource,
): Promise<string | undefined> {
  const [known] = await source.keys()
  const key = known ?? (await source.make())
  const proof = await checkedProof(key, source.place)
  ring.add(key)
  await store.write('durable', (db) => installMaster(db, key.id, proof))
  return known === undefined ? source.place : undefined
}

/**
 * The master keys that a store needs, each shown to be the one.
 *
 * @throws {HufuError} `ERR_VAULT_KEY` if one is not at hand; `ERR_VAULT_FILE`, `ERR_HSM_…` from where it is kept.
 */
export async function provenRing(
  rows: readonly MasterRow[],
  sources: MasterKeySources,
): Promise<Ring> {
  const ring = emptyRing()
  if (rows.length === 0) return ring
  const keys = await allKeys(sources)
  for (const { id, proof } of rows) {
    const key = keys.find((each) => equal(each.id, id))
    if (key === undefined) throw missing(id, keys, sources)
    if (!(await isProven(key, proof)))
      throw new HufuError(
        'ERR_VAULT_KEY',
        `the master key ${hex(id)} has the right name but is another key, or the store was altered`,
      )
    ring.add(key)
  }
  return ring
}

/**
 * The master keys that a store needs whose server runs, and may change its master key just now: the rows and the places
 * are looked at again for as long as something changes between two looks.
 *
 * @throws {HufuError} as {@link provenRing}.
 */
export async function ringBeside(
  rows: () => Promise<readonly MasterRow[]>,
  sources: MasterKeySources,
): Promise<Ring> {
  let before: string | undefined
  for (;;) {
    const wanted = await rows()
    try {
      return await provenRing(wanted, sources)
    } catch (error) {
      const now = `${idsOf(wanted)} ${idsOf(await allKeys(sources))}`
      if (now === before) throw error
      before = now
    }
  }
}

/** The error that says which master key is wanted, and which there are. */
export function missing(
  id: Uint8Array,
  keys: readonly MasterKey[],
  { current, next }: MasterKeySources,
  what = 'what is kept here is',
): HufuError {
  const places = next === undefined ? current.place : `${current.place} and ${next.place}`
  const found =
    keys.length === 0 ? 'there is none' : `there is ${keys.map((key) => hex(key.id)).join(', ')}`
  return new HufuError(
    'ERR_VAULT_KEY',
    `${what} under the master key ${hex(id)}; in ${places} ${found}`,
  )
}
