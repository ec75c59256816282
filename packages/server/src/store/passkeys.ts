import { findKey, type KeyRow } from './keys.ts'
import type { Db } from './schema.ts'

/** A user's keys, sealed under a passkey. */
export interface PasskeyRow {
  /** WebAuthn's id of the credential. */
  readonly credential: Uint8Array
  /** Id of the key that is sealed. */
  readonly key: Uint8Array
  /** The host name that the passkey was made for. */
  readonly host: string
  readonly sealed: Uint8Array
}

/** Keeps what is sealed under a passkey; false if there is something under it already. */
export async function addPasskey(db: Db, row: PasskeyRow): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('passkeys')
    .values(row)
    .onConflict((conflict) => conflict.column('credential').doNothing())
    .executeTakeFirstOrThrow()
  return numInsertedOrUpdatedRows === 1n
}

/** What is sealed under a passkey, and the key that it is. */
export async function findPasskey(
  db: Db,
  credential: Uint8Array,
): Promise<(PasskeyRow & { readonly of: KeyRow }) | undefined> {
  const row = await db
    .selectFrom('passkeys')
    .selectAll()
    .where('credential', '=', credential)
    .executeTakeFirst()
  const of = row && (await findKey(db, row.key))
  return of && { ...row, of }
}
