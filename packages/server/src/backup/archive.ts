import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, open, stat, type FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { HufuError } from '@hufu/protocol/wire'
import { damaged, MOST_OCTETS, readManifest, type Manifest } from './manifest.ts'
import { contentOf, entriesIn, writeEnd, writeEntry, type FoundEntry } from './tar.ts'

const MANIFEST = 'manifest.json'
const SEAL = 'seal.json'

/** What stands before the parts. */
export interface Heading {
  readonly manifest: Uint8Array
  readonly seal: Uint8Array
}

/** Size and SHA-256 of a part that stands below `folder`. */
export async function partOf(folder: string, name: string): Promise<Manifest['parts'][number]> {
  const path = join(folder, name)
  const hash = createHash('sha256')
  for await (const some of createReadStream(path)) hash.update(some as Buffer)
  return { name, octets: (await stat(path)).size, sha256: hash.digest('hex') }
}

/** Writes an archive to `path` (0600), which must not exist, from parts below `folder`. It is on disk then. */
export async function writeArchive(path: string, folder: string, heading: Heading): Promise<void> {
  const { made, parts } = readManifest(heading.manifest)
  const time = Math.floor(Date.parse(made) / 1_000)
  const file = await open(path, 'wx', 0o600)
  try {
    let at = 0
    for (const [name, octets] of [
      [MANIFEST, heading.manifest],
      [SEAL, heading.seal],
    ] as const)
      at = await writeEntry(file, at, { name, octets: octets.length, time }, once(octets))
    for (const { name, octets } of parts) {
      const content = createReadStream(join(folder, name), { highWaterMark: 1_048_576 })
      at = await writeEntry(file, at, { name, octets, time }, content)
    }
    await writeEnd(file, at)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** What to do with an archive that is read. */
export interface Reading {
  /** Called before any part is looked at: throws if they are not to be trusted. */
  trust(heading: Heading, manifest: Manifest): Promise<void>
  /** Folder for the parts; undefined: they are checked only. */
  readonly into?: string | undefined
}

/**
 * Reads an archive to its end, each part held against its SHA-256.
 *
 * @throws {HufuError} `ERR_FILE_READ`; `ERR_BACKUP_DAMAGED`, `ERR_STORE_VERSION` as {@link readManifest}, whatever `trust`
 *   throws.
 */
export async function readArchive(path: string, { trust, into }: Reading): Promise<Manifest> {
  const file = await open(path, 'r').catch((cause: unknown) => {
    throw new HufuError('ERR_FILE_READ', `${path}: cannot be opened`, { cause })
  })
  try {
    if (!(await file.stat()).isFile()) throw new HufuError('ERR_FILE_READ', `${path}: is no file`)
    const entries = entriesIn(file)
    const manifest = await small(file, await next(entries, MANIFEST))
    const seal = await small(file, await next(entries, SEAL))
    const read = readManifest(manifest)
    await trust({ manifest, seal }, read)
    for (const part of read.parts) {
      const entry = await next(entries, part.name)
      const sha256 = await (into === undefined ? sumOf(file, entry) : take(file, entry, into))
      if (entry.octets !== part.octets || sha256 !== part.sha256)
        throw damaged(`its part ${part.name} is not what was backed up`)
    }
    if (!((await entries.next()).done ?? false)) throw damaged('there is something behind its end')
    return read
  } finally {
    await file.close()
  }
}

async function next(
  entries: AsyncGenerator<FoundEntry | undefined, void, void>,
  name: string,
): Promise<FoundEntry> {
  const { value } = await entries.next()
  if (value?.name === name) return value
  if (name === MANIFEST) throw damaged('it is no backup of hufu')
  throw damaged(`its part ${name} is missing, or was cut off`)
}

async function small(file: FileHandle, entry: FoundEntry): Promise<Uint8Array> {
  if (entry.octets > MOST_OCTETS) throw damaged(`its part ${entry.name} is too large`)
  const pieces: Buffer[] = []
  for await (const some of contentOf(file, entry)) pieces.push(some)
  return Buffer.concat(pieces)
}

async function sumOf(file: FileHandle, entry: FoundEntry): Promise<string> {
  const hash = createHash('sha256')
  for await (const some of contentOf(file, entry)) hash.update(some)
  return hash.digest('hex')
}

/** Writes a part to its place below `folder` (0600), on disk; its SHA-256. */
async function take(file: FileHandle, entry: FoundEntry, folder: string): Promise<string> {
  const path = join(folder, entry.name)
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const hash = createHash('sha256')
  const hashed = async function* (): AsyncGenerator<Buffer, void, void> {
    for await (const some of contentOf(file, entry)) {
      hash.update(some)
      yield some
    }
  }
  await pipeline(hashed(), createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true }))
  return hash.digest('hex')
}

async function* once(octets: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
  yield octets
}
