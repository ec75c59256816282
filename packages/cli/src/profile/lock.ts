import { randomBytes } from 'node:crypto'
import { open, readFile, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { HufuError } from '@hufu/protocol/wire'
import { codeOf, isAlive } from '../system.ts'

/** Milliseconds to wait for another process at most, and between two looks. Our choices: whoever holds it writes one file. */
const PATIENCE_MS = 10_000
const LOOK_MS = 15

/**
 * Runs `act` while no other process does so under the same `folder`. A lock whose process is gone is taken over.
 *
 * @throws {HufuError} `ERR_PROFILE` if another process holds the lock for ten seconds, or the folder cannot be written.
 */
export async function locked<T>(folder: string, act: () => Promise<T>): Promise<T> {
  const path = join(folder, 'lock')
  const mark = `${process.pid} ${randomBytes(8).toString('hex')}`
  const until = performance.now() + PATIENCE_MS
  while (!(await create(path, mark))) {
    if (await isStale(path)) await takeAway(path)
    else if (performance.now() > until)
      throw new HufuError('ERR_PROFILE', `${path}: another hufu holds it; remove it if none runs`)
    else await sleep(LOOK_MS)
  }
  try {
    return await act()
  } finally {
    await unlink(path).catch(() => undefined)
  }
}

/** False if there is one already. */
async function create(path: string, mark: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx', 0o600)
    await file.writeFile(mark)
    await file.close()
    return true
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST') return false
    throw new HufuError('ERR_PROFILE', `${path}: cannot be written`, { cause })
  }
}

async function isStale(path: string): Promise<boolean> {
  try {
    const pid = Number((await readFile(path, 'utf8')).split(' ')[0])
    if (Number.isSafeInteger(pid) && pid > 0) return !isAlive(pid)
    // Written in two steps: an empty one is new, or its writer died between them.
    return Date.now() - (await stat(path)).mtimeMs > PATIENCE_MS / 2
  } catch {
    return false // it has just gone
  }
}

/** One process at a time may take a lock away, or two would, and the second would take away a new one. */
async function takeAway(path: string): Promise<void> {
  const breaking = `${path}.breaking`
  if (!(await create(breaking, String(process.pid)))) {
    const age = await stat(breaking).then(
      (info) => Date.now() - info.mtimeMs,
      () => 0,
    )
    if (age > PATIENCE_MS / 2) await unlink(breaking).catch(() => undefined)
    return sleep(LOOK_MS)
  }
  try {
    if (await isStale(path)) await unlink(path).catch(() => undefined)
  } finally {
    await unlink(breaking).catch(() => undefined)
  }
}
