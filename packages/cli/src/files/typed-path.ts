import { homedir } from 'node:os'
import { join } from 'node:path'

/**
 * A path as it was typed in a talk, where no shell has read it: `~` and `~/…` are in the home folder, and quotes around the
 * whole of it are no part of it, as terminals put them around a file that is dropped on them.
 */
export function typedPath(typed: string, home: string = homedir()): string {
  const quoted = /^(['"])(.+)\1$/s.exec(typed)?.[2]
  if (quoted !== undefined) return quoted
  if (typed === '~') return home
  return typed.startsWith('~/') ? join(home, typed.slice(2)) : typed
}
