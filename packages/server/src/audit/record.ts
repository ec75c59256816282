import { HufuError } from '@hufu/protocol/wire'
import type { UnixMs } from '../clock.ts'
import { prepared } from '../store/prepared.ts'
import type { Db } from '../store/schema.ts'
import { entryHash } from './chain.ts'
import { rowOf, type AuditEntry, type EntryRow } from './entry.ts'

/**
 * Appends `entry` to the record, within the transaction that `db` is: it stands if and only if what it tells of does. The
 * result is its number.
 *
 * @throws {HufuError} `ERR_CALL_ORDER` if something in it is not what its action lists; `ERR_AUDIT_BROKEN` if the record
 * has lost its head.
 */
export async function recordEntry(db: Db, entry: AuditEntry, at: UnixMs): Promise<number> {
  const { adapter } = db.getExecutor()
  const known = heads.get(adapter)
  const row = known && (await appendBehind(db, known, entry, at))
  if (row !== undefined) return kept(adapter, row)
  // the head's row is changed before it is used: whoever else appends waits here for this transaction to end
  const head = (await advanceHead(db, {})).rows[0]
  if (head === undefined)
    throw new HufuError('ERR_AUDIT_BROKEN', 'the row that holds its head is gone')
  const next = hashed(head.hash, rowOf(entry, head.seq, at))
  await insertEntry(db, next)
  await setHead(db, next)
  return kept(adapter, next)
}

/** A row with its hash. */
type Hashed = EntryRow & { readonly hash: Uint8Array }
type Head = Pick<Hashed, 'seq' | 'hash'>

/**
 * What each database's head was after the last entry from here. Only where to begin: it may have been taken back, or
 * another process may have appended, and then the row says otherwise.
 */
const heads = new WeakMap<object, Head>()

/** Appends if the head is still the one that is known, which saves asking for it; undefined if it is not. */
async function appendBehind(
  db: Db,
  known: Head,
  entry: AuditEntry,
  at: UnixMs,
): Promise<Hashed | undefined> {
  const next = hashed(known.hash, rowOf(entry, known.seq + 1, at))
  const { seq, hash } = next
  const moved = await moveHead(db, { seq, hash, from: known.seq, fromHash: known.hash })
  if (moved.numAffectedRows !== 1n) return undefined
  await insertEntry(db, next)
  return next
}

function hashed(previous: Uint8Array, row: EntryRow): Hashed {
  return { ...row, hash: entryHash(previous, row) }
}

function kept(adapter: object, { seq, hash }: Hashed): number {
  heads.set(adapter, { seq, hash })
  return seq
}

const advanceHead = prepared((db) =>
  db
    .updateTable('audit_head')
    .set((eb) => ({ seq: eb('seq', '+', 1) }))
    .where('id', '=', 'head')
    .returning(['seq', 'hash']),
)

const moveHead = prepared((db, given: Head & { from: number; fromHash: Uint8Array }) =>
  db
    .updateTable('audit_head')
    .set({ seq: given.seq, hash: given.hash })
    .where('id', '=', 'head')
    .where('seq', '=', given.from)
    .where('hash', '=', given.fromHash),
)

const insertEntry = prepared((db, given: Hashed) =>
  db.insertInto('audit_entries').values({
    seq: given.seq,
    at: given.at,
    actor: given.actor,
    action: given.action,
    object_kind: given.objectKind,
    object_id: given.objectId,
    outcome: given.outcome,
    detail: given.detail,
    hash: given.hash,
  }),
)

const setHead = prepared((db, given: { readonly hash: Uint8Array }) =>
  db.updateTable('audit_head').set({ hash: given.hash }).where('id', '=', 'head'),
)
