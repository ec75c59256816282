import { homedir } from 'node:os'
import { join } from 'node:path'

/** A path as it was typed in a talk, where no shell has read it: `~` and `~/…` are in the home folder. */
export function typedPath(typed: string, home: string = homedir()): string {
  if (typed === '~') return home
  return typed.startsWith('~/') ? join(home, typed.slice(2)) : typed
}
