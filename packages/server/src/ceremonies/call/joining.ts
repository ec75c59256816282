import type { Accept } from '@hufu/protocol/call'
import { hex } from '@hufu/protocol/crypto'
import { sameTerminal, type ErrorCode, type MessageOf } from '@hufu/protocol/wire'
import type { Connection } from '../../relay/connection.ts'
import { bindingAt } from '../../store/bindings.ts'
import {
  callsOfUser,
  enterCall,
  isMember,
  memberAt,
  type CallMemberRow,
} from '../../store/call-members.ts'
import { endRing, findCall, ringOf, type CallRingRow, type CallRow } from '../../store/calls.ts'
import type { Db } from '../../store/schema.ts'
import { refuse, tell, type CallPorts } from './ports.ts'
import { callerAt, faultOfCheck } from './proofs.ts'
import type { Ringing } from './ringing.ts'

/** How users who are rung come in, or do not (A9, A13). */
export interface Joining {
  /** False if it was refused. */
  accept(connection: Connection, message: MessageOf<typeof Accept>): Promise<boolean>
  /** A user says no at a terminal where they are signed in: that is their answer. */
  decline(connection: Connection, call: Uint8Array, user: string): Promise<void>
}

type Taken =
  | {
      readonly ok: true
      readonly call: CallRow
      readonly index: number
      readonly host: CallMemberRow | undefined
    }
  | { readonly ok: false; readonly code: ErrorCode }

/** Joining, at one node. */
export function joiningAt(ports: CallPorts, ringing: Ringing): Joining {
  const { audit, clock, config, counts, sessions, store } = ports

  const take = async (
    db: Db,
    connection: Connection,
    { call: id, bundle, check }: MessageOf<typeof Accept>,
  ): Promise<Taken> => {
    const caller = await callerAt(ports, db, connection)
    if (!caller.ok) return caller
    const { user } = caller
    const call = await findCall(db, id)
    const ring = await ringOf(db, id, user)
    const now = clock.wall()
    if (call === undefined || ring === undefined || ring.until <= now) return no('ERR_CALL_UNKNOWN')
    const { terminal } = connection
    if (bundle.user !== user || !sameTerminal(bundle.terminal, terminal))
      return no('ERR_CALL_PROOF')
    const fault = await checkFault(db, connection, { call, ring, bundle, check })
    if (fault !== undefined) return no(fault)
    const isBusy = (await callsOfUser(db, user)) >= config.callsPerUser
    if (isBusy && !(await isMember(db, id, user))) return no('ERR_CALL_BUSY')
    if (sameTerminal(bundle.media, terminal)) return no('ERR_CALL_SEAT')
    const limits = { most: config.membersPerCall, now }
    const entered = await enterCall(db, call, { user, terminal, media: bundle.media }, limits)
    if (entered.is !== 'in') return no(entered.is === 'full' ? 'ERR_CALL_LIMIT' : 'ERR_CALL_SEAT')
    const { index } = entered
    await endRing(db, id, user)
    await audit.record(db, {
      actor: `user:${user}`,
      action: 'call.join',
      object: { kind: 'call', id: hex(id) },
      outcome: 'done',
      detail: { user, terminal: hex(terminal), index },
    })
    return { ok: true, call, index, host: await memberAt(db, id, call.host) }
  }

  const checkFault = async (
    db: Db,
    connection: Connection,
    given: {
      readonly call: CallRow
      readonly ring: CallRingRow
    } & Pick<MessageOf<typeof Accept>, 'bundle' | 'check'>,
  ): Promise<ErrorCode | undefined> => {
    const { call, ring, bundle, check: proof } = given
    const { challenge } = ring
    if (challenge === null) return undefined
    const { user, certificates } = bundle
    const { id, server } = call
    const about = { role: 'member', user, certificates, call: id, server, challenge } as const
    return faultOfCheck(ports, db, connection, { ...about, proof })
  }

  return {
    async accept(connection, message) {
      const { ref, call: id, bundle } = message
      const taken = await store.write('soon', (db) => take(db, connection, message))
      if (!taken.ok) {
        refuse(connection, ref, taken.code)
        return false
      }
      counts.rung('answered')
      const { call, index, host } = taken
      const { signalling, media, host: hostIndex } = call
      const joined = { ref, call: id, index, host: hostIndex, signalling, media }
      connection.send({ type: 'call.joined', ...joined })
      sessions.admit(connection, signalling, index)
      if (host !== undefined)
        tell(ports, host.terminal, { type: 'call.joining', call: id, index, bundle })
      ringing.stop([{ call: id, user: bundle.user }], 'ERR_CALL_ELSEWHERE')
      return true
    },
    async decline({ terminal }, id, user) {
      const ended = await store.write('soon', async (db) => {
        const binding = await bindingAt(db, terminal)
        const isTheirs = binding?.user === user && binding.expires > clock.wall()
        if (!isTheirs || !(await endRing(db, id, user))) return undefined
        const call = await findCall(db, id)
        return { host: call && (await memberAt(db, id, call.host)) }
      })
      if (ended === undefined) return
      const code = 'ERR_CALL_DECLINED'
      counts.rung(code)
      if (ended.host !== undefined)
        tell(ports, ended.host.terminal, { type: 'call.declined', call: id, user, code })
      ringing.stop([{ call: id, user }], 'ERR_CALL_ELSEWHERE')
    },
  }
}

function no(code: ErrorCode): { readonly ok: false; readonly code: ErrorCode } {
  return { ok: false, code }
}
