import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { HufuError } from '@hufu/protocol/wire'

/** Who has a data folder to itself. */
export interface Holder {
  /** A command, such as `hufu serve`; `hufu` if nothing is known of it. */
  readonly does: string
  readonly pid: number | undefined
  /** Where it listens, if it is a server that does. */
  readonly url: string | undefined
}

/**
 * Milliseconds that whoever wants the folder waits: another may only have looked whether it is free. Our choice, some
 * hundred times what a look takes.
 */
const PATIENCE_MS = 250
const LOCK = 'hufu.lock'
/** Of whoever lays a restore ready beside a server. */
const RESTORE_LOCK = 'restore.lock'
/** Beside the lock, for whoever finds it taken. */
const HOLDER = 'hufu.holder'

/**
 * Keeps every other hufu out of `folder` until the result is called, or this process ends in whatever way: the lock is
 * one of the operating system's, on a database of its own, so that nothing stale is ever left.
 *
 * @param does the command that wants it, for those who come later
 * @throws {HufuError} `ERR_DATA_FOLDER`, naming who has it.
 */
export function lockFolder(folder: string, does = 'hufu'): () => void {
  const held = lockIn(folder)
  if (held === undefined) throw new HufuError('ERR_DATA_FOLDER', heldText(folder, noteIn(folder)))
  tellHolder(folder, does, undefined)
  return () => {
    rmSync(join(folder, HOLDER), { force: true })
    held.close()
  }
}

/**
 * Keeps every other restore out of `folder`, whoever has the rest of it.
 *
 * @throws {HufuError} `ERR_DATA_FOLDER` if one is under way.
 */
export function lockRestore(folder: string): () => void {
  const held = lockIn(folder, RESTORE_LOCK)
  if (held === undefined)
    throw new HufuError('ERR_DATA_FOLDER', `${folder}: another restore is under way`)
  return () => {
    rmSync(join(folder, RESTORE_LOCK), { force: true })
    held.close()
  }
}

/** Says where the holder of `folder`, that is this process, listens. */
export function tellHolder(folder: string, does: string, url: string | undefined): void {
  const path = join(folder, HOLDER)
  const text = JSON.stringify({ does, pid: process.pid, ...(url === undefined ? {} : { url }) })
  try {
    writeFileSync(path, text, { mode: 0o600 })
  } catch {
    // only others miss it, who are then told less
  }
}

/** Who has `folder` to itself now; undefined if nobody has. */
export function holderOf(folder: string): Holder | undefined {
  if (!existsSync(join(folder, LOCK))) return undefined
  const free = lockIn(folder)
  free?.close()
  return free === undefined ? noteIn(folder) : undefined
}

/** Why `folder` cannot be had. */
export function heldText(folder: string, { does, pid, url }: Holder): string {
  const which = [
    ...(pid === undefined ? [] : [`process ${pid}`]),
    ...(url === undefined ? [] : [url]),
  ]
  const who = which.length === 0 ? does : `${does}, ${which.join(', ')}`
  return `${folder}: another hufu is using it (${who}); stop that one, or give --data another folder`
}

/** The lock, or undefined if another process has it, or it cannot be made. */
function lockIn(folder: string, name = LOCK): DatabaseSync | undefined {
  let database: DatabaseSync | undefined
  try {
    const path = join(folder, name)
    closeSync(openSync(path, 'a', 0o600))
    database = new DatabaseSync(path, { timeout: PATIENCE_MS })
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
    return database
  } catch {
    database?.close()
    return undefined
  }
}

function noteIn(folder: string): Holder {
  try {
    const text = readFileSync(join(folder, HOLDER), 'utf8')
    const { does, pid, url } = JSON.parse(text) as Readonly<Record<string, unknown>>
    return {
      does: typeof does === 'string' ? does : 'hufu',
      pid: typeof pid === 'number' ? pid : undefined,
      url: typeof url === 'string' ? url : undefined,
    }
  } catch {
    // it holds the lock, and has not written yet
    return { does: 'hufu', pid: undefined, url: undefined }
  }
}
