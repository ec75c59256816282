import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { HufuError } from '@hufu/protocol/wire'
import { makeFolders } from '@hufu/server/folders'
import { codeOf } from '../system.ts'

/** The profile's folder: `HUFU_HOME`, or `hufu` among the user's data (XDG Base Directory Specification). */
export function profileFolder(env: NodeJS.ProcessEnv): string {
  const { HUFU_HOME: home, XDG_DATA_HOME: data } = env
  if (home !== undefined && home !== '') return resolve(home)
  // The specification has a relative path ignored.
  return join(data?.startsWith('/') === true ? data : join(homedir(), '.local', 'share'), 'hufu')
}

/**
 * Makes folders of a profile, closed to all others. One that is there may have rights that its owner chose; what is in it
 * is closed in any case.
 *
 * @throws {HufuError} `ERR_PROFILE`
 */
export function makeClosed(...paths: readonly string[]): void {
  for (const path of paths)
    try {
      makeFolders(path)
    } catch (cause) {
      throw new HufuError('ERR_PROFILE', `${path}: cannot be made (${codeOf(cause)})`, { cause })
    }
}
