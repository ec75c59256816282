import { HufuError } from '../wire/errors.ts'

/**
 * Checks the length of something that the calling program made, never a peer.
 *
 * @param name what it is, for the message; never its value.
 * @param octets the length it must have.
 * @throws {HufuError} `ERR_CRYPTO_INPUT` for any other length.
 */
export function requireOctets(name: string, bytes: Uint8Array, octets: number): void {
  if (bytes.length === octets) return
  throw misuse(`${name} has ${bytes.length} octets, not ${octets}`)
}

/**
 * The error for a mistake of the calling program.
 *
 * @param message what is wrong, without any secret value.
 */
export function misuse(message: string): HufuError {
  return new HufuError('ERR_CRYPTO_INPUT', message)
}
