import type { FileOffer, FileSink } from '@hufu/terminal'
import { chosenSink, type Chosen } from './chosen-sink.ts'
import { writeFailure } from './disk.ts'
import { downloadSink } from './download-sink.ts'
import { room } from './parts.ts'

export { sourceOf } from './source.ts'

/** A sink that hands what it stored to the user. */
export interface SavedSink extends FileSink {
  /** After `complete`: the same download once more, if it was one. Undefined where the user chose the place. */
  readonly saveAgain: (() => void) | undefined
}

/** Browsers that let the user choose a place on disk to write to; lib.dom has these not yet. */
interface Pickers {
  readonly showSaveFilePicker?: (options: {
    readonly suggestedName: string
    readonly startIn: 'downloads'
  }) => Promise<FileSystemFileHandle>
  readonly showDirectoryPicker?: (options: {
    readonly id: string
    readonly mode: 'readwrite'
    readonly startIn: 'downloads'
  }) => Promise<FileSystemDirectoryHandle>
}

/**
 * Where an offer goes: among the browser's downloads (a folder as one zip), or, with `choose`, to a place that the user
 * is asked for. A file that is too large for what the browser keeps for this page is always asked for. To be called from
 * the click that accepts: browsers open no dialog otherwise.
 *
 * @throws {DOMException} `AbortError` if the user closed the dialog: nothing is decided.
 * @throws {HufuError} `ERR_FILE_WRITE` if nothing may be written there.
 */
export async function sinkFor(
  offer: FileOffer,
  where: 'downloads' | 'choose' = 'downloads',
): Promise<SavedSink> {
  if (!canChoose(offer.kind)) return downloadSink(offer)
  if (where === 'downloads' && offer.octets <= (await room())) return downloadSink(offer)
  return chosenSink(offer, await choose(offer))
}

/** Whether this browser can ask for a place. */
export function canChoose(kind: FileOffer['kind']): boolean {
  const { showSaveFilePicker, showDirectoryPicker } = globalThis as Pickers
  return (kind === 'file' ? showSaveFilePicker : showDirectoryPicker) !== undefined
}

async function choose(offer: FileOffer): Promise<Chosen> {
  const { showSaveFilePicker, showDirectoryPicker } = globalThis as Pickers
  try {
    return offer.kind === 'file'
      ? await showSaveFilePicker!({ suggestedName: offer.name, startIn: 'downloads' })
      : await showDirectoryPicker!({ id: 'received', mode: 'readwrite', startIn: 'downloads' })
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause
    throw writeFailure(cause)
  }
}
