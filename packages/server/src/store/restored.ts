import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
} from 'node:fs'
import { join } from 'node:path'
import { HufuError } from '@hufu/protocol/wire'

/*
 * What a restore has made ready takes the place of what a data folder holds:
 *
 *   restore.part    being made; nobody looks at it
 *   restore.ready   whole and checked: from here on it counts
 *     former files -> former-…
 *   restore.taken   nothing former stands in its place any more
 *     its files -> the folder
 *
 * Each arrow may be cut off anywhere and is gone again from its start by whoever opens the folder next. So there is no
 * moment at which a mixture of both would be taken for data.
 */

/** A restore as its note says. */
export interface RestoreNote {
  /** 32 hexadecimal digits, of this one restore. */
  readonly id: string
  /** Id of the backup. */
  readonly backup: string
  /** The last entry of the audit record that the backup has. */
  readonly through: number
  /** Under what name within the folder the former data are. */
  readonly former: string
}

/** Where it is made. */
export const PART = 'restore.part'
const READY = 'restore.ready'
const TAKEN = 'restore.taken'
/** Stands in the folder until the restore is recorded. */
const NOTE = 'restored.json'

/** What gives way. The master key stays: it is no part of a backup. */
const REPLACED = ['hufu.db', 'hufu.db-wal', 'hufu.db-shm', 'audit.marks', 'tls', NOTE]

/** Whether a restore waits for the folder to be opened. */
export function isRestorePending(folder: string): boolean {
  return existsSync(join(folder, READY)) || existsSync(join(folder, TAKEN))
}

/** Whether there is, or will be with the next opening, a database in `folder`. */
export function hasData(folder: string): boolean {
  return existsSync(join(folder, 'hufu.db')) || isRestorePending(folder)
}

/** Where the note of a restore that is to be made ready belongs. */
export function noteOf(part: string): string {
  return join(part, NOTE)
}

/** Where the former data of `folder` will be: a name that nothing has. */
export function formerName(folder: string, now: Date): string {
  const stamp = now.toISOString().replaceAll(/[-:]|\.\d+/g, '')
  for (let n = 1; ; n += 1) {
    const name = `former-${stamp}${n === 1 ? '' : `-${n}`}`
    if (!existsSync(join(folder, name))) return name
  }
}

/** From here on what was made in {@link PART}, on disk already, is what the folder holds, once nobody has it open. */
export function makeReady(folder: string): void {
  renameSync(join(folder, PART), join(folder, READY))
  syncFolder(folder)
}

/** Where a restore waits that another one takes the place of. */
export function readyIn(folder: string): string {
  return join(folder, READY)
}

/**
 * Ends a restore that waits, if there is one. For whoever has the folder to itself.
 *
 * @throws {HufuError} `ERR_DATA_FOLDER` if a file cannot be moved.
 */
export function takeRestored(folder: string): void {
  try {
    moveIn(folder)
    if (!existsSync(join(folder, READY))) return
    moveAside(folder)
    moveIn(folder)
  } catch (cause) {
    throw new HufuError(
      'ERR_DATA_FOLDER',
      `${folder}: what was restored cannot be put in its place; give the folder to the user that the server runs as`,
      { cause },
    )
  }
}

/** The note of a restore that is not recorded yet. */
export function pendingNote(folder: string): RestoreNote | undefined {
  return existsSync(join(folder, NOTE)) ? readNote(folder) : undefined
}

/** Where that note is, for whoever has recorded it. */
export function notePath(folder: string): string {
  return join(folder, NOTE)
}

/** Has a folder's names on disk. */
export function syncFolder(path: string): void {
  if (process.platform === 'win32') return // folders cannot be opened there
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}

function moveAside(folder: string): void {
  const ready = join(folder, READY)
  const aside = join(folder, readNote(ready).former)
  const former = REPLACED.filter((name) => existsSync(join(folder, name)))
  if (former.length > 0) mkdirSync(aside, { recursive: true, mode: 0o700 })
  for (const name of former) renameSync(join(folder, name), join(aside, name))
  if (former.length > 0) syncFolder(aside)
  syncFolder(folder)
  renameSync(ready, join(folder, TAKEN))
  syncFolder(folder)
}

function moveIn(folder: string): void {
  const taken = join(folder, TAKEN)
  if (!existsSync(taken)) return
  for (const name of readdirSync(taken)) renameSync(join(taken, name), join(folder, name))
  syncFolder(folder)
  rmdirSync(taken)
}

function readNote(folder: string): RestoreNote {
  return JSON.parse(readFileSync(join(folder, NOTE), 'utf8')) as RestoreNote
}
