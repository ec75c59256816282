import { setImmediate as turn } from 'node:timers/promises'
import { equal } from '@hufu/protocol/crypto'
import { HufuError } from '@hufu/protocol/wire'
import { prepared } from '../store/prepared.ts'
import type { Store } from '../store/store.ts'
import type { DataKeyRow } from './data-keys.ts'
import { dataKeyContext } from './envelope.ts'
import type { MasterKey } from './master/master-key.ts'
import { checkedProof, forgetMaster, installMaster, masterRows } from './masters.ts'
import { firstOf, settleAll, type MasterKeySources, type OpenVault } from './opening.ts'

/*
 * A change of the master key:
 *
 *   new key made, on disk or in the token
 *   -> in the store: new one current, old one leaving         new data keys go under the new one
 *   -> data keys rewrapped, batch by batch                     rows say themselves which key they are under
 *   -> seen that none is left
 *   -> in the store: old one forgotten                         -> the old key's place is given to the new one
 *
 * Killed at any arrow, the next start finds both keys and goes on.
 */

/** How far it is. */
export interface Progress {
  /** Data keys that are under the new master key. */
  readonly done: number
  /** Data keys that there are. */
  readonly total: number
}

/** What a change has done. */
export interface Rotated extends Progress {
  readonly from: Uint8Array
  readonly to: Uint8Array
  /** It went on with one that had been cut off. */
  readonly resumed: boolean
}

/** What is rotated: the store, its open vault, and where its master keys are. */
export interface RotatedSafe {
  readonly store: Store
  readonly vault: OpenVault
  readonly sources: MasterKeySources
}

export interface RotateOptions {
  readonly progress?: (at: Progress) => void
  /** Stops it after the batch at hand. */
  readonly signal?: AbortSignal
}

/** Data keys rewrapped in one transaction. Our choice: some milliseconds, after which others have their turn. */
const BATCH = 256
/** Serials looked through in one query: under a millisecond. */
const SPAN = 4_096

/**
 * Puts a new master key in the place of the old one, or ends a change that was cut off. Reads and writes go on meanwhile;
 * memory does not grow with what is kept. The new key is the one of `sources.next`, or one made beside the old.
 *
 * @throws {HufuError} `ERR_VAULT_DAMAGED` at the end, if data keys do not open: then the old key stays beside the new one;
 *   `ERR_CONFIG` if there is no other key to change to; `ERR_INTERRUPTED` at `signal`; what the sources throw.
 */
export async function rotate(
  { store, vault, sources }: RotatedSafe,
  { progress, signal }: RotateOptions = {},
): Promise<Rotated> {
  const change = await begin(store, vault, sources)
  const { from, to, resumed } = change
  const total = Number((await store.read((db) => selectCount(db, {}))).rows[0]!.count)
  let done = total - (await countUnder(store, from.id))
  let [found, broken] = [0, 0]
  do {
    broken = 0
    found = await sweep(store, from.id, async (rows) => {
      const moved = await rewrap(store, rows, change)
      broken += rows.length - moved
      done += moved
      progress?.({ done, total: Math.max(done, total) })
      if (signal?.aborted === true)
        throw new HufuError(
          'ERR_INTERRUPTED',
          'the change of the master key goes on at the next start',
        )
    })
  } while (found > broken)
  if (broken > 0)
    throw new HufuError(
      'ERR_VAULT_DAMAGED',
      `${broken} data keys do not open and were left as they are; all others are under the new master key, and the old one is still needed`,
    )
  await store.write('durable', (db) => forgetMaster(db, from.id))
  await settleAll(sources, to.id)
  vault.ring.drop(from.id)
  await store.compact()
  return { from: from.id, to: to.id, done, total: Math.max(done, total), resumed }
}

interface Change {
  readonly from: MasterKey
  readonly to: MasterKey
  readonly resumed: boolean
}

