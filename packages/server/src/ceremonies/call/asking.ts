import type { CallFromTerminal, Declined, Hosts } from '@hufu/protocol/call'
import { hex } from '@hufu/protocol/crypto'
import type { ErrorCode, MessageOf } from '@hufu/protocol/wire'
import type { Connection } from '../../relay/connection.ts'
import { memberAt, memberBy, type CallMemberRow } from '../../store/call-members.ts'
import { endRing, findCall, setHost, type CallRow } from '../../store/calls.ts'
import { LEFT, type Closing } from './closing.ts'
import { refuse, type CallPorts } from './ports.ts'
import { callerAt } from './proofs.ts'
import type { Rates } from './rates.ts'
import type { Ringing } from './ringing.ts'

/** What a member asks for. */
export type Asked = Extract<
  CallFromTerminal,
  { type: 'call.leave' | 'call.hosts' | (typeof HOST_SAYS)[number] }
>
const HOST_SAYS = ['call.invite', 'call.remove', 'call.withdraw', 'call.end'] as const
type HostSays = Extract<CallFromTerminal, { type: (typeof HOST_SAYS)[number] }>

/** Whoever asks, as the call has them. */
interface Asking {
  readonly call: CallRow
  readonly self: CallMemberRow
}

/** What {@link askingAt} needs beside the ports. */
export interface AskingParts {
  readonly ringing: Ringing
  readonly closing: Closing
  readonly rates: Rates
}

/** What is done for members of calls, at one node. */
export function askingAt(
  ports: CallPorts,
  { ringing, closing, rates }: AskingParts,
): (connection: Connection, message: Asked) => Promise<void> {
  const { audit, config, sessions, store } = ports

  /** What is known of whoever asks, if it is in the call. */
  const asking = ({ terminal }: Connection, id: Uint8Array): Promise<Asking | undefined> =>
    store.read(async (db) => {
      const call = await findCall(db, id)
      const self = call && (await memberBy(db, id, terminal))
      return call && self && { call, self }
    })

  /**
   * The host names any member, or tells its epoch; a member names itself, where the host has been gone for a
   * while, from whichever node.
   */
  const hosts = async (
    { index, epoch }: MessageOf<typeof Hosts>,
    { call, self }: Asking,
  ): Promise<ErrorCode | undefined> => {
    const { id, host, signalling } = call
    const isHost = self.position === host
    const isGone = async (): Promise<boolean> =>
      (await store.read((db) => memberAt(db, id, host))) === undefined ||
      (sessions.absentMs(signalling, host) ?? 0) >= config.callHostLostMs
    if (!isHost && (index !== self.position || !(await isGone()))) return 'ERR_CALL_HOST'
    const fault = await store.write('soon', async (db): Promise<ErrorCode | undefined> => {
      const named = await memberAt(db, id, index)
      // somebody else may have been first
      if (named === undefined || (await findCall(db, id))?.host !== host) return 'ERR_CALL_HOST'
      await setHost(db, id, { host: index, epoch })
      if (index !== host)
        await audit.record(db, {
          actor: `user:${self.user}`,
          action: 'call.host',
          object: { kind: 'call', id: hex(id) },
          outcome: 'done',
          detail: { user: named.user, terminal: hex(named.terminal), index },
        })
      return undefined
    })
    // whoever answered would show an S1 for the host before
    if (fault === undefined && index !== host) await ringing.withdraw(id)
    return fault
  }

  /** What only the host of a call may have done. */
  const asHost = async (
    connection: Connection,
    message: HostSays,
    { call, self }: Asking,
  ): Promise<ErrorCode | undefined> => {
    const actor = `user:${self.user}` as const
    switch (message.type) {
      case 'call.invite': {
        const caller = await store.read((db) => callerAt(ports, db, connection))
        if (!caller.ok) return caller.code
        const { user } = caller
        if (!rates.take(user)) return 'ERR_CALL_RATE'
        const { users, r1, certificates } = message
        const told = (declined: MessageOf<typeof Declined>): void => connection.send(declined)
        return ringing.ring(call, users, { user, r1, certificates }, told)
      }
      case 'call.remove': {
        const member = await store.read((db) => memberAt(db, call.id, message.index))
        if (member !== undefined)
          await closing.dismiss(call, member, { code: 'ERR_CALL_REMOVED', reason: '', actor })
        return undefined
      }
      case 'call.withdraw': {
        const { user } = message
        if (!(await store.write('soon', (db) => endRing(db, call.id, user)))) return undefined
        ports.counts.rung('ERR_CALL_WITHDRAWN')
        await ringing.stop(call.id, user, 'ERR_CALL_WITHDRAWN')
        return undefined
      }
      case 'call.end':
        await closing.close(call, { code: 'ERR_CALL_ENDED', reason: '', actor })
        return undefined
    }
  }

  return async (connection, message) => {
    const who = await asking(connection, message.call)
    if (message.type === 'call.leave') {
      if (who === undefined) return
      const actor = `user:${who.self.user}` as const
      return closing.dismiss(who.call, who.self, { code: LEFT, reason: '', actor })
    }
    const { ref } = message
    const done = (fault: ErrorCode | undefined): void =>
      fault === undefined
        ? connection.send({ type: 'call.done', ref })
        : refuse(connection, ref, fault)
    if (who === undefined) return done('ERR_CALL_UNKNOWN')
    if (message.type === 'call.hosts') return done(await hosts(message, who))
    if (who.self.position !== who.call.host) return done('ERR_CALL_HOST')
    return done(await asHost(connection, message, who))
  }
}
