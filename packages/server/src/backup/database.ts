import type { DatabaseSync } from 'node:sqlite'
import { HufuError } from '@hufu/protocol/wire'

/**
 * Goes through a whole database: its pages, its indices, what refers to what.
 *
 * @throws {HufuError} `ERR_DATA_FOLDER`, with the first thing that is wrong.
 */
export function requireUndamaged(database: DatabaseSync, path: string): void {
  const wrong = firstDamage(database, 'integrity_check')
  if (wrong !== undefined)
    throw new HufuError('ERR_DATA_FOLDER', `${path}: the database is damaged: ${wrong}`)
}

/** The first thing that is wrong with a database; undefined if nothing is. `quick_check` leaves out the indices. */
export function firstDamage(
  database: DatabaseSync,
  check: 'integrity_check' | 'quick_check',
): string | undefined {
  try {
    const [found] = Object.values(database.prepare(`PRAGMA ${check}(1)`).get() ?? {})
    if (found !== 'ok') return String(found)
    const stray = database.prepare('PRAGMA foreign_key_check').get()
    return stray === undefined ? undefined : `a row of ${String(stray['table'])} refers to none`
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
