import { spawnSync } from 'node:child_process'
import { packageVersion } from './machine.ts'

/**
 * Sees to it that the Debian packages are there: as root it installs them with apt-get, and says so.
 *
 * @returns those that are still missing.
 */
export function installPackages(
  names: readonly string[],
  say: (text: string) => void,
): readonly string[] {
  const missing = missingOf(names)
  if (missing.length === 0) return missing
  if (process.getuid?.() !== 0) {
    say(`missing, and only root can install them: ${missing.join(' ')}`)
    return missing
  }
  say(`installing with apt-get: ${missing.join(' ')}`)
  apt('update', '-qq')
  apt('install', '-qq', '-y', '--no-install-recommends', ...missing)
  return missingOf(names)
}

function missingOf(names: readonly string[]): readonly string[] {
  return names.filter((name) => packageVersion(name) === undefined)
}

function apt(...args: readonly string[]): void {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  spawnSync('apt-get', args, { stdio: ['ignore', 2, 2], env })
}
