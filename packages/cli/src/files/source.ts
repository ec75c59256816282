import { constants } from 'node:fs'
import { open, lstat, readdir, stat, type FileHandle } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { HufuError } from '@hufu/protocol/wire'
import { isSafeName, type FileEntry, type FileSource } from '@hufu/terminal'
import { collectYoungOften } from '../memory.ts'
import { codeOf } from '../system.ts'
import { blocks } from './blocks.ts'

/** A source, and what of its folder cannot be sent: links, devices, sockets, pipes. */
export interface OpenedSource {
  readonly source: FileSource
  /** Paths relative to the folder. */
  readonly skipped: readonly string[]
  readonly octets: number
}

/**
 * A file, or a folder with all that is in it, to be sent. Links inside a folder are not followed; `path` itself may be
 * one. A file that is not, or no longer, the one that was listed is noticed before the last of its octets is given.
 *
 * @throws {HufuError} `ERR_FILE_READ`, here and from every method; from `read` also `ERR_FILE_CHANGED`.
 */
export async function openSource(path: string): Promise<OpenedSource> {
  collectYoungOften()
  const root = resolve(path)
  const name = basename(root)
  if (!isSafeName(name)) throw unreadable(path, 'a name like this cannot be sent')
  const info = await stat(root).catch((cause: unknown) => {
    throw unreadable(path, reasonOf(cause))
  })
  const list: Listing = { entries: [], skipped: [] }
  if (info.isFile()) {
    list.entries.push(entryOf('', info))
    await (await openToRead(root, path)).close() // says now, not after the pairing, if it may not be read
  } else if (info.isDirectory()) await walk(root, '', list)
  else throw unreadable(path, 'neither a file nor a folder')
  const kind = info.isDirectory() ? 'folder' : 'file'
  return {
    source: { name, kind, ...reading(root, list.entries) },
    skipped: list.skipped,
    octets: list.entries.reduce((sum, { octets }) => sum + octets, 0),
  }
}

interface Listing {
  readonly entries: FileEntry[]
  readonly skipped: string[]
}

/** Folders come before what is in them; in the same order at every try, so that a later one can go on. */
async function walk(root: string, within: string, list: Listing): Promise<void> {
  const names = await readdir(join(root, within)).catch((cause: unknown) => {
    throw unreadable(join(root, within), reasonOf(cause))
  })
  for (const name of names.toSorted()) {
    const path = within === '' ? name : `${within}/${name}`
    const info = await lstat(join(root, path)).catch((cause: unknown) => {
      throw unreadable(join(root, path), reasonOf(cause))
    })
    if (!isSafeName(name)) throw unreadable(path, 'a name like this cannot be sent')
    if (!info.isFile() && !info.isDirectory()) {
      list.skipped.push(path)
      continue
    }
    list.entries.push(entryOf(path, info))
    if (info.isDirectory()) await walk(root, path, list)
  }
}

interface Info {
  readonly size: number
  readonly mtimeMs: number
  readonly mode: number
  isDirectory(): boolean
}

function entryOf(path: string, info: Info): FileEntry {
  const folder = info.isDirectory()
  return {
    path,
    folder,
    octets: folder ? 0 : info.size,
    modified: modifiedOf(info),
    executable: !folder && (info.mode & 0o100) !== 0,
  }
}

/** Whole milliseconds; what is older than 1970 counts as 1970. */
function modifiedOf(info: { readonly mtimeMs: number }): number {
  return Math.max(0, Math.trunc(info.mtimeMs))
}

/** Octets of a file after which it is looked at once more. Our choice. */
const LOOK_OCTETS = 67_108_864

function reading(
  root: string,
  entries: readonly FileEntry[],
): Pick<FileSource, 'entries' | 'read' | 'giveBack' | 'close'> {
  const memory = blocks()
  let current: { readonly entry: number; readonly file: FileHandle } | undefined

  const close = async (): Promise<void> => {
    const { file } = current ?? {}
    current = undefined
    await file?.close()
  }
  const handle = async (entry: number): Promise<FileHandle> => {
    if (current?.entry === entry) return current.file
    await close()
    const { path } = entries[entry]!
    const file = await openToRead(join(root, path), path === '' ? root : path)
    current = { entry, file }
    return file
  }
  return {
    entries: async () => entries,
    async read(entry, position, octets) {
      const listed = entries[entry]
      if (listed === undefined) throw unreadable(root, 'there is no such entry')
      const file = await handle(entry)
      const wanted = Math.max(0, Math.min(octets, listed.octets - position))
      const data = memory.take(wanted)
      let filled = 0
      while (filled < wanted) {
        const { bytesRead } = await file
          .read(data, filled, wanted - filled, position + filled)
          .catch((cause: unknown) => {
            throw unreadable(join(root, listed.path), reasonOf(cause))
          })
        if (bytesRead === 0) break
        filled += bytesRead
      }
      const end = position + wanted
      const looks = end === listed.octets || stretchOf(end) !== stretchOf(position)
      if (filled < wanted || (looks && !isListed(await file.stat(), listed)))
        throw new HufuError('ERR_FILE_CHANGED', join(root, listed.path))
      return data
    },
    giveBack: (octets) => memory.giveBack(octets),
    close,
  }
}

function stretchOf(position: number): number {
  return Math.floor(position / LOOK_OCTETS)
}

function isListed(info: Info, listed: FileEntry): boolean {
  return info.size === listed.octets && modifiedOf(info) === listed.modified
}

/** `O_NONBLOCK`: a pipe that has taken the file's place must not hold us up. */
async function openToRead(path: string, shown: string): Promise<FileHandle> {
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)).catch(
    (cause: unknown) => {
      throw unreadable(shown, reasonOf(cause))
    },
  )
  if ((await file.stat()).isFile()) return file
  await file.close()
  throw new HufuError('ERR_FILE_CHANGED', shown)
}

function unreadable(path: string, reason: string): HufuError {
  return new HufuError('ERR_FILE_READ', `${path}: ${reason}`)
}

function reasonOf(cause: unknown): string {
  const code = codeOf(cause)
  if (code === 'ENOENT') return 'there is no such file'
  if (code === 'EACCES' || code === 'EPERM') return 'no permission to read it'
  return code === '' ? String(cause) : code
}
