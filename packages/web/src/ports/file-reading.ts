import { HufuError } from '@hufu/terminal'

/** The octets of one file, as it was when it was chosen. */
export interface FileReading {
  /**
   * At most `octets` from `position` on, in an array that is the reader's until it is given back; fewer only at the end.
   * What follows the last read comes cheapest: it is on its way already.
   *
   * @throws {HufuError} `ERR_FILE_READ` if the file cannot be read, `ERR_FILE_CHANGED` if it is not as it was.
   */
  read(position: number, octets: number): Promise<Uint8Array>
  /** Nobody looks at what {@link FileReading.read} gave any more: it may be read into again. */
  giveBack(octets: Uint8Array): void
  close(): Promise<void>
}

/**
 * Octets that are read of an opened file before it is opened anew. Each opening costs as much as a megabyte, and at each
 * the browser looks whether the file is as it was. Our choice.
 */
const STRETCH_OCTETS = 16_777_216

type Reader = ReadableStreamBYOBReader
/** An opened stretch of the file. */
interface Opened {
  readonly reader: Reader
  at: number
  readonly end: number
}

/** Reads `file`; `path` is for people. */
export function readingOf(file: File, path: string): FileReading {
  /** Memory to read into: the system makes every page of fresh memory anew, which costs more than to fill it. */
  const free: ArrayBuffer[] = []
  let opened: Opened | undefined
  let turn: Promise<unknown> = Promise.resolve()

  const close = async (): Promise<void> => {
    const { reader } = opened ?? {}
    opened = undefined
    await reader?.cancel().catch(() => undefined)
  }

  /** The stretch that goes on at `position`; undefined where the browser streams no octets into arrays of ours. */
  const openAt = async (position: number): Promise<Opened | undefined> => {
    if (opened?.at === position && position < opened.end) return opened
    await close()
    const end = Math.min(position + STRETCH_OCTETS, file.size)
    const reader = readerOf(file.slice(position, end))
    if (reader !== undefined) opened = { reader, at: position, end }
    return opened
  }

  const take = (octets: number): Uint8Array<ArrayBuffer> => {
    const known = free.pop()
    return known?.byteLength === octets ? new Uint8Array(known) : new Uint8Array(octets)
  }

  const read = async (position: number, octets: number): Promise<Uint8Array> => {
    const length = Math.max(0, Math.min(octets, file.size - position))
    let into = take(length)
    let continues = false
    for (let filled = 0; filled < length;) {
      continues ||= opened?.at === position + filled
      const stretch = await openAt(position + filled)
      if (stretch === undefined) return octetsOf(file.slice(position, position + length))
      const most = Math.min(length - filled, stretch.end - stretch.at)
      const got = await fill(stretch, into, filled, most)
      into = new Uint8Array(got.buffer)
      filled += got.length
    }
    // Whoever began to read before has not seen what was changed since: a fresh look does.
    if (continues && position + length === file.size) await octetsOf(file.slice(-1))
    return into
  }

  return {
    async read(position, octets) {
      const before = turn
      const mine = before.then(() => read(position, octets))
      turn = mine.catch(close)
      try {
        return await mine
      } catch (cause) {
        throw readFailure(cause, path)
      }
    },
    giveBack({ buffer }) {
      if (buffer instanceof ArrayBuffer) free.push(buffer)
    },
    close,
  }
}

function readerOf(stretch: Blob): Reader | undefined {
  try {
    return stretch.stream().getReader({ mode: 'byob' })
  } catch {
    return undefined
  }
}

/** Reads at most `most` octets to `at` of `into`, whose memory passes to the view of them that is returned. */
async function fill(
  stretch: Opened,
  into: Uint8Array<ArrayBuffer>,
  at: number,
  most: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const { value } = await stretch.reader.read(into.subarray(at, at + most), { min: most })
  if (value === undefined || value.length === 0) throw new HufuError('ERR_FILE_CHANGED')
  stretch.at += value.length
  return value
}

async function octetsOf(stretch: Blob): Promise<Uint8Array> {
  const octets = new Uint8Array(await stretch.arrayBuffer())
  if (octets.length === stretch.size) return octets
  throw new HufuError('ERR_FILE_CHANGED')
}

/** Browsers refuse to read a file that is not any more as it was when it was chosen. */
function readFailure(cause: unknown, path: string): HufuError {
  const name = cause instanceof Error ? cause.name : ''
  const isChanged = cause instanceof HufuError || /^Not(?:Readable|Found)Error$/.test(name)
  if (isChanged) return new HufuError('ERR_FILE_CHANGED', path, { cause })
  return new HufuError('ERR_FILE_READ', `${path}: ${name}`, { cause })
}
