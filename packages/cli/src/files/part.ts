import { createHash } from 'node:crypto'
import { lstat, open, readFile, unlink, writeFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { HufuError } from '@hufu/protocol/wire'
import type { FileEntry, FileOffer } from '@hufu/terminal'
import { codeOf, isAlive } from '../system.ts'
import { writeFailure } from './failure.ts'

/** Ends the name of what is not whole yet; `.json` behind it: what it will become. */
export const PART_ENDING = '.hufu-part'

/** Where something stands until it is whole. */
export interface Part {
  /** Of the file or folder itself. */
  readonly path: string
  /** Of the note beside it. */
  readonly notePath: string
  /** Whether an earlier try left it. */
  readonly resumed: boolean
}

/** Other names that are tried beside the one offered. Our choice. */
const MOST_NAMES = 1_000
/** Octets of a name beyond which the ending might not fit: file systems take 255. */
const MOST_NAME_OCTETS = 220

/** Parts that this process is writing. */
const ours = new Set<string>()

/**
 * Finds what an earlier try at the same thing left in `directory`, or a free name for a new one, and takes it: no other
 * try, here or in another process, gets the same. The same thing: same name, same entries with their sizes and times.
 *
 * @throws {HufuError} `ERR_FILE_WRITE`
 */
export async function takePart(
  directory: string,
  offer: FileOffer,
  entries: readonly FileEntry[],
): Promise<Part> {
  const wanted = noteOf(offer, entries)
  for (let number = 0; number < MOST_NAMES; number++) {
    const path = join(
      directory,
      `${numbered(shortened(offer.name), offer.kind, number)}${PART_ENDING}`,
    )
    const notePath = `${path}.json`
    if (ours.has(path)) continue
    const found = await readNote(notePath)
    if (found === 'none' && !(await exists(path)) && (await writeNew(notePath, wanted)))
      return take({ path, notePath, resumed: false })
    if (typeof found !== 'object' || !isSame(found, wanted) || isTaken(found.process)) continue
    // Whoever removes the note of the earlier try has it; the next to come finds none.
    if (!(await remove(notePath))) continue
    if (await writeNew(notePath, wanted)) return take({ path, notePath, resumed: true })
  }
  throw new HufuError('ERR_FILE_WRITE', `${join(directory, offer.name)}: too many of this name`)
}

/** Lets another try have the part. */
export async function leavePart(part: Part): Promise<void> {
  ours.delete(part.path)
  const note = await readNote(part.notePath)
  if (typeof note === 'object')
    await writeFile(part.notePath, JSON.stringify({ ...note, process: 0 }))
}

/** The part is whole, or was removed. */
export async function endPart(part: Part): Promise<void> {
  ours.delete(part.path)
  await remove(part.notePath)
}

/** `photo.jpg`, `photo (1).jpg`, … */
export function numbered(name: string, kind: 'file' | 'folder', number: number): string {
  if (number === 0) return name
  const ending = kind === 'file' ? extname(name) : ''
  return `${name.slice(0, name.length - ending.length)} (${number})${ending}`
}

interface Note {
  readonly version: 1
  /** Id of the process that writes it, 0 for none. */
  readonly process: number
  readonly name: string
  readonly kind: string
  readonly octets: number
  /** SHA-256 of the entries. */
  readonly entries: string
}

function noteOf(offer: FileOffer, entries: readonly FileEntry[]): Note {
  const digest = createHash('sha256')
  for (const { path, folder, octets, modified, executable } of entries)
    digest.update(JSON.stringify([path, folder, octets, modified, executable]))
  const { name, kind, octets } = offer
  return { version: 1, process: process.pid, name, kind, octets, entries: digest.digest('hex') }
}

function isSame(found: Note, wanted: Note): boolean {
  return (
    found.version === wanted.version &&
    found.name === wanted.name &&
    found.kind === wanted.kind &&
    found.octets === wanted.octets &&
    found.entries === wanted.entries
  )
}

function take(part: Part): Part {
  ours.add(part.path)
  return part
}

async function readNote(path: string): Promise<Note | 'none' | 'other'> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'))
    return typeof value === 'object' && value !== null ? (value as Note) : 'other'
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? 'none' : 'other'
  }
}

async function writeNew(path: string, note: Note): Promise<boolean> {
  try {
    const file = await open(path, 'wx', 0o600)
    try {
      await file.writeFile(JSON.stringify(note))
    } finally {
      await file.close()
    }
    return true
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST') return false
    throw writeFailure(path, cause)
  }
}

async function remove(path: string): Promise<boolean> {
  return unlink(path).then(
    () => true,
    () => false,
  )
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  )
}

/** This process knows its own parts by {@link ours}. */
function isTaken(pid: unknown): boolean {
  return typeof pid === 'number' && pid > 0 && pid !== process.pid && isAlive(pid)
}

function shortened(name: string): string {
  if (Buffer.byteLength(name) <= MOST_NAME_OCTETS) return name
  return `${name.slice(0, 40)}~${createHash('sha256').update(name).digest('hex').slice(0, 32)}`
}
