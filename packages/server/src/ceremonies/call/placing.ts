import { CHECK_OCTETS, SESSION_ID_OCTETS, type CheckAnswer, type Place } from '@hufu/protocol/call'
import { equal, hex } from '@hufu/protocol/crypto'
import { after, sameTerminal, type ErrorCode, type MessageOf, type Ms } from '@hufu/protocol/wire'
import type { Connection } from '../../relay/connection.ts'
import { callsAt, callsOfUser, countMembers, seat } from '../../store/call-members.ts'
import { createCall, findCall, type CallRow } from '../../store/calls.ts'
import { byServer, type Closing } from './closing.ts'
import { refuse, type CallPorts } from './ports.ts'
import { callerAt, faultOfCheck } from './proofs.ts'
import type { Rates } from './rates.ts'
import type { Ringing } from './ringing.ts'

/** How calls are placed (A7, A8). */
export interface Placing {
  place(connection: Connection, message: MessageOf<typeof Place>): Promise<void>
  checkAnswered(connection: Connection, message: MessageOf<typeof CheckAnswer>): Promise<void>
  lost(connection: Connection): void
}

/** A call that waits for its initiator's KEY. */
interface Waiting {
  readonly message: MessageOf<typeof Place>
  readonly user: string
  readonly challenge: Uint8Array
  readonly until: Ms
}

/** What {@link placingAt} needs beside the ports. `opened`: there is a call. `isHere`: the connection is not gone. */
export interface PlacingParts {
  readonly ringing: Ringing
  readonly closing: Closing
  readonly rates: Rates
  readonly opened: () => void
  readonly isHere: (connection: Connection) => boolean
}

/** Placing, at one node. */
export function placingAt(ports: CallPorts, parts: PlacingParts): Placing {
  const { ringing, closing, rates, opened, isHere } = parts
  const { audit, clock, config, counts, random, sessions, store } = ports
  const waiting = new Map<Connection, Waiting>()

  /**
   * Calls that this terminal is alone in, and has no connection to, end when it places another: the program that placed them
   * is gone, and whoever takes them would wait for nobody.
   */
  const endDead = async (terminal: Uint8Array): Promise<void> => {
    for (const { call: id, position } of await store.read((db) => callsAt(db, terminal))) {
      const call = await store.read((db) => findCall(db, id))
      if (call === undefined || sessions.absentMs(call.signalling, position) === 0) continue
      if ((await store.read((db) => countMembers(db, id))) === 1)
        await closing.close(call, byServer('ERR_CALL_LOST'))
    }
  }

  const open = async (
    connection: Connection,
    message: MessageOf<typeof Place>,
    user: string,
  ): Promise<void> => {
    const { ref, users, r1, certificates } = message
    if (users.length >= config.membersPerCall) return refuse(connection, ref, 'ERR_CALL_LIMIT')
    const { terminal } = connection
    if (sameTerminal(message.media, terminal)) return refuse(connection, ref, 'ERR_CALL_SEAT')
    const call = rowOf(connection, message, user)
    await endDead(terminal)
    const fault = await store.write('soon', async (db): Promise<ErrorCode | undefined> => {
      // the KEY may have taken its time, and the sign-in be over
      const caller = await callerAt(ports, db, connection)
      if (!caller.ok) return caller.code
      if (caller.user !== user || !isHere(connection)) return 'ERR_SIGNIN_NONE'
      if ((await callsOfUser(db, user)) >= config.callsPerUser) return 'ERR_CALL_BUSY'
      const here = { user, terminal, media: message.media }
      if (!(await createCall(db, call, here))) return 'ERR_CALL_EXISTS'
      await seat(db, call.id, 0, { ...here, now: call.created })
      await audit.record(db, {
        actor: `user:${user}`,
        action: 'call.place',
        object: { kind: 'call', id: hex(call.id) },
        outcome: 'done',
        detail: { user, terminal: hex(terminal) },
      })
      return undefined
    })
    if (fault !== undefined) return refuse(connection, ref, fault)
    counts.placed += 1
    const { id, signalling, media } = call
    const ringMs = config.callRingMs
    connection.send({ type: 'call.placed', ref, call: id, signalling, media, ringMs })
    sessions.admit(connection, signalling, 0)
    opened()
    await ringing.ring(call, users, { user, r1, certificates }, (declined) =>
      connection.send(declined),
    )
  }

  const rowOf = (
    { serverName: server }: Connection,
    { call: id, r1, certificates, checkMembers }: MessageOf<typeof Place>,
    user: string,
  ): CallRow => ({
    id,
    initiator: user,
    host: 0,
    server,
    rung_by: user,
    r1,
    cert_signing: certificates.signing,
    cert_agreement: certificates.agreement,
    signalling: random(SESSION_ID_OCTETS),
    media: random(SESSION_ID_OCTETS),
    checks_members: checkMembers ? 1 : 0,
    epoch: 1,
    created: clock.wall(),
  })

  return {
    async place(connection, message) {
      const { ref, call } = message
      const caller = await store.read((db) => callerAt(ports, db, connection))
      if (!caller.ok) return refuse(connection, ref, caller.code)
      const { user } = caller
      if (!rates.take(user)) return refuse(connection, ref, 'ERR_CALL_RATE')
      if (!message.checkInitiator) return open(connection, message, user)
      // nobody would ever forget what it waits for
      if (!isHere(connection)) return
      const challenge = random(CHECK_OCTETS)
      const until = after(clock.now(), config.challengeMs)
      waiting.set(connection, { message, user, challenge, until })
      connection.send({ type: 'call.check', ref, call, challenge })
    },
    async checkAnswered(connection, { ref, call, check }) {
      const one = waiting.get(connection)
      waiting.delete(connection)
      if (one === undefined || one.until <= clock.now() || !equal(one.message.call, call))
        return refuse(connection, ref, 'ERR_CALL_CHECK')
      const { message, user, challenge } = one
      const { certificates } = message
      const server = connection.serverName
      const about = { role: 'initiator', user, certificates, call, server, challenge } as const
      const proven = { ...about, proof: check }
      const fault = await store.read((db) => faultOfCheck(ports, db, connection, proven))
      if (fault !== undefined) return refuse(connection, ref, fault)
      return open(connection, message, user)
    },
    lost: (connection) => void waiting.delete(connection),
  }
}
