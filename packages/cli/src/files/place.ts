import { link, mkdir, open, rename, rmdir, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { HufuError } from '@hufu/protocol/wire'
import type { FileOffer } from '@hufu/terminal'
import { codeOf } from '../system.ts'
import { numbered } from './part.ts'

/** Other names that are tried beside the one offered. Our choice. */
const MOST_NAMES = 10_000

/**
 * Moves the file or folder at `part` to the name that was offered, or to `name (1)`, `name (2)`, … if that is taken, even
 * by something that appears at this moment. Returns the path. Throws what the system says.
 */
export async function place(part: string, directory: string, offer: FileOffer): Promise<string> {
  const move = offer.kind === 'folder' ? moveFolder : moveFile
  for (let number = 0; number < MOST_NAMES; number++) {
    const path = join(directory, numbered(offer.name, offer.kind, number))
    try {
      await move(part, path)
      return path
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error
    }
  }
  throw new HufuError('ERR_FILE_WRITE', `${join(directory, offer.name)}: too many of this name`)
}

/** A rename would replace what is there; a link does not. */
async function moveFile(from: string, to: string): Promise<void> {
  try {
    await link(from, to)
  } catch (error) {
    if (!NO_LINKS.has(codeOf(error))) throw error
    // A file system without links: an empty file of our own holds the name, and is replaced.
    await (await open(to, 'wx')).close()
    return rename(from, to)
  }
  await unlink(from)
}

const NO_LINKS: ReadonlySet<string> = new Set([
  'EPERM',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EMLINK',
])

/** A rename replaces an empty folder: one of our own holds the name. */
async function moveFolder(from: string, to: string): Promise<void> {
  await mkdir(to)
  if (process.platform === 'win32') await rmdir(to)
  await rename(from, to)
}
