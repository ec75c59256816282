import type { UnixMs } from '../clock.ts'
import type { Config } from '../config.ts'
import type { Db } from '../store/schema.ts'
import { newSetupCode } from './setup-code.ts'

/**
 * A code that opens an account, in place of whatever code there was for it. It is to be shown once.
 *
 * @param operator whose; null: it makes a new account in the role of operator.
 */
export async function issueCode(
  db: Db,
  operator: string | null,
  { setupCodeMs }: Pick<Config, 'setupCodeMs'>,
  now: UnixMs,
): Promise<{ readonly code: string; readonly expires: number }> {
  const { text: code, hash } = newSetupCode()
  const expires = now + setupCodeMs
  await keepCode(db, operator, { hash, expires })
  return { code, expires }
}

/** Keeps a code by its hash, 32 octets, in place of whatever code there was for that account. */
export async function keepCode(
  db: Db,
  operator: string | null,
  { hash, expires }: { readonly hash: Uint8Array; readonly expires: number },
): Promise<void> {
  const same = operator === null ? 'is' : '='
  await db.deleteFrom('operator_codes').where('operator', same, operator).execute()
  await db.insertInto('operator_codes').values({ hash, operator, expires }).execute()
}
