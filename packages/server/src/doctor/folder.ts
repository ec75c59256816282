import { existsSync, readdirSync, statSync, type Stats } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Config } from '../config.ts'
import type { Holder } from '../store/lock.ts'
import { hasData, isRestorePending, PART } from '../store/restored.ts'
import { fail, ok, sizeText, warn, type Finding } from './finding.ts'

/** Is there a data folder, and does something in it wait to be done? */
export function dataFolder(folder: string, holder: Holder | undefined): Finding {
  if (!hasData(folder))
    return fail('folder', `${resolve(folder)}: no server has kept anything here`, 'give --data DIR')
  const who = holder === undefined ? 'no server has it open' : heldBy(holder)
  const found = `${resolve(folder)}, ${who}`
  if (isRestorePending(folder))
    return warn('folder', `${found}; a restore waits`, 'start the server anew: it takes its place')
  const kept = readdirSync(folder).filter((name) => name.startsWith('former-') || name === PART)
  if (kept.length === 0) return ok('folder', found)
  const octets = kept.reduce((sum, name) => sum + octetsBelow(join(folder, name)), 0)
  return ok(
    'folder',
    `${found}; ${kept.join(', ')} (${sizeText(octets)}) may be deleted when not needed`,
  )
}

/** Are folder and files closed to all others, as they were made? */
export function permissions(folder: string, config: Config): Finding {
  const given = [
    config.masterKeyFile,
    config.nextMasterKeyFile,
    config.pkcs11PinFile,
    config.tlsKey,
  ]
  const paths = [folder, ...pathsBelow(folder), ...given.filter((path) => path !== '')]
  const open: string[] = []
  const strange: string[] = []
  for (const path of paths) {
    const found = statOf(path)
    if (found === undefined) continue
    // Windows has no such modes
    if (process.platform !== 'win32' && (found.mode & 0o077) !== 0) open.push(path)
    if (!isOurs(found)) strange.push(path)
  }
  if (open.length > 0)
    return fail(
      'permissions',
      `${some(open)}: open to others`,
      `chmod go= ${open.slice(0, 3).map(quoted).join(' ')}${open.length > 3 ? ' …' : ''}`,
    )
  if (strange.length > 0)
    return warn(
      'permissions',
      `${some(strange)}: of another user`,
      'run hufu as the user that the folder belongs to, or chown it',
    )
  return ok('permissions', `${paths.length} files and folders, closed to others`)
}

function heldBy({ does, pid, url }: Holder): string {
  const more = [
    ...(pid === undefined ? [] : [`process ${pid}`]),
    ...(url === undefined ? [] : [url]),
  ]
  return `held by ${[does, ...more].join(', ')}`
}

/** Root may read everything, and whoever looks as root is not told that files are the server's. */
function isOurs({ uid }: Stats): boolean {
  const self = process.getuid?.()
  return self === undefined || self === 0 || uid === self
}

function pathsBelow(folder: string): readonly string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  // what the server only lends to others, it has made so that they may have it
  return names.map((name) => join(folder, name))
}

function statOf(path: string): Stats | undefined {
  return existsSync(path) ? statSync(path, { throwIfNoEntry: false }) : undefined
}

function octetsBelow(path: string): number {
  return pathsBelow(path).reduce((sum, each) => sum + (statOf(each)?.size ?? 0), 0)
}

function some(paths: readonly string[]): string {
  const shown = paths.slice(0, 3).join(', ')
  return paths.length > 3 ? `${shown} and ${paths.length - 3} more` : shown
}

function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`
}
