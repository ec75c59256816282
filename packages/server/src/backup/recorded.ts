import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { equal, unhex } from '@hufu/protocol/crypto'
import { lastMarkIn, marksFileIn } from '../audit/marks-file.ts'
import { recordEntry } from '../audit/record.ts'
import { openSource } from '../audit/source.ts'
import { systemClock } from '../clock.ts'
import { notePath, pendingNote } from '../store/restored.ts'
import type { Db } from '../store/schema.ts'
import type { Store } from '../store/store.ts'

/** Under what name the table `meta` keeps the id of the restore that was recorded last. */
const LAST = 'restore'

/**
 * Records a restore that has just been put in its place, as the first thing that happens to the restored data, and signs
 * everybody out whom they have as signed in: such sessions and codes may have been ended since.
 */
export async function recordRestore(store: Pick<Store, 'write'>, folder: string): Promise<void> {
  const note = pendingNote(folder)
  if (note === undefined) return
  const former = await lastEntryIn(join(folder, note.former))
  const id = unhex(note.id)
  await store.write('durable', async (db) => {
    if (await isRecorded(db, id)) return
    await db.deleteFrom('operator_sessions').execute()
    await db.deleteFrom('operator_codes').execute()
    await recordEntry(
      db,
      {
        actor: 'local',
        action: 'backup.restore',
        object: { kind: 'backup', id: note.backup },
        outcome: 'done',
        detail: { through: note.through, former },
      },
      systemClock.wall(),
    )
    await db
      .insertInto('meta')
      .values({ name: LAST, value: id })
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: id }))
      .execute()
  })
  rmSync(notePath(folder))
}

async function isRecorded(db: Db, id: Uint8Array): Promise<boolean> {
  const row = await db
    .selectFrom('meta')
    .select('value')
    .where('name', '=', LAST)
    .executeTakeFirst()
  return row !== undefined && equal(row.value, id)
}

/** Number of the last entry that the former data know of; 0 if none can be read. */
async function lastEntryIn(folder: string): Promise<number> {
  const mark = await lastMarkIn(marksFileIn(folder)).catch(() => undefined)
  return Math.max(mark?.seq ?? 0, lastRowIn(folder))
}

function lastRowIn(folder: string): number {
  try {
    const source = openSource(folder)
    try {
      return Math.max(source.lastSeq(), source.head?.seq ?? 0)
    } finally {
      source.close()
    }
  } catch {
    return 0
  }
}
