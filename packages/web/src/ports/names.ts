import { HufuError, isSafeName, isSafePath, type FileEntry, type FileOffer } from '@hufu/terminal'

/**
 * Refuses names that could lead anywhere but below the one place where the offer goes, and paths of which one could not
 * be made beside another.
 *
 * @throws {HufuError} `ERR_FILE_NAME`
 */
export function checkNames(offer: FileOffer, entries: readonly FileEntry[]): void {
  const folders = new Set(entries.flatMap((entry) => foldersOf(entry)))
  const files = entries.filter((entry) => !entry.folder).map(({ path }) => path)
  const single = offer.kind === 'file' && entries.length === 1 && files[0] === ''
  const apart = files.every((path) => !folders.has(path)) && new Set(files).size === files.length
  const tree = offer.kind === 'folder' && entries.every(({ path }) => isSafePath(path)) && apart
  if (!isSafeName(offer.name) || (!single && !tree)) throw new HufuError('ERR_FILE_NAME')
}

/** `photo.jpg`, `photo (1).jpg`, … */
export function numbered(name: string, number: number): string {
  return number === 0 ? name : `${name} (${number})`
}

/** The folders that an entry needs, outermost first, itself among them if it is one. */
function foldersOf(entry: FileEntry): readonly string[] {
  const names = entry.path.split('/')
  const last = entry.folder ? names.length : names.length - 1
  return Array.from({ length: last }, (_, at) => names.slice(0, at + 1).join('/'))
}
