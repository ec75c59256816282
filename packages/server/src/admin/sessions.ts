import type { UnixMs } from '../clock.ts'
import type { Db, SessionKeeper } from '../store/schema.ts'
import { newSession } from './credentials.ts'
import type { SignedIn } from './forms.ts'
import type { SessionLimits } from './identity.ts'
import type { Visitor } from './route.ts'
import { permissionsOf } from './roles.ts'

/** Sessions of one account; the longest unused goes when there is one more. Our choice: a person's devices. */
const MOST_SESSIONS = 20

/** Somebody to be signed in, and how. */
export interface Entrance {
  readonly operator: string
  readonly role: string
  readonly keptBy: SessionKeeper
  readonly visitor: Visitor
  readonly now: UnixMs
}

/**
 * Signs somebody in under an id that nobody has seen before; whatever session the request came with ends. The result is
 * handed out with {@link hand} once the transaction stands.
 */
export async function enter(db: Db, entrance: Entrance): Promise<string> {
  const { operator, keptBy, visitor, now } = entrance
  const session = newSession(keptBy)
  if (visitor.session !== undefined) await leave(db, visitor.session)
  const old = await db
    .selectFrom('operator_sessions')
    .select('hash')
    .where('operator', '=', operator)
    .orderBy('last_used', 'desc')
    .offset(MOST_SESSIONS - 1)
    .limit(MOST_SESSIONS)
    .execute()
  for (const { hash } of old) await leave(db, hash)
  await db
    .insertInto('operator_sessions')
    .values({ hash: session.hash, operator, kept_by: keptBy, created: now, last_used: now })
    .execute()
  return session.text
}

/** Ends a session, if there is one. */
export async function leave(db: Db, hash: Uint8Array): Promise<void> {
  await db.deleteFrom('operator_sessions').where('hash', '=', hash).execute()
}

/** Hands the session out: to a browser as a cookie that no script reads, to a program in the answer. */
export function hand(entrance: Entrance, id: string, limits: SessionLimits): SignedIn {
  const { operator, role, keptBy, visitor, now } = entrance
  const { operatorIdleMs: idle, operatorSessionMs: whole } = limits
  const answer = {
    operator,
    role,
    permissions: permissionsOf(role),
    expires: now + Math.min(idle, whole),
  }
  if (keptBy === 'program') return { ...answer, session: id }
  visitor.keep({ id, maxAgeMs: whole })
  return answer
}

/** Ends all sessions of an account. */
export async function leaveAll(db: Db, operator: string): Promise<void> {
  await db.deleteFrom('operator_sessions').where('operator', '=', operator).execute()
}
