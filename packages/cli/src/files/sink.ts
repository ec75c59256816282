import { constants } from 'node:fs'
import { lstat, mkdir, open, rm, utimes, type FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { HufuError } from '@hufu/protocol/wire'
import {
  isSafeName,
  isSafePath,
  type FileEntry,
  type FileOffer,
  type FileSink,
} from '@hufu/terminal'
import { collectYoungOften, letGo } from '../memory.ts'
import { codeOf, syncFolder } from '../system.ts'
import { writeFailure } from './failure.ts'
import { flushing, type Flushing } from './flushing.ts'
import { endPart, leavePart, PART_ENDING, takePart, type Part } from './part.ts'
import { place } from './place.ts'
import { writeAll } from './write-all.ts'

/**
 * Stores something received in `directory`, and nowhere else: names are checked one by one, links are never followed,
 * nothing that is there is replaced. Until it is whole it stands under `NAME.hufu-part`, where a later try finds it.
 * Times and the executable bit are kept, no other rights.
 *
 * Every method may throw {@link HufuError} `ERR_FILE_WRITE`, `open` also `ERR_FILE_NAME`.
 */
export function folderSink(directory: string, offer: FileOffer): FileSink {
  collectYoungOften()
  let entries: readonly FileEntry[] = []
  let part: Part | undefined
  let current: Current | undefined

  const pathOf = (entry: number): string => {
    const root = held(part).path
    const { path } = entries[entry]!
    return path === '' ? root : join(root, ...path.split('/'))
  }
  const close = async (): Promise<void> => {
    const { file } = current ?? {}
    current = undefined
    await file?.close()
  }
  const opened = async (entry: number): Promise<Current> => {
    if (current?.entry === entry) return current
    await close()
    const file = await openToWrite(pathOf(entry))
    current = { entry, file, flush: flushing(file) }
    return current
  }
  /** Runs `act`; what the system refuses becomes `ERR_FILE_WRITE` with the path and the reason. */
  const guarded = async <T>(entry: number, act: () => Promise<T>): Promise<T> => {
    try {
      return await act()
    } catch (cause) {
      throw writeFailure(pathOf(entry), cause)
    }
  }

  return {
    async open(listed) {
      checkNames(offer, listed)
      entries = listed
      part = await takePart(directory, offer, listed)
      if (offer.kind !== 'folder') return
      const { path } = part
      await makeFolder(path)
      const folders = new Set<string>()
      for (const entry of entries) {
        for (const name of foldersOf(entry)) folders.add(name)
      }
      for (const name of folders) await makeFolder(join(path, ...name.split('/')))
    },
    have: async (entry) =>
      guarded(entry, async () => {
        const info = await lstat(pathOf(entry)).catch((cause: unknown) => {
          if (codeOf(cause) === 'ENOENT') return undefined
          throw cause
        })
        if (info === undefined || entries[entry]!.folder) return 0
        if (!info.isFile()) throw new HufuError('ERR_FILE_WRITE', `${pathOf(entry)}: is not a file`)
        return Math.min(info.size, entries[entry]!.octets)
      }),
    readBack: async (entry, position, octets) =>
      guarded(entry, async () => {
        const data = new Uint8Array(octets)
        const { bytesRead } = await (await opened(entry)).file.read(data, 0, octets, position)
        return data.subarray(0, bytesRead)
      }),
    truncate: async (entry, position) =>
      guarded(entry, async () => (await opened(entry)).file.truncate(position)),
    write: async (entry, position, pieces) =>
      guarded(entry, async () => {
        const { file, flush } = await opened(entry)
        const written = await writeAll(file, position, pieces)
        pieces.forEach(letGo)
        await flush.wrote(written)
      }),
    finish: async (entry) =>
      guarded(entry, async () => {
        const { folder, executable, modified } = entries[entry]!
        if (folder) return
        const { file, flush } = await opened(entry)
        await flush.settled()
        const { mode } = await file.stat()
        // Whoever may read it may run it.
        if (executable) await file.chmod((mode & 0o777) | ((mode & 0o444) >> 2))
        await file.utimes(modified / 1_000, modified / 1_000)
        await file.sync()
        await close()
      }),
    async complete() {
      await close()
      const whole = held(part)
      try {
        if (offer.kind === 'folder') await settleFolders(whole.path, entries)
        const final = await place(whole.path, directory, offer)
        await endPart(whole)
        await syncFolder(directory)
        return final
      } catch (cause) {
        throw writeFailure(join(directory, offer.name), cause)
      }
    },
    async suspend() {
      await close()
      if (part !== undefined) await leavePart(part)
    },
    async discard() {
      await close()
      if (part === undefined) return
      await rm(part.path, { recursive: true, force: true })
      await endPart(part)
    },
  }
}

/** The file that is being written. */
interface Current {
  readonly entry: number
  readonly file: FileHandle
  readonly flush: Flushing
}

function held(part: Part | undefined): Part {
  if (part === undefined) throw new HufuError('ERR_CALL_ORDER', 'the sink is not open')
  return part
}

function checkNames(offer: FileOffer, entries: readonly FileEntry[]): void {
  const { name, kind } = offer
  if (!isSafeName(name) || name.includes(PART_ENDING)) throw new HufuError('ERR_FILE_NAME')
  const folders = new Set(entries.flatMap((entry) => foldersOf(entry)))
  const files = entries.filter((entry) => !entry.folder).map(({ path }) => path)
  const single = kind === 'file' && entries.length === 1 && files[0] === ''
  const apart = files.every((path) => !folders.has(path)) && new Set(files).size === files.length
  if (!single && !(kind === 'folder' && entries.every(({ path }) => isSafePath(path)) && apart))
    throw new HufuError('ERR_FILE_NAME')
}

/** The folders that an entry needs, outermost first, itself among them if it is one. */
function foldersOf(entry: FileEntry): string[] {
  const names = entry.path.split('/')
  const last = entry.folder ? names.length : names.length - 1
  return Array.from({ length: last }, (_, at) => names.slice(0, at + 1).join('/'))
}

/** A folder that is there already must be one, not a link to one. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path)
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST' && (await lstat(path)).isDirectory()) return
    throw writeFailure(path, cause)
  }
}

/** Makes the file, or opens the one of an earlier try, for reading too; never through a link. */
async function openToWrite(path: string): Promise<FileHandle> {
  const flags = constants.O_RDWR | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0)
  const file = await open(path, flags | (constants.O_NONBLOCK ?? 0), 0o666)
  if ((await file.stat()).isFile()) return file
  await file.close()
  throw new HufuError('ERR_FILE_WRITE', `${path}: is not a file`)
}

/** Times of folders, innermost first since what is made in a folder changes its own; and all names durable. */
async function settleFolders(root: string, entries: readonly FileEntry[]): Promise<void> {
  const folders = entries.filter((entry) => entry.folder)
  for (const { path, modified } of folders.toReversed()) {
    const folder = join(root, ...path.split('/'))
    await syncFolder(folder)
    await utimes(folder, modified / 1_000, modified / 1_000)
  }
  await syncFolder(root)
  await syncFolder(dirname(root))
}
