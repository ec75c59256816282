import { HufuError, isSafeName, type FileEntry, type FileSource } from '@hufu/terminal'
import { droppedFiles, type Found } from './dropped.ts'
import { readingOf, type FileReading } from './file-reading.ts'

/**
 * What the user chose or dropped, ready to be sent: each file for itself, a folder as one. From an
 * `<input webkitdirectory>` a folder comes without the empty folders in it, since browsers leave them out.
 * Must be called in the very event that brought a DataTransfer: it is empty afterwards.
 *
 * @throws {HufuError} `ERR_FILE_READ`, here and from each source, if a file cannot be read or has a name that no
 *   system takes; a source's `read` also `ERR_FILE_CHANGED`.
 */
export async function sourceOf(
  chosen: File | FileList | readonly File[] | DataTransfer,
): Promise<readonly FileSource[]> {
  const found = chosen instanceof DataTransfer ? await droppedFiles(chosen) : listed(chosen)
  const roots = Map.groupBy(found, ({ path }) => path.split('/', 1)[0]!)
  return [...roots.values()].flatMap((under) => sourcesUnder(under))
}

/** All that was found under one name; two files of one name, from different folders, are two sources. */
function sourcesUnder(found: readonly Found[]): readonly FileSource[] {
  for (const { path } of found)
    for (const name of path.split('/'))
      if (!isSafeName(name))
        throw new HufuError('ERR_FILE_READ', `${path}: a name like this cannot be sent`)
  const isFolder = ({ path, file }: Found): boolean => path.includes('/') || file === undefined
  if (!found.every(isFolder)) return found.filter((one) => !isFolder(one)).map(fileSource)
  return [folderSource(found)]
}

function fileSource({ path, file }: Found): FileSource {
  return { name: path, kind: 'file', ...reading([{ path: '', file }]) }
}

function folderSource(found: readonly Found[]): FileSource {
  const name = found[0]!.path.split('/', 1)[0]!
  const within = new Map<string, File | undefined>()
  for (const { path, file } of found) {
    const names = path.split('/').slice(1)
    for (let depth = 1; depth < names.length; depth++)
      within.set(names.slice(0, depth).join('/'), undefined)
    if (names.length > 0) within.set(names.join('/'), file)
  }
  // Folders before what is in them, in the same order at every try, so that a later one can go on.
  const paths = [...within.keys()].toSorted(byNames)
  return {
    name,
    kind: 'folder',
    ...reading(paths.map((path) => ({ path, file: within.get(path) }))),
  }
}

/** By each name in turn, as a walk through the folder meets them. */
function byNames(a: string, b: string): number {
  const [ours, theirs] = [a.split('/'), b.split('/')]
  for (const [at, name] of ours.entries()) {
    const other = theirs[at]
    if (other === undefined) return 1
    if (name !== other) return name < other ? -1 : 1
  }
  return ours.length - theirs.length
}

function reading(
  found: readonly Found[],
): Pick<FileSource, 'entries' | 'read' | 'giveBack' | 'close'> {
  const newest = Math.max(0, ...found.map(({ file }) => file?.lastModified ?? 0))
  const entries = found.map(({ path, file }): FileEntry => {
    const folder = file === undefined
    const modified = Math.max(0, Math.trunc(folder ? newest : file.lastModified))
    return { path, folder, octets: folder ? 0 : file.size, modified, executable: false }
  })
  let current: { readonly entry: number; readonly reading: FileReading } | undefined
  const close = async (): Promise<void> => {
    const { reading } = current ?? {}
    current = undefined
    await reading?.close()
  }
  return {
    entries: () => Promise.resolve(entries),
    async read(entry, position, octets) {
      const { file, path } = found[entry] ?? {}
      if (file === undefined) throw new HufuError('ERR_FILE_READ', 'there is no such file')
      if (current?.entry !== entry) {
        await close()
        current = { entry, reading: readingOf(file, path ?? '') }
      }
      return current.reading.read(position, octets)
    },
    giveBack: (octets) => current?.reading.giveBack(octets),
    close,
  }
}

function listed(chosen: File | FileList | readonly File[]): readonly Found[] {
  const files = chosen instanceof File ? [chosen] : [...chosen]
  return files.map((file) => {
    const path = file.webkitRelativePath === '' ? file.name : file.webkitRelativePath
    return { path: path.normalize('NFC'), file }
  })
}
