import type { CallFromServer, CallFromTerminal } from '@hufu/protocol/call'
import type { Connection, Room } from '../../relay/connection.ts'
import { findCall } from '../../store/calls.ts'
import type { Db } from '../../store/schema.ts'
import { askingAt, type Asking } from './asking.ts'
import { closingOf, type Over, type Why } from './closing.ts'
import { joiningAt } from './joining.ts'
import { placingAt } from './placing.ts'
import { CALL_ROOM, forTerminal, type CallPorts } from './ports.ts'
import { ratesOf } from './rates.ts'
import { ringsHere } from './rings-here.ts'
import { ringingOf } from './ringing.ts'
import { watchOf, type Watch } from './watch.ts'

export type { Over } from './closing.ts'

/**
 * The server's hands in `call`: it rings, says who is in a call and where (A14), and keeps the call's two sessions. It has no
 * keys, and what it says of members is believed by nobody who has not seen their signatures.
 */
export interface CallCeremony extends Room, Pick<Watch, 'signedOut'>, Pick<Asking, 'leftSession'> {
  receive(connection: Connection, message: CallFromTerminal): Promise<void>
  /** The terminal wants to be rung from now on: it is, for what rings its user already. */
  attending(connection: Connection): Promise<void>
  /** A call goes from the tables, within a transaction. Undefined if there is none. */
  forget(db: Db, call: Uint8Array, why: Why): Promise<Over | undefined>
  /** Whoever was in it is told, once that transaction stands. */
  tellOver(over: Over): void
  /** Goes on with what the end of the process has cut off. */
  resume(): Promise<void>
  stop(): void
}

/** The ceremony of one node. */
export function callCeremony(ports: CallPorts): CallCeremony {
  const { presence } = ports
  const ringing = ringingOf(ports)
  const closing = closingOf(ports, ringing)
  const watch = watchOf(ports, closing)
  const rates = ratesOf(ports)
  const here = new WeakSet<Connection>()
  const rings = ringsHere(ports.clock, (call, user) => {
    ringing.engaged(call, user).catch(ports.failed)
  })
  const isHere = (connection: Connection): boolean => here.has(connection)
  const placing = placingAt(ports, { ringing, closing, rates, opened: watch.begin, isHere })
  const joining = joiningAt(ports, ringing)
  const asked = askingAt(ports, { ringing, closing, rates })

  const hear = (connection: Connection, message: CallFromServer): void => {
    if (message.type === 'call.ring') {
      if (!ports.attends(connection, message.user) || !rings.add(connection, message)) return
    } else if (message.type === 'call.stop') {
      if (rings.remove(connection, message.call) === undefined) return
    }
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
          return placing.place(connection, message)
        case 'call.check-answer':
          return placing.checkAnswered(connection, message)
        case 'call.accept':
          watch.begin()
          if (await joining.accept(connection, message)) rings.answered(connection, message.call)
          return
        case 'call.decline': {
          const rung = rings.answered(connection, message.call)
          return rung && joining.decline(connection, message.call, rung.user)
        }
        case 'call.busy':
          return rings.busy(connection, message.call)
        default:
          return asked.asked(connection, message)
      }
    },
    attending: (connection) =>
      ringing.catchUp(connection.terminal, (call) => rings.has(connection, call)),
    leftSession: asked.leftSession,
    opened(connection) {
      here.add(connection)
      rings.opened(connection)
    },
    lost(connection) {
      here.delete(connection)
      rings.lost(connection)
      placing.lost(connection)
    },
    async signedOut(terminal, user, why) {
      await watch.signedOut(terminal, user, why)
      await ringing.signedOut(terminal, user, why.code)
    },
    async forget(db, id, why) {
      const call = await findCall(db, id)
      return call && closing.forget(db, call, why)
    },
    tellOver: closing.tellOver,
    async resume() {
      await ringing.sweep()
      watch.begin()
    },
    stop() {
      ringing.close()
      watch.close()
    },
  }
}
