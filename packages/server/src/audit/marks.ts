import type { Selectable } from 'kysely'
import type { SigningKey } from '@hufu/protocol/crypto'
import type { UnixMs } from '../clock.ts'
import type { Db, Schema } from '../store/schema.ts'
import { signMark, type Mark } from './mark.ts'

/** Who signs, for which server. */
export interface Signer {
  /** 16 octets. */
  readonly serverId: Uint8Array
  readonly key: SigningKey
}

/** Adds a mark over all that is recorded. Undefined if nothing was since the last one. */
export async function addMark(db: Db, signer: Signer, at: UnixMs): Promise<Mark | undefined> {
  const head = await db
    .selectFrom('audit_head')
    .select(['seq', 'hash'])
    .where('id', '=', 'head')
    .executeTakeFirst()
  const last = await lastMark(db)
  if (head === undefined || head.seq <= (last?.seq ?? 0)) return undefined
  const marked = { seq: head.seq, at, hash: head.hash, begins: false }
  const mark = signMark(signer.serverId, marked, signer.key)
  await db
    .insertInto('audit_marks')
    .values(rowOfMark(mark))
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  return mark
}

/** The mark with the highest number. */
async function lastMark(db: Db): Promise<Mark | undefined> {
  const row = await db
    .selectFrom('audit_marks')
    .selectAll()
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row === undefined ? undefined : markOfRow(row)
}

/** The mark at `seq`. */
export async function markAt(db: Db, seq: number): Promise<Mark | undefined> {
  const row = await db
    .selectFrom('audit_marks')
    .selectAll()
    .where('seq', '=', seq)
    .executeTakeFirst()
  return row === undefined ? undefined : markOfRow(row)
}

/** At most `most` marks behind `seq`, in order. */
export async function marksAfter(db: Db, seq: number, most: number): Promise<readonly Mark[]> {
  const rows = await db
    .selectFrom('audit_marks')
    .selectAll()
    .where('seq', '>', seq)
    .orderBy('seq')
    .limit(most)
    .execute()
  return rows.map(markOfRow)
}

/** A mark as it stands in its table. */
export function rowOfMark(mark: Mark): Selectable<Schema['audit_marks']> {
  const { seq, at, hash, begins, publicKey, signature } = mark
  return { seq, at, hash, begins: begins ? 1 : 0, public_key: publicKey, signature }
}

/** The mark in a row of its table. */
export function markOfRow(row: Selectable<Schema['audit_marks']>): Mark {
  const { seq, at, hash, begins, public_key: publicKey, signature } = row
  return { seq, at, hash, begins: begins === 1, publicKey, signature }
}