async function begin(
  store: Store,
  { ring }: OpenVault,
  { current, next }: MasterKeySources,
): Promise<Change> {
  const [now, leaving] = await store.read(masterRows)
  if (now !== undefined && leaving !== undefined)
    return { from: ring.key(leaving.id), to: ring.key(now.id), resumed: true }
  const to = next === undefined ? await current.make() : await firstOf(next)
  if (equal(to.id, now!.id))
    throw new HufuError(
      'ERR_CONFIG',
      `the key in ${(next ?? current).place} is in use already: the settings of the next master key are now those of the master key`,
    )
  const proof = await checkedProof(to, (next ?? current).place)
  // at hand before the store asks for it
  ring.add(to)
  await store.write('durable', (db) => installMaster(db, to.id, proof))
  return { from: ring.key(now!.id), to, resumed: false }
}

/** Calls `act` with the data keys under `master`, batch by batch; how many there were. Whatever is added comes last. */
async function sweep(
  store: Store,
  master: Uint8Array,
  act: (rows: readonly Row[]) => Promise<void>,
): Promise<number> {
  let found = 0
  let after = 0
  while (after < (await lastSerial(store))) {
    const upTo = after + SPAN
    const { rows } = await store.read((db) => selectUnder(db, { master, after, upTo }))
    if (rows.length > 0) await act(rows)
    found += rows.length
    after = rows.length < BATCH ? upTo : rows.at(-1)!.serial
    await turn()
  }
  return found
}

async function countUnder(store: Store, master: Uint8Array): Promise<number> {
  const last = await lastSerial(store)
  let count = 0
  for (let after = 0; after < last; after += SPAN) {
    const given = { master, after, upTo: after + SPAN }
    count += Number((await store.read((db) => countSpan(db, given))).rows[0]!.count)
    await turn()
  }
  return count
}

/** Wraps data keys anew. How many opened; the others stay as they are. */
async function rewrap(store: Store, rows: readonly Row[], { from, to }: Change): Promise<number> {
  // outside of the transaction: a token may take its time
  const made = await Promise.all(rows.map((row) => rewrapped(row, from, to)))
  const opened = made.filter((row) => row !== undefined)
  await store.write('soon', async (db) => {
    for (const { serial, wrapped } of opened)
      await updateWrapped(db, { serial, wrapped, from: from.id, to: to.id })
  })
  return opened.length
}

async function rewrapped(
  { serial, id, owner, wrapped }: Row,
  from: MasterKey,
  to: MasterKey,
): Promise<Pick<Row, 'serial' | 'wrapped'> | undefined> {
  const context = dataKeyContext(owner, id)
  const raw = await from.unwrap(wrapped, context)
  if (raw === undefined) return undefined
  try {
    return { serial, wrapped: await to.wrap(raw, context) }
  } finally {
    raw.fill(0)
  }
}

type Row = Pick<DataKeyRow, 'serial' | 'id' | 'wrapped'> & { readonly owner: string }

interface Span {
  readonly master: Uint8Array
  readonly after: number
  readonly upTo: number
}

const selectUnder = prepared((db, given: Span) =>
  db
    .selectFrom('vault_keys')
    .select(['serial', 'id', 'owner', 'wrapped'])
    .where('serial', '>', given.after)
    .where('serial', '<=', given.upTo)
    .where('master', '=', given.master)
    .orderBy('serial')
    .limit(BATCH),
)

const countSpan = prepared((db, given: Span) =>
  db
    .selectFrom('vault_keys')
    .select((eb) => eb.fn.countAll().as('count'))
    .where('serial', '>', given.after)
    .where('serial', '<=', given.upTo)
    .where('master', '=', given.master),
)

const updateWrapped = prepared(
  (db, given: { serial: number; wrapped: Uint8Array; from: Uint8Array; to: Uint8Array }) =>
    db
      .updateTable('vault_keys')
      .set({ master: given.to, wrapped: given.wrapped })
      .where('serial', '=', given.serial)
      .where('master', '=', given.from),
)

const selectLast = prepared((db) =>
  db.selectFrom('vault_keys').select((eb) => eb.fn.max('serial').as('last')),
)

async function lastSerial(store: Store): Promise<number> {
  return (await store.read((db) => selectLast(db, {}))).rows[0]?.last ?? 0
}

const selectCount = prepared((db) =>
  db.selectFrom('vault_keys').select((eb) => eb.fn.countAll().as('count')),
)
