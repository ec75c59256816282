import {
  CHECK_OCTETS,
  SESSION_ID_OCTETS,
  type Accept,
  type CallFromServer,
  type CallFromTerminal,
  type CheckAnswer,
  type Decline,
  type Hosts,
  type Place,
} from '@hufu/protocol/call'
import { hex } from '@hufu/protocol/crypto'
import { sameTerminal, type ErrorCode, type MessageOf } from '@hufu/protocol/wire'
import type { Connection, Room } from '../../relay/connection.ts'
import {
  callMembers,
  callRings,
  callsOfUser,
  createCall,
  endRing,
  enterCall,
  findCall,
  forgetCall,
  idleCalls,
  leaveCall,
  ringOf,
  setHost,
  type CallMemberRow,
  type CallRow,
} from '../../store/calls.ts'
import { CALL_ROOM, forTerminal, refuse, tell, type CallPorts } from './ports.ts'
import { callerAt, faultOfCheck, type Caller, type CheckProof } from './proofs.ts'
import { ringingOf } from './ringing.ts'

/**
 * The server's hands in `call`: it rings, says who is in a call and where (A14), and keeps the call's two sessions. It has no
 * keys, and what it says of members is believed by nobody who has not seen their signatures.
 */
export interface CallCeremony extends Room {
  receive(connection: Connection, message: CallFromTerminal): Promise<void>
  /** Ends a call for all, in an operator's words. False if there is none. */
  end(call: Uint8Array, reason: string): Promise<boolean>
  /** Ends rings and calls that have had their time. */
  sweep(): Promise<void>
}

/** A call that waits for its initiator's KEY. */
interface Placing {
  readonly message: MessageOf<typeof Place>
  readonly user: string
  readonly challenge: Uint8Array
}

/** A member of a call who asks for something. */
interface Asking {
  readonly call: CallRow
  readonly self: CallMemberRow
  readonly members: readonly CallMemberRow[]
}

