import type { UnixMs } from '../clock.ts'
import type { Db } from '../store/schema.ts'
import { signMark, type Mark } from './mark.ts'
import { markOfRow, rowOfMark, type Signer } from './marks.ts'
import { recordEntry } from './record.ts'

const DAY_MS = 86_400_000

/** What is to be dropped: whatever a mark older than so many days covers. */
export interface Retention {
  readonly days: number
  readonly now: UnixMs
}

/**
 * Makes the newest mark older than that the record's beginning, signed anew as such, and records that. The result is that
 * mark; undefined if there is nothing to drop. The entries themselves go with {@link deleteDropped}.
 */
export async function dropOld(
  db: Db,
  signer: Signer,
  { days, now }: Retention,
): Promise<Mark | undefined> {
  const begun = await beginning(db)
  const row = await db
    .selectFrom('audit_marks')
    .selectAll()
    .where('at', '<', now - days * DAY_MS)
    .where('seq', '>', begun)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (row === undefined) return undefined
  const mark = signMark(signer.serverId, { ...markOfRow(row), begins: true }, signer.key)
  await db.deleteFrom('audit_marks').where('seq', '<=', mark.seq).execute()
  await db.insertInto('audit_marks').values(rowOfMark(mark)).execute()
  await recordEntry(
    db,
    {
      actor: 'server',
      action: 'audit.drop',
      object: { kind: 'audit', id: '' },
      outcome: 'done',
      detail: { through: mark.seq, entries: mark.seq - begun, days },
    },
    now,
  )
  return mark
}

/** Deletes at most `most` entries from before the record's beginning. False if none are left. */
export async function deleteDropped(db: Db, most: number): Promise<boolean> {
  const begun = await beginning(db)
  const { first } = await db
    .selectFrom('audit_entries')
    .select((eb) => eb.fn.min('seq').as('first'))
    .executeTakeFirstOrThrow()
  if (first === null || first > begun) return false
  const last = Math.min(begun, first + most - 1)
  await db.deleteFrom('audit_entries').where('seq', '<=', last).execute()
  return last < begun
}

/** The number of the last entry that was dropped; 0 if none ever was. */
async function beginning(db: Db): Promise<number> {
  const row = await db
    .selectFrom('audit_marks')
    .select('seq')
    .where('begins', '=', 1)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.seq ?? 0
}
