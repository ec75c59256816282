import { mkdir } from 'node:fs/promises'
import { writeFailure } from './failure.ts'

/**
 * Makes the folder that files go to, before anybody is met.
 *
 * @throws {HufuError} `ERR_FILE_WRITE`
 */
export async function makeDirectory(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true }).catch((cause: unknown) => {
    throw writeFailure(directory, cause)
  })
}