/** The ceremony of one node. */
export function callCeremony(ports: CallPorts): CallCeremony {
  const { clock, config, presence, random, sessions, store } = ports
  const ringing = ringingOf(ports)
  const placing = new Map<Connection, Placing>()
  /** What rings here: call as hex, to the user. */
  const rings = new Map<Connection, Map<string, string>>()

  const callerOf = (connection: Connection): Promise<Caller> =>
    store.read((db) => callerAt(ports, db, connection))

  const place = async (connection: Connection, message: MessageOf<typeof Place>): Promise<void> => {
    const caller = await callerOf(connection)
    if (!caller.ok) return refuse(connection, message.ref, caller.code)
    const { user } = caller
    if (!message.checkInitiator) return open(connection, message, user)
    const challenge = random(CHECK_OCTETS)
    placing.set(connection, { message, user, challenge })
    connection.send({ type: 'call.check', ref: message.ref, call: message.call, challenge })
  }

  const checkAnswered = async (
    connection: Connection,
    { ref, call, check }: MessageOf<typeof CheckAnswer>,
  ): Promise<void> => {
    const one = placing.get(connection)
    placing.delete(connection)
    if (one === undefined || !sameId(one.message.call, call))
      return refuse(connection, ref, 'ERR_CALL_CHECK')
    const { message, user, challenge } = one
    const { certificates } = message
    const server = connection.serverName
    const about = { role: 'initiator', user, certificates, call, server, challenge } as const
    const proven = { ...about, proof: check }
    const fault = await store.read((db) => faultOfCheck(ports, db, connection, proven))
    if (fault !== undefined) return refuse(connection, ref, fault)
    return open(connection, message, user)
  }

  const open = async (
    connection: Connection,
    message: MessageOf<typeof Place>,
    user: string,
  ): Promise<void> => {
    const { ref, call: id, users, r1, certificates, media: mediaTerminal } = message
    if (sameTerminal(mediaTerminal, connection.terminal) || users.length >= config.membersPerCall)
      return refuse(connection, ref, 'ERR_CALL_LIMIT')
    const call: CallRow = {
      id,
      initiator: user,
      host: 0,
      server: connection.serverName,
      r1,
      cert_signing: certificates.signing,
      cert_agreement: certificates.agreement,
      signalling: random(SESSION_ID_OCTETS),
      media: random(SESSION_ID_OCTETS),
      checks_members: message.checkMembers ? 1 : 0,
      epoch: 1,
      created: clock.wall(),
    }
    const fault = await store.write('soon', async (db): Promise<ErrorCode | undefined> => {
      if ((await callsOfUser(db, user)) >= config.callsPerUser) return 'ERR_CALL_LIMIT'
      const seat = { user, terminal: connection.terminal, media: mediaTerminal }
      return (await createCall(db, call, seat)) ? undefined : 'ERR_CALL_EXISTS'
    })
    if (fault !== undefined) return refuse(connection, ref, fault)
    const { signalling, media } = call
    const ringMs = config.callRingMs
    connection.send({ type: 'call.placed', ref, call: id, signalling, media, ringMs })
    sessions.admit(connection, signalling, 0)
    await ringing.ring(call, users, { user, r1, certificates })
  }

  const accept = async (
    connection: Connection,
    message: MessageOf<typeof Accept>,
  ): Promise<void> => {
    const { ref, call: id, bundle } = message
    const taken = await store.write('soon', (db) => take(db, connection, message))
    if (!taken.ok) return refuse(connection, ref, taken.code)
    const { call, index, host } = taken
    rings.get(connection)?.delete(hex(id))
    const { signalling, media, host: hostIndex } = call
    connection.send({
      type: 'call.joined',
      ref,
      call: id,
      index,
      host: hostIndex,
      signalling,
      media,
    })
    sessions.admit(connection, signalling, index)
    if (host !== undefined)
      tell(ports, host.terminal, { type: 'call.joining', call: id, index, bundle })
    await ringing.stop(id, bundle.user, 'ERR_CALL_ELSEWHERE')
  }

  const take = async (
    db: Parameters<typeof findCall>[0],
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
    const fault = await checkFault(db, connection, { call, ring: ring.challenge, bundle, check })
    if (fault !== undefined) return no(fault)
    if ((await callsOfUser(db, user)) >= config.callsPerUser) return no('ERR_CALL_LIMIT')
    const limits = { most: config.membersPerCall, now }
    const seat = { user, terminal, media: bundle.media }
    const index = sameTerminal(bundle.media, terminal)
      ? undefined
      : await enterCall(db, call, seat, limits)
    if (index === undefined) return no('ERR_CALL_LIMIT')
    await endRing(db, id, user)
    const members = await callMembers(db, id)
    return { ok: true, call, index, host: members.find((one) => one.position === call.host) }
  }

  const checkFault = async (
    db: Parameters<typeof findCall>[0],
    connection: Connection,
    given: {
      readonly call: CallRow
      readonly ring: Uint8Array | null
      readonly bundle: MessageOf<typeof Accept>['bundle']
      readonly check: CheckProof | null
    },
  ): Promise<ErrorCode | undefined> => {
    const { call, ring: challenge, bundle, check: proof } = given
    if (challenge === null) return undefined
    const { user, certificates } = bundle
    const { id, server } = call
    const about = { role: 'member', user, certificates, call: id, server, challenge } as const
    return faultOfCheck(ports, db, connection, { ...about, proof })
  }

  /** A user says no at one of their terminals: that is their answer. */
  const decline = async (
    connection: Connection,
    { call: id }: MessageOf<typeof Decline>,
  ): Promise<void> => {
    const user = rings.get(connection)?.get(hex(id))
    if (user === undefined) return
    rings.get(connection)?.delete(hex(id))
    const host = await store.write('soon', async (db) => {
      if (!(await endRing(db, id, user))) return undefined
      const call = await findCall(db, id)
      return (await callMembers(db, id)).find(({ position }) => position === call?.host)
    })
    const code = 'ERR_CALL_DECLINED'
    if (host !== undefined)
      tell(ports, host.terminal, { type: 'call.declined', call: id, user, code })
    await ringing.stop(id, user, 'ERR_CALL_ELSEWHERE')
  }

  /** What is known of whoever asks, if it is in the call. */
  const asking = async (connection: Connection, id: Uint8Array): Promise<Asking | undefined> =>
    store.read(async (db) => {
      const call = await findCall(db, id)
      if (call === undefined) return undefined
      const members = await callMembers(db, id)
      const self = members.find(({ terminal }) => sameTerminal(terminal, connection.terminal))
      return self && { call, self, members }
    })

  /** Takes a member out of both sessions; with the last of them the call goes. */
  const dismiss = async (call: CallRow, index: number, code: ErrorCode): Promise<void> => {
    const left = await store.write('soon', async (db) => {
      await leaveCall(db, call.id, index, clock.wall())
      return callMembers(db, call.id)
    })
    await sessions.remove(call.signalling, index, code)
    await sessions.remove(call.media, index, code)
    if (left.length === 0) await close(call, [], { code: 'ERR_CALL_ENDED', reason: '' })
  }

  const close = async (
    call: CallRow,
    members: readonly CallMemberRow[],
    why: { readonly code: ErrorCode; readonly reason: string },
  ): Promise<void> => {
    const ringed = await store.write('soon', async (db) => {
      const rung = await callRings(db, call.id)
      await forgetCall(db, call.id)
      return rung
    })
    for (const { terminal } of members)
      tell(ports, terminal, { type: 'call.over', call: call.id, ...why })
    await sessions.end(call.signalling, why.code, null)
    await sessions.end(call.media, why.code, null)
    for (const { user } of ringed) await ringing.stop(call.id, user, 'ERR_CALL_WITHDRAWN')
  }

  const hosts = async (
    connection: Connection,
    { ref, index, epoch }: MessageOf<typeof Hosts>,
    { call, self, members }: Asking,
  ): Promise<void> => {
    const host = members.find(({ position }) => position === call.host)
    const mayTake = host === undefined || !presence.isThere(host.terminal)
    const names = members.some(({ position }) => position === index)
    if (!names || (self !== host && !(mayTake && index === self.position)))
      return refuse(connection, ref, 'ERR_CALL_HOST')
    await store.write('soon', (db) => setHost(db, call.id, { host: index, epoch }))
    connection.send({ type: 'call.done', ref })
  }

  /** What only the host of a call may have done. */
  const asHost = async (
    connection: Connection,
    message: Extract<CallFromTerminal, { type: (typeof HOST_SAYS)[number] }>,
    { call, members }: Asking,
  ): Promise<ErrorCode | undefined> => {
    switch (message.type) {
      case 'call.invite': {
        const caller = await callerOf(connection)
        if (!caller.ok) return caller.code
        const { users, r1, certificates } = message
        return ringing.ring(call, users, { user: caller.user, r1, certificates })
      }
      case 'call.remove':
        await dismiss(call, message.index, 'ERR_CALL_REMOVED')
        return undefined
      case 'call.withdraw':
        if (await store.write('soon', (db) => endRing(db, call.id, message.user)))
          await ringing.stop(call.id, message.user, 'ERR_CALL_WITHDRAWN')
        return undefined
      case 'call.end':
        await close(call, members, { code: 'ERR_CALL_ENDED', reason: '' })
        return undefined
    }
  }

  const inCall = async (
    connection: Connection,
    message: Exclude<
      CallFromTerminal,
      { type: 'call.place' | 'call.check-answer' | 'call.accept' | 'call.decline' }
    >,
  ): Promise<void> => {
    const who = await asking(connection, message.call)
    if (message.type === 'call.leave')
      return who && dismiss(who.call, who.self.position, 'ERR_SESSION_UNKNOWN')
    const { ref } = message
    if (who === undefined) return refuse(connection, ref, 'ERR_CALL_UNKNOWN')
    if (message.type === 'call.hosts') return hosts(connection, message, who)
    if (who.self.position !== who.call.host) return refuse(connection, ref, 'ERR_CALL_HOST')
    const fault = await asHost(connection, message, who)
    if (fault === undefined) connection.send({ type: 'call.done', ref })
    else refuse(connection, ref, fault)
  }

  const hear = (connection: Connection, message: CallFromServer): void => {
    const here = rings.get(connection)
    if (message.type === 'call.ring') {
      if (here === undefined || !ports.attends(connection, message.user)) return
      here.set(hex(message.call), message.user)
    }
    if (message.type === 'call.stop' && here?.delete(hex(message.call)) !== true) return
    connection.send(message)
  }

  presence.hear(CALL_ROOM, (connection, octets) => {
    const message = forTerminal.decode(octets)
    if (message.ok) hear(connection, message.value)
  })

  return {
    async receive(connection, message) {
      switch (message.type) {
        case 'call.place':
          return place(connection, message)
        case 'call.check-answer':
          return checkAnswered(connection, message)
        case 'call.accept':
          return accept(connection, message)
        case 'call.decline':
          return decline(connection, message)
        default:
          return inCall(connection, message)
      }
    },
    opened: (connection) => void rings.set(connection, new Map()),
    lost(connection) {
      rings.delete(connection)
      placing.delete(connection)
    },
    async end(id, reason) {
      const found = await store.read(async (db) => {
        const call = await findCall(db, id)
        return call && { call, members: await callMembers(db, id) }
      })
      if (found === undefined) return false
      await close(found.call, found.members, { code: 'ERR_CALL_FORCED', reason })
      return true
    },
    async sweep() {
      await ringing.sweep()
      const before = clock.wall() - config.callIdleMs
      for (const call of await store.read((db) => idleCalls(db, before)))
        await close(call, [], { code: 'ERR_CALL_UNKNOWN', reason: '' })
    },
  }
}

type Taken =
  | {
      readonly ok: true
      readonly call: CallRow
      readonly index: number
      readonly host: CallMemberRow | undefined
    }
  | { readonly ok: false; readonly code: ErrorCode }

const HOST_SAYS = ['call.invite', 'call.remove', 'call.withdraw', 'call.end'] as const

function no(code: ErrorCode): { readonly ok: false; readonly code: ErrorCode } {
  return { ok: false, code }
}

function sameId(a: Uint8Array, b: Uint8Array): boolean {
  return hex(a) === hex(b)
}
