import { HufuError, type ErrorCode } from '@hufu/protocol/wire'
import type { Audit } from '../audit/audit.ts'
import type { Actor, AuditEntry } from '../audit/entry.ts'
import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { Db } from '../store/schema.ts'
import type { KeyedStore } from '../store/store.ts'
import { identify, type Identity } from './identity.ts'
import type { Permission } from './roles.ts'

/** What everything that changes something needs. */
export interface ActPorts {
  readonly store: KeyedStore
  readonly audit: Pick<Audit, 'record'>
  readonly clock: Clock
  readonly config: Config
}

/** What an act comes to. Whoever refuses must not have changed anything before. */
export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string }

/** What is done, and to what; who does it and what comes of it is added. */
export type Deed = WithoutWho<AuditEntry>
type WithoutWho<E> = E extends unknown ? Omit<E, 'actor' | 'outcome'> : never

/** A change that somebody who is signed in asks for. */
export interface Act<T> {
  readonly who: Identity
  readonly permission: Permission
  readonly deed: Deed
  /** Within the transaction, with whoever asks as the tables have them there. */
  work(db: Db, who: Identity): Promise<Result<T>>
}

/**
 * Does something and records it, with whoever did it and what came of it, in one transaction. Whether they may is asked
 * again within that transaction: a role that was lowered or a token that was revoked meanwhile counts.
 *
 * @throws {HufuError} `ERR_SIGNED_OUT`, `ERR_FORBIDDEN`, and whatever `work` refuses with.
 */
export async function act<T>(ports: ActPorts, { who, permission, deed, work }: Act<T>): Promise<T> {
  const { clock, config } = ports
  return recorded(ports, actorOf(who), deed, async (db) => {
    const now = await identify(db, who.credential, config, clock.wall())
    if (now === undefined) return refused('ERR_SIGNED_OUT')
    if (!now.permissions.includes(permission)) return forbidden(permission)
    return work(db, now)
  })
}

/**
 * Does something for `actor` and records it, in one transaction.
 *
 * @throws {HufuError} whatever `work` refuses with.
 */
export async function recorded<T>(
  { store, audit }: ActPorts,
  actor: Actor,
  deed: Deed,
  work: (db: Db) => Promise<Result<T>>,
): Promise<T> {
  const result = await store.write('durable', async (db) => {
    const result = await work(db)
    const outcome = result.ok ? 'done' : result.code
    await audit.record(db, { ...deed, actor, outcome })
    return result
  })
  if (!result.ok) throw new HufuError(result.code, result.message)
  return result.value
}

/** The result that stands for success. */
export function granted<T>(value: T): Result<T> {
  return { ok: true, value }
}

/** The result that stands for a refusal. */
export function refused(code: ErrorCode, message: string = code): Result<never> {
  return { ok: false, code, message }
}

/** The refusal for want of a permission, which it names. */
export function forbidden(permission: Permission): Result<never> {
  return refused('ERR_FORBIDDEN', forbiddenText(permission))
}

/** How it is named. */
export function forbiddenText(permission: Permission): string {
  return `this needs the permission ${permission}`
}

/** Under what name somebody is recorded. */
export function actorOf({ operator, token }: Identity): Actor {
  return token === undefined ? `operator:${operator}` : `token:${token.id}`
}
