import { randomBytes } from 'node:crypto'
import { open, readFile, rename, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { HufuError } from '@hufu/protocol/wire'
import { codeOf, syncFolder } from '../system.ts'

/**
 * The JSON object in a file, or `undefined` if there is no file.
 *
 * @throws {HufuError} `ERR_PROFILE`, naming the file, if it cannot be read or is not an object of this version.
 */
export async function readObject(
  path: string,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return undefined
    throw new HufuError('ERR_PROFILE', `${path}: cannot be read (${codeOf(cause)})`, { cause })
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw damaged(path) // without the cause: its text quotes the file
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw damaged(path)
  const object = value as Readonly<Record<string, unknown>>
  if (object['version'] !== VERSION)
    throw new HufuError('ERR_PROFILE', `${path}: was written by another version of hufu`)
  return object
}

/**
 * Replaces the file whole and durably, or leaves it as it was: even a power cut leaves the old one or the new one. Mode 0600.
 *
 * @throws {HufuError} `ERR_PROFILE`, naming the file.
 */
export async function writeObject(path: string, value: object): Promise<void> {
  const next = `${path}.${randomBytes(6).toString('hex')}.new`
  try {
    const file = await open(next, 'wx', 0o600)
    try {
      await file.writeFile(`${JSON.stringify({ version: VERSION, ...value }, null, 2)}\n`)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(next, path)
    await syncFolder(dirname(path))
  } catch (cause) {
    await unlink(next).catch(() => undefined)
    throw new HufuError('ERR_PROFILE', `${path}: cannot be written (${codeOf(cause)})`, { cause })
  }
}

/** The error for a file that does not hold what it should. */
export function damaged(path: string): HufuError {
  return new HufuError('ERR_PROFILE', `${path}: is damaged`)
}

const VERSION = 1
