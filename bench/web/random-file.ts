import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Scope } from '../harness/scope.ts'

/** A file of random octets. */
export interface RandomFile {
  readonly path: string
  readonly octets: number
  /** SHA-256, in hex. */
  readonly digest: string
}

/** Octets that are written at once. */
const PIECE_OCTETS = 4_194_304

/** Writes a file of so many random octets into the scope's folder. */
export async function randomFile(scope: Scope, octets: number): Promise<RandomFile> {
  const path = join(scope.folder, `random-${octets}.bin`)
  const hash = createHash('sha256')
  const file = await open(path, 'wx')
  for (let at = 0; at < octets; at += PIECE_OCTETS) {
    const piece = randomBytes(Math.min(PIECE_OCTETS, octets - at))
    hash.update(piece)
    await file.write(piece)
  }
  await file.close()
  return { path, octets, digest: hash.digest('hex') }
}

/** @throws if what stands at `path` is not what `file` is. */
export async function checkSame(path: string, file: RandomFile): Promise<void> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  if (hash.digest('hex') !== file.digest) throw new Error('the file did not arrive whole')
}
