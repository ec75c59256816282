import { accessSync, constants, mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs'
import { freemem } from 'node:os'
import { join } from 'node:path'

/** A folder in memory, by the name that Linux gives it. */
const MEMORY = '/dev/shm'
/** Octets that must be free there, and of memory: several times what the tests write at once. */
const ROOM = 4 * 2 ** 30

/**
 * A folder for the temporary files of tests that waits for no disk: the tests write small databases by the hundred, and each
 * waits until the disk has it. Nothing else changes for them: no test cuts the power.
 *
 * @returns undefined where TMPDIR says otherwise, or there is no such folder, too little room, or programs may not run there.
 */
export function scratchFolder() {
  if (process.env.TMPDIR !== undefined || !isFit()) return undefined
  const path = mkdtempSync(join(MEMORY, 'hufu-test-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

function isFit() {
  try {
    accessSync(MEMORY, constants.W_OK)
    const { bavail, bsize } = statfsSync(MEMORY)
    const mount = readFileSync('/proc/mounts', 'utf8')
      .split('\n')
      .find((line) => line.split(' ')[1] === MEMORY)
    const runs = mount !== undefined && !mount.split(' ')[3].split(',').includes('noexec')
    return runs && bavail * bsize >= ROOM && freemem() >= ROOM
  } catch {
    return false
  }
}
