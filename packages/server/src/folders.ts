import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Makes a folder and those above it that are missing. Node's own `recursive` never ends where a file system says "no such
 * file" for what it will not make, as /proc and automounted folders do.
 *
 * @param mode of each that it makes; octal
 * @throws as `mkdir` does
 */
export function makeFolders(path: string, mode = 0o700): void {
  const missing: string[] = []
  for (let at = path; !isFolder(at); at = dirname(at)) missing.unshift(at)
  for (const each of missing)
    try {
      mkdirSync(each, { mode })
    } catch (error) {
      // somebody else was as quick
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || !isFolder(each)) throw error
    }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true || path === dirname(path)
}
