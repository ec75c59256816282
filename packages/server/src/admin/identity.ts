import { sql } from 'kysely'
import type { UnixMs } from '../clock.ts'
import type { Config } from '../config.ts'
import type { Db } from '../store/schema.ts'
import type { Credential } from './credentials.ts'
import { knownPermissions, permissionsOf, type Permission } from './roles.ts'

/** Whoever is signed in, as the tables say at this moment. */
export interface Identity {
  readonly operator: string
  readonly role: string
  readonly permissions: readonly Permission[]
  readonly credential: Credential
  /** The token that it is signed in by, if it is one. */
  readonly token: { readonly id: string; readonly name: string } | undefined
  /** When that ends, if nobody ends it before. */
  readonly expires: UnixMs
}

/** How long a session lasts. */
export type SessionLimits = Pick<Config, 'operatorIdleMs' | 'operatorSessionMs'>

/** Milliseconds within which another use is not noted: a console asks every second. */
const NOTED_EVERY_MS = 60_000

/** Who has that credential: undefined if it is not good, or not any more. */
export async function identify(
  db: Db,
  credential: Credential,
  limits: SessionLimits,
  now: UnixMs,
): Promise<Identity | undefined> {
  return credential.by === 'token'
    ? byToken(db, credential, now)
    : bySession(db, credential, limits, now)
}

/** Notes that a credential is in use. */
export async function noteUse(db: Db, { by, hash }: Credential, now: UnixMs): Promise<void> {
  const table = by === 'token' ? 'operator_tokens' : 'operator_sessions'
  await db
    .updateTable(table)
    .set({ last_used: now })
    .where('hash', '=', hash)
    .where(sql<number>`coalesce(last_used, 0)`, '<=', now - NOTED_EVERY_MS)
    .execute()
}

/** True if noting a use would change anything. */
export async function useIsNews(db: Db, { by, hash }: Credential, now: UnixMs): Promise<boolean> {
  const table = by === 'token' ? 'operator_tokens' : 'operator_sessions'
  const row = await db
    .selectFrom(table)
    .select('last_used')
    .where('hash', '=', hash)
    .executeTakeFirst()
  return row !== undefined && (row.last_used ?? 0) <= now - NOTED_EVERY_MS
}

/** Forgets sessions, tokens and codes that have had their time; tokens are shown as expired for a while. */
export async function sweepOperators(db: Db, limits: SessionLimits, now: UnixMs): Promise<void> {
  await db
    .deleteFrom('operator_sessions')
    .where((eb) =>
      eb.or([
        eb('last_used', '<=', now - limits.operatorIdleMs),
        eb('created', '<=', now - limits.operatorSessionMs),
      ]),
    )
    .execute()
  await db
    .deleteFrom('operator_tokens')
    .where('expires', '<=', now - SHOWN_MS)
    .execute()
  await db.deleteFrom('operator_codes').where('expires', '<=', now).execute()
}

/** Thirty days. */
const SHOWN_MS = 30 * 86_400_000

async function byToken(db: Db, credential: Credential, now: UnixMs): Promise<Identity | undefined> {
  const row = await db
    .selectFrom('operator_tokens as t')
    .innerJoin('operators as o', 'o.name', 't.operator')
    .select(['t.id', 't.name', 't.operator', 't.scope', 't.expires', 'o.role'])
    .where('t.hash', '=', credential.hash)
    .where('t.expires', '>', now)
    .executeTakeFirst()
  if (row === undefined) return undefined
  const { id, name, operator, role } = row
  // never more than its owner may at this moment
  const scope = knownPermissions(row.scope.split(' '))
  const permissions = permissionsOf(role).filter((permission) => scope.includes(permission))
  const expires = row.expires as UnixMs
  return { operator, role, permissions, credential, token: { id, name }, expires }
}

async function bySession(
  db: Db,
  credential: Extract<Credential, { by: 'session' }>,
  { operatorIdleMs, operatorSessionMs }: SessionLimits,
  now: UnixMs,
): Promise<Identity | undefined> {
  const row = await db
    .selectFrom('operator_sessions as s')
    .innerJoin('operators as o', 'o.name', 's.operator')
    .select(['s.operator', 's.created', 's.last_used', 'o.role'])
    .where('s.hash', '=', credential.hash)
    .where('s.kept_by', '=', credential.keptBy)
    .executeTakeFirst()
  if (row === undefined) return undefined
  const { operator, role } = row
  const expires = Math.min(row.created + operatorSessionMs, row.last_used + operatorIdleMs)
  if (expires <= now) return undefined
  const permissions = permissionsOf(role)
  return { operator, role, permissions, credential, token: undefined, expires: expires as UnixMs }
}
