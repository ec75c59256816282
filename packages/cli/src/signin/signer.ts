import type { SecurityKey } from '@hufu/protocol/identity'
import { HufuError } from '@hufu/protocol/wire'
import type { Chip } from '@hufu/terminal'
import type { Arguments } from '../arguments.ts'
import { CHIP_HOLDINGS, chipsOf } from '../keys/chips.ts'
import type { StoredKey } from '../keys/index.ts'
import { chooseKey } from './choose.ts'
import type { Desk } from './desk.ts'

/** What signs in, open, and how the profile calls it. */
export interface OpenSigner {
  readonly signer: SecurityKey | Chip
  readonly by: StoredKey | 'chip'
  /** The key, if it is one. */
  readonly key: SecurityKey | undefined
}

/**
 * Opens the key or, with `--chip`, the chip that is to sign in or release.
 *
 * Rejects with {@link HufuError} `ERR_KEY_ABSENT`, `ERR_KEY_PASSPHRASE`, `ERR_KEY_FILE`, `ERR_HSM_…`, `ERR_CHIP_UNKNOWN`,
 * `ERR_USAGE`, `ERR_INTERRUPTED`.
 *
 * @param user a user ID as it was typed
 * @param usual the key's name if the arguments have none
 */
export async function openSigner(
  desk: Desk,
  args: Arguments,
  user: string | undefined,
  usual?: string,
): Promise<OpenSigner> {
  if (args.has('chip')) {
    const stored = await chipsOf(desk.profile).read(desk.terminal)
    if (stored === undefined)
      throw new HufuError('ERR_CHIP_UNKNOWN', `the terminal ${desk.terminal} has none`)
    const holding = await CHIP_HOLDINGS[stored.heldBy]()
    const signer = await holding.open(stored, desk.holdingPorts(desk.terminal))
    return { signer, by: 'chip', key: undefined }
  }
  const name = args.one('key') ?? (user === undefined ? usual : undefined)
  const by = await chooseKey(desk, { name, user }, () => desk.signin.offered())
  const key = await desk.open(by)
  return { signer: key, by, key }
}
