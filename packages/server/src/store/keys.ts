import type { UnixMs } from '../clock.ts'
import { prepared } from './prepared.ts'
import type { Db, UserState } from './schema.ts'

/** A user's key as the tables have it. */
export interface KeyRow {
  /** 32 octets: `keyIdOf`. */
  readonly id: Uint8Array
  readonly user: string
  readonly kind: string
  readonly algorithm: string
  readonly certificates: { readonly signing: Uint8Array; readonly agreement: Uint8Array }
  /** When the first of its certificates ends. */
  readonly expires: number
  readonly created: number
  readonly lastUsed: number | null
  readonly revoked: number | null
  readonly reason: string | null
}

/** A certificate of our own issuing. */
export interface CertificateRow {
  readonly serial: Uint8Array
  /** Id of its issuer. */
  readonly issuer: Uint8Array
  readonly key: Uint8Array
  readonly expires: number
}

/** What decides on whether a key may be used. */
export interface KeyStanding {
  readonly user: string
  readonly kind: string
  readonly state: UserState
  readonly revoked: number | null
  readonly lastUsed: number | null
}

/** How a key stands; undefined if it is not registered. */
export async function keyStanding(db: Db, id: Uint8Array): Promise<KeyStanding | undefined> {
  const row = (await selectStanding(db, { id })).rows[0]
  if (row === undefined) return undefined
  const { last_used: lastUsed, ...standing } = row
  return { ...standing, lastUsed }
}

/** The key of this id. */
export async function findKey(db: Db, id: Uint8Array): Promise<KeyRow | undefined> {
  const row = await db.selectFrom('user_keys').selectAll().where('id', '=', id).executeTakeFirst()
  return row && keyOf(row)
}

/** A user's keys, the oldest first. */
export async function keysOf(db: Db, user: string): Promise<readonly KeyRow[]> {
  const rows = await db
    .selectFrom('user_keys')
    .selectAll()
    .where('user', '=', user)
    .orderBy('created')
    .execute()
  return rows.map(keyOf)
}

/** How many keys of a user are not revoked. */
export async function countKeys(db: Db, user: string): Promise<number> {
  const { count } = await db
    .selectFrom('user_keys')
    .select((eb) => eb.fn.countAll().as('count'))
    .where('user', '=', user)
    .where('revoked', 'is', null)
    .executeTakeFirstOrThrow()
  return Number(count)
}

/** Adds a key that is not there. */
export async function addKey(
  db: Db,
  key: Omit<KeyRow, 'lastUsed' | 'revoked' | 'reason'>,
): Promise<void> {
  const { certificates, ...row } = key
  const { signing, agreement } = certificates
  await db
    .insertInto('user_keys')
    .values({
      ...row,
      cert_signing: signing,
      cert_agreement: agreement,
      last_used: null,
      revoked: null,
      reason: null,
    })
    .execute()
}

/** A key has new certificates. */
export async function renewKey(
  db: Db,
  id: Uint8Array,
  { certificates, expires }: Pick<KeyRow, 'certificates' | 'expires'>,
): Promise<void> {
  const { signing, agreement } = certificates
  await db
    .updateTable('user_keys')
    .set({ cert_signing: signing, cert_agreement: agreement, expires })
    .where('id', '=', id)
    .execute()
}

/** Notes that a key is in use. */
export async function touchKey(db: Db, id: Uint8Array, now: UnixMs): Promise<void> {
  await updateUse(db, { id, now })
}

/** Revokes a key with every certificate of it. */
export async function setRevoked(
  db: Db,
  id: Uint8Array,
  now: UnixMs,
  reason: string,
): Promise<void> {
  await db.updateTable('user_keys').set({ revoked: now, reason }).where('id', '=', id).execute()
  await db
    .updateTable('certificates')
    .set({ revoked: now })
    .where('key', '=', id)
    .where('revoked', 'is', null)
    .execute()
  await db.deleteFrom('passkeys').where('key', '=', id).execute()
}

/** Notes certificates that were issued. */
export async function addCertificates(db: Db, rows: readonly CertificateRow[]): Promise<void> {
  await db
    .insertInto('certificates')
    .values(rows.map((row) => ({ ...row, revoked: null })))
    .execute()
}

/** The certificates of an issuer that are revoked and have not ended. */
export async function revokedCertificates(
  db: Db,
  issuer: Uint8Array,
  now: UnixMs,
): Promise<readonly { readonly serial: Uint8Array; readonly revoked: number }[]> {
  const rows = await db
    .selectFrom('certificates')
    .select(['serial', 'revoked'])
    .where('issuer', '=', issuer)
    .where('revoked', 'is not', null)
    .where('expires', '>', now)
    .orderBy('revoked')
    .execute()
  return rows.map(({ serial, revoked }) => ({ serial, revoked: revoked! }))
}

/** Forgets certificates that have ended. */
export async function sweepCertificates(db: Db, now: UnixMs): Promise<void> {
  await db.deleteFrom('certificates').where('expires', '<=', now).execute()
}

interface Row {
  readonly id: Uint8Array
  readonly user: string
  readonly kind: string
  readonly algorithm: string
  readonly cert_signing: Uint8Array
  readonly cert_agreement: Uint8Array
  readonly expires: number
  readonly created: number
  readonly last_used: number | null
  readonly revoked: number | null
  readonly reason: string | null
}

function keyOf({ cert_signing, cert_agreement, last_used, ...row }: Row): KeyRow {
  const certificates = { signing: cert_signing, agreement: cert_agreement }
  return { ...row, certificates, lastUsed: last_used }
}

const selectStanding = prepared((db, { id }: { readonly id: Uint8Array }) =>
  db
    .selectFrom('user_keys as k')
    .innerJoin('users as u', 'u.id', 'k.user')
    .select(['k.user', 'k.kind', 'k.revoked', 'k.last_used', 'u.state'])
    .where('k.id', '=', id),
)

const updateUse = prepared((db, { id, now }: { readonly id: Uint8Array; readonly now: UnixMs }) =>
  db.updateTable('user_keys').set({ last_used: now }).where('id', '=', id),
)
