/** One file of an archive, or a folder: a path that ends in `/`, without data. */
export interface ZipMember {
  readonly path: string
  /** Milliseconds since 1970-01-01T00:00Z. */
  readonly modified: number
  /** Not read here: the archive refers to it. */
  readonly data: Blob
  readonly crc32: number
}

/** Largest number that fits in 32 bits; in its place stands that a 64-bit field follows. */
const FULL_32 = 0xffff_ffff
const FULL_16 = 0xffff
/** Version 4.5 of the format: 64-bit sizes. */
const VERSION = 45
/** Names are UTF-8. */
const UTF8_FLAG = 0x0800
/** Made on Unix: rights stand in the upper half of the attributes. */
const MADE_BY_UNIX = 3 << 8
const FILE_RIGHTS = 0o100644
const FOLDER_RIGHTS = 0o040755

/**
 * A zip archive of stored (not compressed) members, in 64-bit form throughout, so that size is no limit: APPNOTE.TXT
 * 6.3.10 (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT) 4.3.7, 4.3.12 to 4.3.16. Its octets are those of
 * the members' blobs, which stay where they are.
 */
export function zipOf(members: readonly ZipMember[]): Blob {
  const pieces: BlobPart[] = []
  const directory: Uint8Array<ArrayBuffer>[] = []
  let at = 0
  for (const member of members) {
    const head = localHeader(member)
    directory.push(directoryHeader(member, at))
    pieces.push(head, member.data)
    at += head.length + member.data.size
  }
  const octets = directory.reduce((sum, header) => sum + header.length, 0)
  return new Blob([...pieces, ...directory, ...ending(members.length, octets, at)], {
    type: 'application/zip',
  })
}

function localHeader(member: ZipMember): Uint8Array<ArrayBuffer> {
  const { size } = member.data
  const name = new TextEncoder().encode(member.path)
  return fields(
    [4, 0x0403_4b50],
    ...described(member),
    [4, FULL_32], // compressed size: in the 64-bit field
    [4, FULL_32],
    [2, name.length],
    [2, 20],
    name,
    [2, 0x0001], // the 64-bit field
    [2, 16],
    [8, size],
    [8, size],
  )
}

function directoryHeader(member: ZipMember, at: number): Uint8Array<ArrayBuffer> {
  const { size } = member.data
  const name = new TextEncoder().encode(member.path)
  const folder = member.path.endsWith('/')
  return fields(
    [4, 0x0201_4b50],
    [2, MADE_BY_UNIX | VERSION],
    ...described(member),
    [4, FULL_32],
    [4, FULL_32],
    [2, name.length],
    [2, 28],
    [2, 0], // comment
    [2, 0], // disk
    [2, 0], // internal attributes
    [4, (folder ? FOLDER_RIGHTS : FILE_RIGHTS) * 0x1_0000 + (folder ? 0x10 : 0)],
    [4, FULL_32],
    name,
    [2, 0x0001],
    [2, 24],
    [8, size],
    [8, size],
    [8, at],
  )
}

/** What both headers say: version, flags, method, time, date, checksum. */
function described({ modified, crc32 }: ZipMember): readonly Field[] {
  const { time, date } = dosTime(modified)
  return [
    [2, VERSION],
    [2, UTF8_FLAG],
    [2, 0],
    [2, time],
    [2, date],
    [4, crc32],
  ]
}

function ending(count: number, octets: number, at: number): readonly Uint8Array<ArrayBuffer>[] {
  const end64 = fields(
    [4, 0x0606_4b50],
    [8, 44],
    [2, MADE_BY_UNIX | VERSION],
    [2, VERSION],
    [4, 0],
    [4, 0],
    [8, count],
    [8, count],
    [8, octets],
    [8, at],
  )
  const locator = fields([4, 0x0706_4b50], [4, 0], [8, at + octets], [4, 1])
  const end = fields(
    [4, 0x0605_4b50],
    [2, 0],
    [2, 0],
    [2, FULL_16],
    [2, FULL_16],
    [4, FULL_32],
    [4, FULL_32],
    [2, 0],
  )
  return [end64, locator, end]
}

/** Local time in steps of two seconds from 1980 on. */
function dosTime(modified: number): { readonly time: number; readonly date: number } {
  const at = new Date(Math.max(modified, Date.UTC(1980, 0, 2)))
  const years = Math.min(at.getFullYear(), 2107) - 1980
  return {
    time: (at.getHours() << 11) | (at.getMinutes() << 5) | (at.getSeconds() >> 1),
    date: (years << 9) | ((at.getMonth() + 1) << 5) | at.getDate(),
  }
}

/** A number with the octets that it takes, or octets as they are. */
type Field = readonly [octets: 2 | 4 | 8, value: number] | Uint8Array

/** Fields one after another, numbers little-endian. */
function fields(...all: readonly Field[]): Uint8Array<ArrayBuffer> {
  const length = all.reduce(
    (sum, field) => sum + (field instanceof Uint8Array ? field.length : field[0]),
    0,
  )
  const bytes = new Uint8Array(length)
  const view = new DataView(bytes.buffer)
  let at = 0
  for (const field of all) {
    if (field instanceof Uint8Array) {
      bytes.set(field, at)
      at += field.length
      continue
    }
    const [octets, value] = field
    if (octets === 2) view.setUint16(at, value, true)
    else if (octets === 4) view.setUint32(at, value, true)
    else view.setBigUint64(at, BigInt(value), true)
    at += octets
  }
  return bytes
}
