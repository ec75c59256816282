import { base64url, equal } from '@hufu/protocol/crypto'
import type { VerifiedKey } from '@hufu/protocol/identity'
import { failed, type ErrorCode, type Outcome } from '@hufu/protocol/wire'
import { standingOf } from '../../authority/standing.ts'
import { revokeKey } from '../../authority/users.ts'
import type { Ending } from '../../store/endings.ts'
import { countKeys, findKey } from '../../store/keys.ts'
import type { Db } from '../../store/schema.ts'
import type { SigninPorts } from './ports.ts'

/**
 * A user revokes a key of theirs by any of them; not the last, which would lock them out by a mistake.
 *
 * Codes: `ERR_KEY_UNKNOWN`, `ERR_KEY_REVOKED`, `ERR_USER_SUSPENDED`, `ERR_RELEASE_REFUSED`.
 */
export async function revokeOwnKey(
  { audit, clock, store }: SigninPorts,
  by: VerifiedKey,
  subject: Uint8Array,
): Promise<Outcome<readonly Ending[]>> {
  const { user } = by
  return store.write('durable', async (db): Promise<Outcome<readonly Ending[]>> => {
    const now = clock.wall()
    const fault = await revocationFault(db, by, subject)
    const detail = { user, reason: '' }
    const object = { kind: 'key', id: base64url(subject) } as const
    const actor = `user:${user}` as const
    const outcome = fault ?? 'done'
    await audit.record(db, { actor, action: 'key.revoke', object, outcome, detail })
    if (fault !== undefined) return failed(fault)
    return { ok: true, value: await revokeKey(db, audit, subject, { reason: '', actor, now }) }
  })
}

async function revocationFault(
  db: Db,
  by: VerifiedKey,
  subject: Uint8Array,
): Promise<ErrorCode | undefined> {
  const standing = await standingOf(db, by)
  if (!standing.ok) return standing.code
  const key = await findKey(db, subject)
  if (key?.user !== by.user) return 'ERR_KEY_UNKNOWN'
  if (key.revoked !== null) return 'ERR_KEY_REVOKED'
  const last = (await countKeys(db, by.user)) <= 1
  return last && equal(subject, by.keyId) ? 'ERR_RELEASE_REFUSED' : undefined
}
