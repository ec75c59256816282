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
  // the head's row is changed before it is used: whoever else appends waits here for this transaction to end
  const head = (await advanceHead(db, {})).rows[0]
  if (head === undefined)
    throw new HufuError('ERR_AUDIT_BROKEN', 'the row that holds its head is gone')
  const row = rowOf(entry, head.seq, at)
  const hash = entryHash(head.hash, row)
  await insertEntry(db, { ...row, hash })
  await setHead(db, { hash })
  return row.seq
}

const advanceHead = prepared((db) =>
  db
    .updateTable('audit_head')
    .set((eb) => ({ seq: eb('seq', '+', 1) }))
    .where('id', '=', 'head')
    .returning(['seq', 'hash']),
)

const insertEntry = prepared((db, given: EntryRow & { readonly hash: Uint8Array }) =>
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
