import { HufuError, type ErrorCode, type Value } from '@hufu/protocol/wire'
import type { UnixMs } from '../clock.ts'
import { ACTIONS, type Action, type DetailOf } from './actions.ts'

/** Who did it: the server by itself, whoever has its machine, an operator, a program with a token, or a user by their key. */
export type Actor = 'server' | 'local' | `operator:${string}` | `token:${string}` | `user:${string}`

/** One thing to be recorded. Nothing in it may be secret, and no secret has a place in it. */
export type AuditEntry = {
  [A in Action]: {
    readonly actor: Actor
    readonly action: A
    readonly object: { readonly kind: (typeof ACTIONS)[A]['object']; readonly id: string }
    /** `done`, or what it failed with. */
    readonly outcome: 'done' | ErrorCode
    readonly detail: DetailOf<A>
  }
}[Action]

/** An entry as it stands in the tables, and as it is hashed. */
export interface EntryRow {
  /** From 1, without gaps. */
  readonly seq: number
  readonly at: number
  readonly actor: string
  readonly action: string
  readonly objectKind: string
  readonly objectId: string
  readonly outcome: string
  /** JSON, the fields in the order of the action's list. */
  readonly detail: string
}

/** UTF-16 units in an object's id. Our choice. */
const MOST_ID_UNITS = 254
const ACTOR = /^(?:server|local|(?:operator|token):[^\p{C}]{1,64}|user:[^\p{C}]{1,254})$/u

/**
 * The row for `entry`, recorded as number `seq` at `at`.
 *
 * @throws {HufuError} `ERR_CALL_ORDER` if something in it is not what its action lists.
 */
export function rowOf(entry: AuditEntry, seq: number, at: UnixMs): EntryRow {
  const { actor, action, object, outcome, detail } = entry
  if (!ACTOR.test(actor)) throw misfit(action, 'actor')
  const { id } = object
  if (id.length > MOST_ID_UNITS || !id.isWellFormed()) throw misfit(action, 'object')
  const kind = ACTIONS[action].object
  if (object.kind !== kind) throw misfit(action, 'object')
  return {
    seq,
    at,
    actor,
    action,
    objectKind: kind,
    objectId: id,
    outcome,
    detail: detailText(action, detail),
  }
}

interface AnyField {
  read(value: Value): unknown
}

/** Only fields that the action lists, in the order in which it lists them. */
function detailText(action: Action, detail: Readonly<Record<string, unknown>>): string {
  const fields: Readonly<Record<string, AnyField>> = ACTIONS[action].detail
  const stray = Object.keys(detail).find((name) => !Object.hasOwn(fields, name))
  if (stray !== undefined) throw misfit(action, stray)
  const text: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(fields)) {
    const value = field.read(detail[name] as Value)
    if (value === undefined) throw misfit(action, name)
    text[name] = value
  }
  return JSON.stringify(text)
}

/** Says where, never what: it may be the very thing that must not be shown. */
function misfit(action: string, where: string): HufuError {
  return new HufuError('ERR_CALL_ORDER', `an entry for ${action} does not fit: ${where}`)
}
