import { hex } from '@hufu/protocol/crypto'
import type { ErrorCode } from '@hufu/protocol/wire'
import type { Actor } from '../../audit/entry.ts'
import { callMembers, isEmpty, leaveCall, type CallMemberRow } from '../../store/call-members.ts'
import { callRings, forgetCall, type CallKeys, type CallRingRow } from '../../store/calls.ts'
import type { Db } from '../../store/schema.ts'
import { tell, type CallPorts } from './ports.ts'
import type { Ringing } from './ringing.ts'

/** Why a call is over, or a member out of it. */
export interface Why {
  readonly code: ErrorCode
  /** An operator's own words; empty where there are none. */
  readonly reason: string
  readonly actor: Actor
}

/** A call that the tables have no longer, and who is to be told. */
export interface Over {
  readonly call: CallKeys
  readonly members: readonly CallMemberRow[]
  readonly rings: readonly CallRingRow[]
  readonly why: Why
}

/** How members go, and calls end. */
export interface Closing {
  /**
   * Takes a member out of the call and both its sessions; with the last of them the call goes. Whoever is taken out is told
   * `why`, but for one who asked for it.
   */
  dismiss(call: CallKeys, member: CallMemberRow, why: Why): Promise<void>
  /** Ends a call for all. */
  close(call: CallKeys, why: Why): Promise<void>
  /** The first half of {@link close}, within a transaction: the call is gone from the tables. Undefined if it was before. */
  forget(db: Db, call: CallKeys, why: Why): Promise<Over | undefined>
  /** The second half, once the transaction stands. */
  tellOver(over: Over): void
}

/** Closing, of one node. */
export function closingOf(ports: CallPorts, ringing: Ringing): Closing {
  const { audit, clock, counts, sessions, store } = ports

  const forget = async (db: Db, call: CallKeys, why: Why): Promise<Over | undefined> => {
    const members = await callMembers(db, call.id)
    const rings = await callRings(db, call.id)
    if (!(await forgetCall(db, call))) return undefined
    const { actor, code, reason } = why
    const object = { kind: 'call', id: hex(call.id) } as const
    // an operator's end is recorded as what they did
    if (code !== 'ERR_CALL_FORCED')
      await audit.record(db, {
        actor,
        action: 'call.end',
        object,
        outcome: 'done',
        detail: { code, reason },
      })
    return { call, members, rings, why }
  }

  const tellOver = ({ call, members, rings, why }: Over): void => {
    const { code, reason } = why
    counts.ended(code)
    for (const { terminal } of members)
      tell(ports, terminal, { type: 'call.over', call: call.id, code, reason })
    sessions.tellOver(call.signalling, code)
    sessions.tellOver(call.media, code)
    for (const _ of rings) counts.rung('ERR_CALL_WITHDRAWN')
    ringing.stop(rings, 'ERR_CALL_WITHDRAWN')
  }

  return {
    async dismiss(call, member, why) {
      const { id, signalling, media } = call
      const { position, terminal, user } = member
      const { actor, code, reason } = why
      const left = await store.write('soon', async (db) => {
        if (!(await leaveCall(db, call, position, clock.wall()))) return undefined
        await audit.record(db, {
          actor,
          action: 'call.leave',
          object: { kind: 'call', id: hex(id) },
          outcome: 'done',
          detail: { user, terminal: hex(terminal), code },
        })
        const ended = byServer('ERR_CALL_ENDED')
        return { over: (await isEmpty(db, id)) ? await forget(db, call, ended) : undefined }
      })
      if (left === undefined) return
      if (code !== LEFT) tell(ports, terminal, { type: 'call.over', call: id, code, reason })
      sessions.tellLeft(signalling, position, code)
      sessions.tellLeft(media, position, code)
      if (left.over !== undefined) tellOver(left.over)
    },
    async close(call, why) {
      const over = await store.write('soon', (db) => forget(db, call, why))
      if (over !== undefined) tellOver(over)
    },
    forget,
    tellOver,
  }
}

/** What nobody has asked for. */
export function byServer(code: ErrorCode): Why {
  return { code, reason: '', actor: 'server' }
}

/** The code of whoever asked to be let out. */
export const LEFT = 'ERR_SESSION_UNKNOWN'
