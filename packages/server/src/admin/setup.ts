import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { HufuError } from '@hufu/protocol/wire'
import { Kysely } from 'kysely'
import { recordEntry } from '../audit/record.ts'
import { systemClock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { Schema } from '../store/schema.ts'
import { dialectOf } from '../store/sqlite.ts'
import { issueCode } from './routes/setup.ts'

/** Milliseconds that this waits for a server in the middle of a transaction. */
const BUSY_MS = 5_000

/**
 * Makes a code that opens a new account in the role of operator, in a data folder whose server may run: whoever may write
 * to it is the server's master anyway. Any such code made before is good no more.
 *
 * @throws {HufuError} `ERR_DATA_FOLDER` (no server has run there, or it cannot be written), `ERR_STORE_VERSION` (the last
 * one was an older hufu).
 */
export async function makeSetupCode(
  config: Config,
): Promise<{ readonly code: string; readonly expires: number }> {
  const path = join(config.data, 'hufu.db')
  if (!existsSync(path))
    throw new HufuError(
      'ERR_DATA_FOLDER',
      `${config.data}: no server has run here; its first start prints a code`,
    )
  const database = openBeside(path)
  // alone from the first statement on: a server's transactions wait, and none of them is cut short
  const db = new Kysely<Schema>({ dialect: dialectOf(database) })
  try {
    database.exec('BEGIN IMMEDIATE')
    const now = systemClock.wall()
    const made = await issueCode(db, null, config, now)
    const object = { kind: 'server', id: '' } as const
    const action = 'operator.setup-code' as const
    const entry = { actor: 'local', action, object, outcome: 'done', detail: {} } as const
    await recordEntry(db, entry, now)
    database.exec('COMMIT')
    return made
  } catch (cause) {
    if (cause instanceof HufuError) throw cause
    const message = cause instanceof Error ? cause.message : String(cause)
    throw /no such table/.test(message)
      ? new HufuError(
          'ERR_STORE_VERSION',
          'the last server that ran there was of an older hufu: start it with this one once',
          { cause },
        )
      : new HufuError('ERR_DATA_FOLDER', `${path}: cannot be written`, { cause })
  } finally {
    await db.destroy()
  }
}

function openBeside(path: string): DatabaseSync {
  try {
    return new DatabaseSync(path, { timeout: BUSY_MS, enableForeignKeyConstraints: true })
  } catch (cause) {
    throw new HufuError('ERR_DATA_FOLDER', `${path}: cannot be opened as a database`, { cause })
  }
}
