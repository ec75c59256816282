import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { hex, unhex } from '@hufu/protocol/crypto'
import { HufuError } from '@hufu/protocol/wire'
import { systemClock } from '../clock.ts'
import type { Config } from '../config.ts'
import { granted, recorded, type ActPorts } from './act.ts'
import { keepCode } from './codes.ts'
import { newSetupCode } from './setup-code.ts'

/*
 * A code that is made on the server's machine, beside the server, is handed over by a file: one process alone writes to
 * the database. The server takes it up before it looks for any code, and removes the file before the code can be used.
 */

/** The hash of a code that waits for the server, and when it ends. */
interface Waiting {
  readonly hash: Uint8Array
  readonly expires: number
}

/**
 * Makes a code that opens a new account in the role of operator, in a data folder whose server may run: whoever may write
 * to it is the server's master anyway. Any such code made before is good no more.
 *
 * @throws {HufuError} `ERR_DATA_FOLDER` (no server has run there, or it cannot be written).
 */
export async function makeSetupCode({
  data,
  setupCodeMs,
}: Pick<Config, 'data' | 'setupCodeMs'>): Promise<{
  readonly code: string
  readonly expires: number
}> {
  if (!existsSync(join(data, 'hufu.db')))
    throw new HufuError(
      'ERR_DATA_FOLDER',
      `${data}: no server has run here; its first start prints a code`,
    )
  const { text: code, hash } = newSetupCode()
  const expires = systemClock.wall() + setupCodeMs
  await writeWhole(fileIn(data), JSON.stringify({ hash: hex(hash), expires }))
  return { code, expires }
}

/**
 * Takes up the code that waits in the data folder, if there is one, and records that it was made. Whoever asks while that
 * goes on waits for the same: a code that was used in between must not come back.
 */
export function setupCodeTaker(ports: ActPorts): () => Promise<void> {
  let taking: Promise<void> | undefined
  return () => (taking ??= take(ports).finally(() => (taking = undefined)))
}

async function take(ports: ActPorts): Promise<void> {
  const path = fileIn(ports.config.data)
  if (!existsSync(path)) return
  const waiting = await read(path)
  if (waiting !== undefined) {
    const object = { kind: 'server', id: '' } as const
    const deed = { action: 'operator.setup-code', object, detail: {} } as const
    await recorded(ports, 'local', deed, async (db) => granted(await keepCode(db, null, waiting)))
  }
  await rm(path, { force: true })
}

function fileIn(data: string): string {
  return join(data, 'setup.json')
}

/** Undefined if it is no such file: somebody's own mistake opens nothing. */
async function read(path: string): Promise<Waiting | undefined> {
  try {
    const { hash, expires } = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>
    const fits = typeof hash === 'string' && /^[0-9a-f]{64}$/.test(hash)
    return fits && Number.isSafeInteger(expires)
      ? { hash: unhex(hash), expires: Number(expires) }
      : undefined
  } catch {
    return undefined
  }
}

/** Nobody finds half of it, and nobody else may read it. */
async function writeWhole(path: string, text: string): Promise<void> {
  const next = `${path}.${randomBytes(6).toString('hex')}.new`
  try {
    const file = await open(next, 'wx', 0o600)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(next, path)
  } catch (cause) {
    await rm(next, { force: true })
    throw new HufuError('ERR_DATA_FOLDER', `${path}: cannot be written`, { cause })
  }
}
