import { hex } from '@hufu/protocol/crypto'
import type { ErrorCode } from '@hufu/protocol/wire'
import type { Audit } from '../audit/audit.ts'
import type { Actor } from '../audit/entry.ts'
import type { UnixMs } from '../clock.ts'
import { unbind, type Binding } from '../store/bindings.ts'
import { noteEnding, type Ending } from '../store/endings.ts'
import type { Db } from '../store/schema.ts'

/** Why sign-ins are ended, and by whom. */
export interface EndedBy {
  readonly code: ErrorCode
  /** An operator's own words; empty where there are none. */
  readonly reason: string
  readonly actor: Actor
  readonly now: UnixMs
}

/**
 * Ends sign-ins that their own terminals have not asked to be ended, each with an entry in the record. The result is what
 * the terminals are to be told, once the transaction stands.
 */
export async function endBindings(
  db: Db,
  audit: Pick<Audit, 'record'>,
  bindings: readonly Binding[],
  { code, reason, actor, now }: EndedBy,
): Promise<readonly Ending[]> {
  const endings: Ending[] = []
  for (const { terminal, user } of bindings) {
    const ending = { terminal, user, code, reason }
    await unbind(db, terminal)
    await noteEnding(db, ending, now)
    await audit.record(db, {
      actor,
      action: 'signin.end',
      object: { kind: 'terminal', id: hex(terminal) },
      outcome: 'done',
      detail: { user, code, reason },
    })
    endings.push(ending)
  }
  return endings
}
