import type { CallFromTerminal, Declined, Hosts } from '@hufu/protocol/call'
import { equal, hex } from '@hufu/protocol/crypto'
import { sameTerminal, type ErrorCode, type MessageOf } from '@hufu/protocol/wire'
import type { Connection } from '../../relay/connection.ts'
import { callMembers, memberAt, memberBy, type CallMemberRow } from '../../store/call-members.ts'
import { callOfSession, endRing, findCall, setHost, type CallRow } from '../../store/calls.ts'
import { LEFT, type Closing } from './closing.ts'
import { refuse, type CallPorts } from './ports.ts'
import { callerAt } from './proofs.ts'
import { ratesOf, type Rates } from './rates.ts'
import type { Ringing } from './ringing.ts'

/** What a member asks for. */
export type Asked = Extract<
  CallFromTerminal,
  { type: 'call.leave' | 'call.hosts' | (typeof HOST_SAYS)[number] }
>
const HOST_SAYS = ['call.invite', 'call.remove', 'call.withdraw', 'call.end'] as const
type HostSays = Extract<CallFromTerminal, { type: (typeof HOST_SAYS)[number] }>

/** Whoever asks, as the call has them. */
interface Member {
  readonly call: CallRow
  readonly self: CallMemberRow
  /** Their sign-in stands: they are about to be taken out otherwise. */
  readonly isSignedIn: boolean
}

/** What {@link askingAt} needs beside the ports. */
export interface AskingParts {
  readonly ringing: Ringing
  readonly closing: Closing
  readonly rates: Rates
}

/** What is done for members of calls. */
export interface Asking {
  asked(connection: Connection, message: Asked): Promise<void>
  /** Whoever leaves one of a call's two sessions leaves the call. False if the session is none of a call's. */
  leftSession(connection: Connection, session: Uint8Array): Promise<boolean>
}

/** What is done at one node. */
export function askingAt(ports: CallPorts, { ringing, closing, rates }: AskingParts): Asking {
  const { audit, config, sessions, store } = ports
  /** So often may a user name another host: each time is an entry in the record. */
  const namings = ratesOf(ports)

  /** What is known of whoever asks, if it is in the call. */
  const asking = (connection: Connection, id: Uint8Array): Promise<Member | undefined> =>
    store.read(async (db) => {
      const call = await findCall(db, id)
      const self = call && (await memberBy(db, id, connection.terminal))
      if (call === undefined || self === undefined) return undefined
      const caller = await callerAt(ports, db, connection)
      return { call, self, isSignedIn: caller.ok && caller.user === self.user }
    })

  /**
   * The host names any member, or tells its epoch; a member names itself, where the host has been gone for a
   * while, from whichever node.
   */
  const hosts = async (
    { index, epoch }: MessageOf<typeof Hosts>,
    { call, self }: Member,
  ): Promise<ErrorCode | undefined> => {
    const { id, host, signalling } = call
    const isHost = self.position === host
    const isGone = async (): Promise<boolean> =>
      (await store.read((db) => memberAt(db, id, host))) === undefined ||
      (sessions.absentMs(signalling, host) ?? 0) >= config.callHostLostMs
    if (!isHost && (index !== self.position || !(await isGone()))) return 'ERR_CALL_HOST'
    if (index !== host && !namings.take(self.user)) return 'ERR_CALL_RATE'
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
    { call, self }: Member,
  ): Promise<ErrorCode | undefined> => {
    const actor = `user:${self.user}` as const
    switch (message.type) {
      case 'call.invite': {
        const { user } = self
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
        ringing.stop([{ call: call.id, user }], 'ERR_CALL_WITHDRAWN')
        return undefined
      }
      case 'call.end':
        await closing.close(call, { code: 'ERR_CALL_ENDED', reason: '', actor })
        return undefined
    }
  }

  const leave = ({ call, self }: Pick<Member, 'call' | 'self'>): Promise<void> =>
    closing.dismiss(call, self, { code: LEFT, reason: '', actor: `user:${self.user}` })

  return {
    async asked(connection, message) {
      const who = await asking(connection, message.call)
      if (message.type === 'call.leave') return who && leave(who)
      const { ref } = message
      const done = (fault: ErrorCode | undefined): void =>
        fault === undefined
          ? connection.send({ type: 'call.done', ref })
          : refuse(connection, ref, fault)
      if (who === undefined) return done('ERR_CALL_UNKNOWN')
      if (!who.isSignedIn) return done('ERR_SIGNIN_NONE')
      if (message.type === 'call.hosts') return done(await hosts(message, who))
      if (who.self.position !== who.call.host) return done('ERR_CALL_HOST')
      return done(await asHost(connection, message, who))
    },
    async leftSession({ terminal }, session) {
      const found = await store.read(async (db) => {
        const call = await callOfSession(db, session)
        if (call === undefined) return undefined
        const by = equal(call.media, session) ? 'media' : 'terminal'
        const members = await callMembers(db, call.id)
        return { call, self: members.find((each) => sameTerminal(each[by], terminal)) }
      })
      if (found === undefined) return false
      const { call, self } = found
      if (self !== undefined) await leave({ call, self })
      return true
    },
  }
}
