import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

/** The profile's folder: `HUFU_HOME`, or `hufu` among the user's data (XDG Base Directory Specification). */
export function profileFolder(env: NodeJS.ProcessEnv): string {
  const { HUFU_HOME: home, XDG_DATA_HOME: data } = env
  if (home !== undefined && home !== '') return resolve(home)
  // The specification has a relative path ignored.
  return join(data?.startsWith('/') === true ? data : join(homedir(), '.local', 'share'), 'hufu')
}
