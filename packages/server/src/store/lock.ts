import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { HufuError } from '@hufu/protocol/wire'

/**
 * Keeps other servers out of `folder` until the result is called, or this process ends in whatever way: the lock is one
 * of the operating system's, on a database of its own, so that nothing stale is ever left.
 *
 * @throws {HufuError} `ERR_DATA_FOLDER` if another server has it.
 */
export function lockFolder(folder: string): () => void {
  let database: DatabaseSync | undefined
  try {
    const path = join(folder, 'hufu.lock')
    closeSync(openSync(path, 'a', 0o600))
    database = new DatabaseSync(path, { timeout: 0 })
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
  } catch (cause) {
    database?.close()
    throw new HufuError(
      'ERR_DATA_FOLDER',
      `${folder}: another hufu server is using it; stop that one, or give --data another folder`,
      { cause },
    )
  }
  const held = database
  return () => held.close()
}
