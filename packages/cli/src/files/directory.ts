import { makeFolders } from '@hufu/server/folders'
import { writeFailure } from './failure.ts'

/**
 * Makes the folder that files go to, before anybody is met.
 *
 * @throws {HufuError} `ERR_FILE_WRITE`
 */
export function makeDirectory(directory: string): void {
  try {
    makeFolders(directory, 0o777)
  } catch (cause) {
    throw writeFailure(directory, cause)
  }
}
