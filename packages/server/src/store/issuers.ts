import type { UnixMs } from '../clock.ts'
import type { Db } from './schema.ts'

/** Somebody who is trusted to certify users, and whose they are. */
export interface IssuerRow {
  /** SHA-256 over the certificate, 32 octets. */
  readonly id: Uint8Array
  /** DER. */
  readonly certificate: Uint8Array
  readonly namespaces: readonly string[]
  /** Made here: its key is in the vault. */
  readonly ours: boolean
  readonly added: number
}

/** All of them, the oldest first. */
export async function listIssuers(db: Db): Promise<readonly IssuerRow[]> {
  const rows = await db.selectFrom('issuers').selectAll().orderBy('added').orderBy('id').execute()
  return rows.map(({ namespaces, ours, ...row }) => ({
    ...row,
    namespaces: namespaces.split(' '),
    ours: ours === 1,
  }))
}

/** Trusts an issuer, or changes the namespaces of one that is trusted. */
export async function putIssuer(
  db: Db,
  { id, certificate, namespaces, ours }: Omit<IssuerRow, 'added'>,
  added: UnixMs,
): Promise<void> {
  const row = { certificate, namespaces: namespaces.join(' '), ours: ours ? 1 : 0 } as const
  await db
    .insertInto('issuers')
    .values({ id, ...row, added })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
    .execute()
}

/** Trusts an outside issuer no longer; false if there is none of this id. */
export async function removeIssuer(db: Db, id: Uint8Array): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('issuers')
    .where('id', '=', id)
    .where('ours', '=', 0)
    .executeTakeFirstOrThrow()
  return numDeletedRows === 1n
}
