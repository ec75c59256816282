import { aptInstall } from '../../scripts/debian.mjs'
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
  aptInstall(missing)
  return missingOf(names)
}

function missingOf(names: readonly string[]): readonly string[] {
  return names.filter((name) => packageVersion(name) === undefined)
}
