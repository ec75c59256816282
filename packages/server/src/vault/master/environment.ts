import { Secret, unbase64url } from '@hufu/protocol/crypto'
import { HufuError } from '@hufu/protocol/wire'
import { MASTER_KEY_OCTETS, softwareMasterKey, type MasterKey } from './master-key.ts'
import type { MasterKeySource } from './source.ts'

/**
 * A master key from a setting, that is from the environment.
 *
 * @param variable how the operator knows it: `HUFU_MASTER_KEY`
 * @param letters base64url of 32 octets
 * @throws {HufuError} `ERR_CONFIG` for anything else.
 */
export function environmentKey(variable: string, letters: string): MasterKeySource {
  const key = masterKeyOf(letters)
  if (key === undefined)
    throw new HufuError(
      'ERR_CONFIG',
      `${variable} must be base64url of ${MASTER_KEY_OCTETS} octets, without padding`,
    )
  return {
    place: variable,
    keys: async () => [key],
    async make() {
      throw new HufuError(
        'ERR_CONFIG',
        `${variable} comes from the environment, where hufu cannot put a key: say where the new one is, by HUFU_NEXT_MASTER_KEY, next-master-key-file or next-pkcs11-key`,
      )
    },
    settle: async () => undefined,
  }
}

/** The key that `letters` write, or `undefined` if they are not base64url of 32 octets. */
export function masterKeyOf(letters: string): MasterKey | undefined {
  const raw = unbase64url(letters)
  if (raw?.length === MASTER_KEY_OCTETS) return softwareMasterKey(new Secret(raw))
  raw?.fill(0)
  return undefined
}
