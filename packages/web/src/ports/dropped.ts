import { HufuError } from '@hufu/terminal'

/** A file, or a folder (without a file), with the path under which it was chosen. */
export interface Found {
  readonly path: string
  readonly file: File | undefined
}

/**
 * Everything that was dropped, with all that is in folders. The items are looked at before anything is waited for: the
 * browser empties them after the event.
 *
 * @throws {HufuError} `ERR_FILE_READ`
 */
export async function droppedFiles(dropped: DataTransfer): Promise<readonly Found[]> {
  const entries = [...dropped.items]
    .filter(({ kind }) => kind === 'file')
    .map((item) => item.webkitGetAsEntry() ?? item.getAsFile())
  const found: Found[] = []
  for (const entry of entries) {
    if (entry instanceof File) found.push({ path: entry.name, file: entry })
    else if (entry !== null) await walk(entry, '', found)
  }
  return found
}

async function walk(entry: FileSystemEntry, within: string, found: Found[]): Promise<void> {
  const path = `${within}${entry.name}`.normalize('NFC')
  try {
    if (isFile(entry)) found.push({ path, file: await fileOf(entry) })
    else if (isDirectory(entry)) {
      found.push({ path, file: undefined })
      for (const each of await entriesOf(entry)) await walk(each, `${path}/`, found)
    }
  } catch (cause) {
    if (cause instanceof HufuError) throw cause
    throw new HufuError('ERR_FILE_READ', `${path}: it cannot be read`, { cause })
  }
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile
}

function isDirectory(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject))
}

/** A reader gives a hundred or so at a time, and nothing when there are no more. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<readonly FileSystemEntry[]> {
  const reader = folder.createReader()
  const all: FileSystemEntry[] = []
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    )
    if (some.length === 0) return all
    all.push(...some)
  }
}
