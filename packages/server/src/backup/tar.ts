import type { FileHandle } from 'node:fs/promises'

/*
 * The little of tar that a backup needs, so that any tar can look into one: plain files, POSIX.1-1988 ("ustar"), sizes
 * beyond 8 GiB in the way of GNU tar. What is read must be to the octet what is written here.
 */

/** A plain file in an archive. */
export interface TarEntry {
  /** At most 100 octets of ASCII. */
  readonly name: string
  readonly octets: number
  /** Seconds since 1970. */
  readonly time: number
}

/** An entry, and where in the archive its content begins. */
export interface FoundEntry extends TarEntry {
  readonly start: number
}

const BLOCK = 512
/** An archive ends with two blocks of zeros. */
const END = Buffer.alloc(2 * BLOCK)
/** Octets that are read or written at a time. Our choice. */
const CHUNK = 1_048_576
/** The largest size that eleven octal digits hold. */
const MOST_OCTAL = 8 ** 11 - 1

/** Adds an entry at `start`; `content` must have as many octets as it says. The result is where the next one begins. */
export async function writeEntry(
  file: FileHandle,
  start: number,
  entry: TarEntry,
  content: AsyncIterable<Uint8Array>,
): Promise<number> {
  let at = start
  const write = async (octets: Uint8Array): Promise<void> => {
    await file.write(octets, 0, octets.length, at)
    at += octets.length
  }
  await write(headOf(entry))
  for await (const octets of content) await write(octets)
  if (at !== start + BLOCK + entry.octets) throw new Error(`${entry.name} changed its size`)
  await write(Buffer.alloc(padding(entry.octets)))
  return at
}

/** Ends the archive at `start`. */
export async function writeEnd(file: FileHandle, start: number): Promise<void> {
  await file.write(END, 0, END.length, start)
  await file.truncate(start + END.length)
}

/** The entries of an archive in order; undefined as the last one if it does not end as it should, or is none. */
export async function* entriesIn(
  file: FileHandle,
): AsyncGenerator<FoundEntry | undefined, void, void> {
  const { size } = await file.stat()
  let at = 0
  for (;;) {
    const head = await readAt(file, at, BLOCK)
    if (head === undefined) return yield undefined
    if (head.equals(END.subarray(0, BLOCK))) {
      const rest = await readAt(file, at, END.length)
      if (rest?.equals(END) !== true || at + END.length !== size) yield undefined
      return
    }
    const entry = entryOf(head)
    const start = at + BLOCK
    if (entry === undefined || start + entry.octets > size) return yield undefined
    yield { ...entry, start }
    at = start + entry.octets
    const filling = await readAt(file, at, padding(entry.octets))
    if (filling?.every((octet) => octet === 0) !== true) return yield undefined
    at += filling.length
  }
}

/** The content of an entry, some at a time; it may end early if the file has become shorter. */
export async function* contentOf(
  file: FileHandle,
  { start, octets }: FoundEntry,
): AsyncGenerator<Buffer, void, void> {
  for (let done = 0; done < octets; done += CHUNK) {
    const some = await readAt(file, start + done, Math.min(CHUNK, octets - done))
    if (some === undefined) return
    yield some
  }
}

function padding(octets: number): number {
  return (BLOCK - (octets % BLOCK)) % BLOCK
}

function headOf({ name, octets, time }: TarEntry): Buffer {
  const head = Buffer.alloc(BLOCK)
  head.write(name, 0, 100, 'latin1')
  head.write('0000600\0', 100)
  head.write('0000000\0', 108)
  head.write('0000000\0', 116)
  if (octets <= MOST_OCTAL) head.write(`${octets.toString(8).padStart(11, '0')}\0`, 124)
  else {
    head[124] = 0x80
    head.writeBigUInt64BE(BigInt(octets), 128)
  }
  head.write(`${time.toString(8).padStart(11, '0')}\0`, 136)
  head.write('0', 156)
  head.write('ustar\x0000', 257)
  // the sum is made as if it stood there in blanks
  head.fill(0x20, 148, 156)
  const sum = head.reduce((so, octet) => so + octet, 0)
  head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return head
}

/** What a head says, if it is one that {@link headOf} writes. */
function entryOf(head: Buffer): TarEntry | undefined {
  const name = head.toString('latin1', 0, 100).replace(/\0+$/, '')
  const octets =
    head[124] === 0x80
      ? Number(head.readBigUInt64BE(128))
      : octal(head.toString('latin1', 124, 135))
  const time = octal(head.toString('latin1', 136, 147))
  if (octets === undefined || !Number.isSafeInteger(octets) || time === undefined) return undefined
  const entry = { name, octets, time }
  return headOf(entry).equals(head) ? entry : undefined
}

function octal(digits: string): number | undefined {
  return /^[0-7]{11}$/.test(digits) ? Number.parseInt(digits, 8) : undefined
}

async function readAt(file: FileHandle, at: number, octets: number): Promise<Buffer | undefined> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(octets), 0, octets, at)
  return bytesRead === octets ? buffer : undefined
}
