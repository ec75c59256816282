import { HufuError, type FileEntry, type FileOffer } from '@hufu/terminal'
import { diskFile, writeFailure, type DiskFile } from './disk.ts'
import { gathered, type Gathered } from './gathered.ts'
import { checkNames } from './names.ts'
import {
  dropPart,
  fileIn,
  markWhole,
  nameOf,
  room,
  sweepParts,
  takePart,
  type Part,
} from './parts.ts'
import type { SavedSink } from './files.ts'
import { zipOf } from './zip.ts'

/**
 * Stores something received in the browser's own file system while it comes, and at the end hands it to the browser as
 * a download: a folder as one zip. Nothing is ever in memory whole. An earlier try is gone on with, even after the page
 * was closed. What was downloaded is removed when the next page opens; until then {@link SavedSink.saveAgain} works.
 *
 * Every method may throw {@link HufuError} `ERR_FILE_WRITE`, `open` also `ERR_FILE_NAME`.
 */
export function downloadSink(offer: FileOffer): SavedSink {
  let entries: readonly FileEntry[] = []
  let part: Part | undefined
  let result: Blob | undefined
  const name = offer.kind === 'folder' ? `${offer.name}.zip` : offer.name
  const held = (): Part => {
    if (part === undefined) throw new HufuError('ERR_CALL_ORDER', 'the sink is not open')
    return part
  }
  const file = (entry: number): DiskFile => diskFile(held().name, nameOf(entry))
  /** Of the entry that is being written. */
  let writing: Gathered | undefined
  /** Everything to the disk, and whichever file of the part is open closed. */
  const close = async (): Promise<void> => {
    const last = writing
    writing = undefined
    try {
      await last?.flush()
    } finally {
      await file(0).finish()
    }
  }

  return {
    async open(listed) {
      checkNames(offer, listed)
      entries = listed
      await sweepParts().catch(() => undefined)
      part = await takePart(offer, listed).catch((cause: unknown) => {
        throw cause instanceof HufuError ? cause : writeFailure(cause)
      })
      const missing = offer.octets - (await octetsIn(entries, file))
      if (missing <= (await room())) return
      await dropPart(part)
      throw new HufuError('ERR_FILE_WRITE', 'the browser has not so much room for this page')
    },
    have: (entry) => file(entry).size(),
    readBack: (entry, position, octets) => file(entry).read(position, octets),
    async truncate(entry, position) {
      const into = file(entry)
      await into.truncate(position)
      writing = gathered(into.write)
    },
    async write(_entry, position, pieces) {
      if (writing === undefined) throw new HufuError('ERR_CALL_ORDER', 'not begun')
      await writing.write(position, pieces)
    },
    finish: async (entry) => (entries[entry]!.folder ? undefined : close()),
    async complete() {
      try {
        await close()
        result =
          offer.kind === 'file' ? await fileIn(held(), 0) : await zipped(held(), offer, entries)
        await markWhole(held())
      } catch (cause) {
        throw writeFailure(cause)
      }
      download(result, name)
      return name
    },
    async suspend() {
      if (part === undefined) return
      await close().finally(part.release)
    },
    async discard() {
      if (part === undefined) return
      await close().catch(() => undefined)
      await dropPart(part)
    },
    saveAgain() {
      if (result !== undefined) download(result, name)
    },
  }
}

/** Octets that are there from an earlier try. */
async function octetsIn(
  entries: readonly FileEntry[],
  file: (entry: number) => DiskFile,
): Promise<number> {
  let sum = 0
  for (const [entry, { folder }] of entries.entries()) if (!folder) sum += await file(entry).size()
  return sum
}

async function zipped(part: Part, offer: FileOffer, entries: readonly FileEntry[]): Promise<Blob> {
  const members = []
  for (const [entry, { path, folder, modified }] of entries.entries()) {
    const inside = `${offer.name}/${path}`
    if (folder) members.push({ path: `${inside}/`, modified, data: new Blob(), crc32: 0 })
    else {
      const source = diskFile(part.name, nameOf(entry))
      const sum = await source.crc32()
      await source.finish()
      members.push({ path: inside, modified, data: await fileIn(part, entry), crc32: sum })
    }
  }
  return zipOf(members)
}

/** Milliseconds for which the browser may still need the address of a download. Our choice. */
const ADDRESS_MS = 60_000

function download(data: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(data)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), ADDRESS_MS)
}
