import { HufuError, type FileEntry, type FileOffer } from '@hufu/terminal'
import { writeFailure } from './disk.ts'

/**
 * What has come so far stands in the browser's own file system under `received/PART`, where PART is a hash of what was
 * offered: the same thing, offered again, goes on there. Files in it have numbers for names, so that no name of the
 * other's ever reaches the file system.
 */
export interface Part {
  readonly name: string
  readonly folder: FileSystemDirectoryHandle
  /** Lets another try have it. */
  release(): void
}

/** Milliseconds that an unfinished part waits for another try. Our choice. */
const KEPT_MS = 3 * 86_400_000
/** Parts of the same thing that may be written at once, in several tabs. Our choice. */
const MOST_PARTS = 100
/** Says that a part is whole and was saved. */
const WHOLE = 'whole'

/**
 * Takes the part for this offer: that of an earlier try, or a new one. No other tab gets the same while this page lives.
 *
 * @throws {HufuError} `ERR_FILE_WRITE` if the browser keeps no files for this page.
 */
export async function takePart(offer: FileOffer, entries: readonly FileEntry[]): Promise<Part> {
  const same = await digestOf(offer, entries)
  try {
    const received = await receivedFolder()
    for (let number = 0; number < MOST_PARTS; number++) {
      const name = number === 0 ? same : `${same}-${number}`
      const release = await lock(name)
      if (release === undefined) continue
      const folder = await received.getDirectoryHandle(name, { create: true })
      return { name, folder, release }
    }
  } catch (cause) {
    throw writeFailure(cause)
  }
  throw new HufuError('ERR_FILE_WRITE', `${offer.name} is being received too many times already`)
}

/** Octets that the browser would still keep for this page. */
export async function room(): Promise<number> {
  const { quota, usage } = await navigator.storage.estimate()
  return Math.max(0, (quota ?? 0) - (usage ?? 0))
}

/** The part's file of this number, as far as it has come. */
export async function fileIn(part: Part, entry: number): Promise<File> {
  return (await part.folder.getFileHandle(nameOf(entry))).getFile()
}

/** The name under which an entry stands in its part. */
export function nameOf(entry: number): string {
  return `data-${entry}`
}

/** It is whole: goes with the next page that comes after this one. */
export async function markWhole(part: Part): Promise<void> {
  await part.folder.getFileHandle(WHOLE, { create: true })
}

/** Removes what was made, and lets go of it. */
export async function dropPart(part: Part): Promise<void> {
  try {
    await (await receivedFolder()).removeEntry(part.name, { recursive: true })
  } finally {
    part.release()
  }
}

/** Removes what no page holds any more: what is whole, and what nobody came back for. */
export async function sweepParts(): Promise<void> {
  const received = await receivedFolder()
  for await (const [name, handle] of received.entries()) {
    const release = await lock(name)
    if (release === undefined) continue
    try {
      if (handle instanceof FileSystemDirectoryHandle && (await isOver(handle)))
        await received.removeEntry(name, { recursive: true })
    } finally {
      release()
    }
  }
}

async function isOver(folder: FileSystemDirectoryHandle): Promise<boolean> {
  let newest = 0
  for await (const [name, handle] of folder.entries()) {
    if (name === WHOLE) return true
    if (handle instanceof FileSystemFileHandle)
      newest = Math.max(newest, (await handle.getFile()).lastModified)
  }
  return newest < Date.now() - KEPT_MS
}

async function receivedFolder(): Promise<FileSystemDirectoryHandle> {
  const root = await navigator.storage.getDirectory()
  return root.getDirectoryHandle('received', { create: true })
}

/** Held until released, or as long as the page lives. */
function lock(name: string): Promise<(() => void) | undefined> {
  return new Promise((resolve, reject) => {
    const released = Promise.withResolvers<void>()
    navigator.locks
      .request(`hufu part ${name}`, { ifAvailable: true }, (held) => {
        if (held === null) return resolve(undefined)
        resolve(() => released.resolve())
        return released.promise
      })
      .catch(reject)
  })
}

/** The same thing: same name, same entries with their sizes and times. */
async function digestOf(offer: FileOffer, entries: readonly FileEntry[]): Promise<string> {
  const listed = entries.map(({ path, folder, octets, modified, executable }) => [
    path,
    folder,
    octets,
    modified,
    executable,
  ])
  const text = new TextEncoder().encode(JSON.stringify([offer.kind, offer.name, listed]))
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', text))
  return Array.from(digest, (octet) => octet.toString(16).padStart(2, '0')).join('')
}
