import type { VerifiedKey } from '@hufu/protocol/identity'
import type { ErrorCode } from '@hufu/protocol/wire'
import { keyStanding, type KeyStanding } from '../store/keys.ts'
import type { Db } from '../store/schema.ts'

/** How a key stands that was proved to be at the terminal: what only its holder may learn. */
export type Standing =
  | { readonly ok: true; readonly value: KeyStanding }
  | { readonly ok: false; readonly code: ErrorCode }

/** Codes: `ERR_KEY_UNKNOWN`, `ERR_KEY_REVOKED`, `ERR_USER_SUSPENDED`. */
export async function standingOf(
  db: Db,
  { keyId, user }: Pick<VerifiedKey, 'keyId' | 'user'>,
): Promise<Standing> {
  const standing = await keyStanding(db, keyId)
  if (standing?.user !== user) return { ok: false, code: 'ERR_KEY_UNKNOWN' }
  if (standing.revoked !== null) return { ok: false, code: 'ERR_KEY_REVOKED' }
  if (standing.state === 'suspended') return { ok: false, code: 'ERR_USER_SUSPENDED' }
  return { ok: true, value: standing }
}
