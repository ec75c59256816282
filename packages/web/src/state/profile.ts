import type { Profile } from '@hufu/terminal'
import { openProfile } from '../ports/profile.ts'

let opened: Promise<Profile> | undefined

/**
 * What this browser keeps for hufu; opened when it is first needed.
 *
 * @throws {HufuError} `ERR_PROFILE` where the browser keeps nothing
 */
export function profile(): Promise<Profile> {
  opened ??= openProfile().catch((error: unknown) => {
    opened = undefined // a later try may find the storage again
    throw error
  })
  return opened
}
