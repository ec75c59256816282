import { HufuError, type FileEntry, type FileOffer } from '@hufu/terminal'
import { writeFailure } from './disk.ts'
import type { SavedSink } from './files.ts'
import { gathered, type Gathered } from './gathered.ts'
import { checkNames, numbered } from './names.ts'

/** Other names that are tried beside the one offered. Our choice. */
const MOST_NAMES = 1_000

/** Where the user said that it should go: a file of its own, or a folder in which a new one is made. */
export type Chosen = FileSystemFileHandle | FileSystemDirectoryHandle

/**
 * Stores something received at a place that the user chose, as it comes. Each file is whole and durable when it ends;
 * of one that was cut off, what had come until {@link SavedSink.suspend} stays there.
 *
 * Every method may throw {@link HufuError} `ERR_FILE_WRITE`, `open` also `ERR_FILE_NAME`.
 */
export function chosenSink(offer: FileOffer, chosen: Chosen): SavedSink {
  let entries: readonly FileEntry[] = []
  let folder: FileSystemDirectoryHandle | undefined
  let current: Writing | undefined

  const handleOf = async (entry: number): Promise<FileSystemFileHandle> => {
    if (chosen instanceof FileSystemFileHandle) return chosen
    const names = entries[entry]!.path.split('/')
    return (await within(folder!, names.slice(0, -1))).getFileHandle(names.at(-1)!, {
      create: true,
    })
  }
  const close = async (): Promise<void> => {
    const last = current
    current = undefined
    try {
      await last?.gathered.flush()
    } finally {
      await last?.stream.close()
    }
  }
  const sizeOf = async (entry: number): Promise<number> =>
    (await (await handleOf(entry)).getFile()).size

  return guarded({
    async open(listed) {
      checkNames(offer, listed)
      entries = listed
      if (chosen instanceof FileSystemFileHandle) return
      folder = await freshFolder(chosen, offer.name)
      for (const { path, folder: isFolder } of entries)
        if (isFolder) await within(folder, path.split('/'))
    },
    have: () => Promise.resolve(0),
    async readBack(entry, position, octets) {
      const stretch = (await (await handleOf(entry)).getFile()).slice(position, position + octets)
      return new Uint8Array(await stretch.arrayBuffer())
    },
    async truncate(entry, position) {
      await close()
      const stream = await (
        await handleOf(entry)
      ).createWritable({ keepExistingData: position > 0 })
      current = { entry, stream, gathered: gathered((at, pieces) => append(stream, at, pieces)) }
      await stream.truncate(position)
    },
    async write(entry, position, pieces) {
      if (current?.entry !== entry) throw new HufuError('ERR_CALL_ORDER', 'not begun')
      await current.gathered.write(position, pieces)
    },
    async finish(entry) {
      await close()
      const { folder: isFolder, octets } = entries[entry]!
      if (!isFolder && (await sizeOf(entry)) !== octets)
        throw new HufuError('ERR_FILE_WRITE', 'the file is not as long as what was written')
    },
    complete: () => Promise.resolve(folder?.name ?? chosen.name),
    suspend: close,
    async discard() {
      await current?.stream.abort()
      current = undefined
      if (folder !== undefined && chosen instanceof FileSystemDirectoryHandle)
        await chosen.removeEntry(folder.name, { recursive: true })
    },
    saveAgain: undefined,
  })
}

async function within(
  folder: FileSystemDirectoryHandle,
  names: readonly string[],
): Promise<FileSystemDirectoryHandle> {
  let at = folder
  for (const name of names) at = await at.getDirectoryHandle(name, { create: true })
  return at
}

interface Writing {
  readonly entry: number
  readonly stream: FileSystemWritableFileStream
  readonly gathered: Gathered
}

function append(
  stream: FileSystemWritableFileStream,
  position: number,
  pieces: readonly Uint8Array[],
): Promise<void> {
  const data = new Blob([...(pieces as readonly Uint8Array<ArrayBuffer>[])])
  return stream.write({ type: 'write', position, data })
}

/** A new folder: nothing that is there is written into. */
async function freshFolder(
  chosen: FileSystemDirectoryHandle,
  name: string,
): Promise<FileSystemDirectoryHandle> {
  for (let number = 0; number < MOST_NAMES; number++) {
    const free = numbered(name, number)
    if (!(await exists(chosen, free))) return chosen.getDirectoryHandle(free, { create: true })
  }
  throw new HufuError('ERR_FILE_WRITE', `${name}: too many of this name`)
}

async function exists(folder: FileSystemDirectoryHandle, name: string): Promise<boolean> {
  try {
    await folder.getDirectoryHandle(name)
    return true
  } catch (error) {
    if (error instanceof Error && error.name === 'NotFoundError') return false
    if (error instanceof Error && error.name === 'TypeMismatchError') return true
    throw error
  }
}

/** The same sink; what the browser refuses becomes `ERR_FILE_WRITE` with the reason. */
function guarded(sink: SavedSink): SavedSink {
  const guard =
    <A extends readonly unknown[], T>(act: (...args: A) => Promise<T>) =>
    async (...args: A): Promise<T> => {
      try {
        return await act(...args)
      } catch (cause) {
        throw writeFailure(cause)
      }
    }
  return {
    open: guard(sink.open),
    have: guard(sink.have),
    readBack: guard(sink.readBack),
    truncate: guard(sink.truncate),
    write: guard(sink.write),
    finish: guard(sink.finish),
    complete: guard(sink.complete),
    suspend: guard(sink.suspend),
    discard: guard(sink.discard),
    saveAgain: sink.saveAgain,
  }
}
