import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { HufuError } from '@hufu/protocol/wire'
import { lockFolder } from './lock.ts'
import { schemaOf } from './migrations.ts'
import { isRestorePending, takeRestored } from './restored.ts'
import type { Db } from './schema.ts'
import { BUSY_MS, queriesOn } from './sqlite.ts'

/** A store as it stands, beside a server that may have it open. */
export interface Beside {
  readonly db: Db
  /** The same, for what is no query. */
  readonly database: DatabaseSync
  /** Names of the steps that have brought its tables to where they are. */
  readonly schema: readonly string[]
  close(): Promise<void>
}

/**
 * Opens the store in `folder` beside whoever has it. Its tables are left at the version that they have. What is written
 * must be a transaction of a few milliseconds: the server stands still for so long.
 *
 * @throws {HufuError} `ERR_DATA_FOLDER` (none, or not to be opened), `ERR_STORE_VERSION` (written by a newer hufu).
 */
export async function openBeside(folder: string): Promise<Beside> {
  const path = join(folder, 'hufu.db')
  // one that was cut off has to be ended; one that waits for the next start is left to that
  if (!existsSync(path) && isRestorePending(folder)) takeIfFree(folder)
  if (!existsSync(path))
    throw new HufuError('ERR_DATA_FOLDER', `${folder}: no hufu server has kept anything here`)
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(path, { timeout: BUSY_MS, enableForeignKeyConstraints: true })
    const db = queriesOn(database)
    return { db, database, schema: await schemaOf(db), close: () => db.destroy() }
  } catch (cause) {
    database?.close()
    if (cause instanceof HufuError) throw cause
    throw new HufuError('ERR_DATA_FOLDER', `${path}: cannot be opened as a database`, { cause })
  }
}

function takeIfFree(folder: string): void {
  let unlock: () => void
  try {
    unlock = lockFolder(folder)
  } catch {
    return
  }
  try {
    takeRestored(folder)
  } finally {
    unlock()
  }
}
