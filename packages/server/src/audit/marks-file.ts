import { createReadStream } from 'node:fs'
import { open, stat, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { HufuError } from '@hufu/protocol/wire'
import { markText, readMark, type Mark } from './mark.ts'

/** The file's name in the data folder: one mark a line, only ever added to. */
const NAME = 'audit.marks'
/** Octets in the longest line that is read: some three marks. */
const LINE_OCTETS = 1_024

/** The file of marks that belongs to a data folder. */
export function marksFileIn(folder: string): string {
  return join(folder, NAME)
}

/** A line of the file: what it says, or that it says nothing that can be read. */
export type MarkLine =
  | { readonly line: number; readonly mark: Mark }
  | { readonly line: number; readonly mark: undefined }

/** Octets that hold whole lines now: what is added later does not belong to what is compared with it. 0: no file. */
export async function marksFileOctets(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0
}

/**
 * The marks in the first `octets` of the file, one after another. A last line without its end is left out: it was being
 * written when the process ended, and its mark is in the table.
 *
 * @throws {HufuError} `ERR_DATA_FOLDER` if the file cannot be read.
 */
export async function* marksIn(path: string, octets: number): AsyncGenerator<MarkLine, void, void> {
  if (octets === 0) return
  const whole = await endOfLines(path, octets)
  if (whole === 0) return
  const stream = createReadStream(path, { end: whole - 1, encoding: 'latin1' })
  const lines = createInterface({ input: stream, crlfDelay: Infinity })
  let line = 0
  try {
    for await (const text of lines) yield { line: ++line, mark: readMark(text) }
  } catch (cause) {
    throw unusable(path, 'read', cause)
  } finally {
    stream.destroy()
  }
}

/** The file as the server writes it. */
export interface MarksFile {
  /** Resolves when the marks are on disk. */
  append(marks: readonly Mark[]): Promise<void>
  close(): Promise<void>
}

/**
 * Opens the file to be added to, making it (0600) where it is missing. A last line without its end is taken away: what
 * it would have said is in the table.
 *
 * @throws {HufuError} `ERR_DATA_FOLDER` if it cannot be written.
 */
export async function openMarksFile(path: string): Promise<MarksFile> {
  let file: FileHandle
  try {
    file = await open(path, 'a', 0o600)
    const octets = await marksFileOctets(path)
    const whole = await endOfLines(path, octets)
    if (whole < octets) await file.truncate(whole)
  } catch (cause) {
    throw unusable(path, 'written', cause)
  }
  return {
    async append(marks) {
      if (marks.length === 0) return
      await file.appendFile(marks.map((mark) => `${markText(mark)}\n`).join(''))
      await file.datasync()
    },
    close: () => file.close(),
  }
}

/** The last mark of the file that can be read; undefined if there is none. */
export async function lastMarkIn(path: string): Promise<Mark | undefined> {
  const end = await endOfLines(path, await marksFileOctets(path))
  if (end === 0) return undefined
  const tail = await readAt(path, Math.max(0, end - LINE_OCTETS), end)
  return readMark(tail.trimEnd().split('\n').at(-1) ?? '')
}

/** How many of the first `octets` are whole lines. */
async function endOfLines(path: string, octets: number): Promise<number> {
  for (let end = octets; end > 0; end -= LINE_OCTETS) {
    const start = Math.max(0, end - LINE_OCTETS)
    const found = (await readAt(path, start, end)).lastIndexOf('\n')
    if (found >= 0) return start + found + 1
  }
  return 0
}

async function readAt(path: string, start: number, end: number): Promise<string> {
  const file = await open(path, 'r').catch((cause: unknown) => {
    throw unusable(path, 'read', cause)
  })
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(end - start), 0, end - start, start)
    return buffer.toString('latin1', 0, bytesRead)
  } finally {
    await file.close()
  }
}

function unusable(path: string, what: 'read' | 'written', cause: unknown): HufuError {
  return new HufuError(
    'ERR_DATA_FOLDER',
    `${path}: cannot be ${what}; give it to the user that the server runs as`,
    { cause },
  )
}
