import type { CallFromServer, CallFromTerminal } from '@hufu/protocol/call'
import { hex } from '@hufu/protocol/crypto'
import type { Connection, Room } from '../../relay/connection.ts'
import { findCall } from '../../store/calls.ts'
import type { Db } from '../../store/schema.ts'
import { askingAt } from './asking.ts'
import { closingOf, type Over, type Why } from './closing.ts'
import { joiningAt } from './joining.ts'
import { placingAt } from './placing.ts'
import { CALL_ROOM, forTerminal, type CallPorts } from './ports.ts'
import { ratesOf } from './rates.ts'
import { ringingOf } from './ringing.ts'
import { watchOf, type Watch } from './watch.ts'

export type { Over } from './closing.ts'

/**
 * The server's hands in `call`: it rings, says who is in a call and where (A14), and keeps the call's two sessions. It has no
 * keys, and what it says of members is believed by nobody who has not seen their signatures.
 */
export interface CallCeremony extends Room, Pick<Watch, 'signedOut'> {
  receive(connection: Connection, message: CallFromTerminal): Promise<void>
  /** The terminal wants to be rung from now on: it is, for what rings its user already. */
  attending(connection: Connection): Promise<void>
  /** A call goes from the tables, within a transaction. Undefined if there is none. */
  forget(db: Db, call: Uint8Array, why: Why): Promise<Over | undefined>
  /** Whoever was in it is told, once that transaction stands. */
  tellOver(over: Over): Promise<void>
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
  const placing = placingAt(ports, { ringing, rates, opened: watch.begin })
  const joining = joiningAt(ports, ringing)
  const asked = askingAt(ports, { ringing, closing, rates })
  /** What rings here, by the call as hex; whether that terminal has said that it is busy. */
  const rings = new Map<Connection, Map<string, RingsHere>>()

  /** Its host hears once all terminals where a call rings have said so: what it learns is what they say, and no more. */
  const busy = (connection: Connection, call: Uint8Array): Promise<void> | undefined => {
    const id = hex(call)
    const ring = rings.get(connection)?.get(id)
    if (ring === undefined || ring.isBusy) return undefined
    ring.isBusy = true
    const all = [...rings.values()].flatMap((here) => here.get(id) ?? [])
    const isFree = all.some(({ user, isBusy }) => user === ring.user && !isBusy)
    return isFree ? undefined : ringing.engaged(call, ring.user)
  }

  const hear = (connection: Connection, message: CallFromServer): void => {
    const here = rings.get(connection)
    if (message.type === 'call.ring') {
      if (here === undefined || !ports.attends(connection, message.user)) return
      here.set(hex(message.call), { user: message.user, isBusy: false })
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
          return placing.place(connection, message)
        case 'call.check-answer':
          return placing.checkAnswered(connection, message)
        case 'call.accept':
          watch.begin()
          if (await joining.accept(connection, message))
            rings.get(connection)?.delete(hex(message.call))
          return
        case 'call.decline': {
          const call = hex(message.call)
          const user = rings.get(connection)?.get(call)?.user
          rings.get(connection)?.delete(call)
          return user === undefined ? undefined : joining.decline(message.call, user)
        }
        case 'call.busy':
          return busy(connection, message.call)
        default:
          return asked(connection, message)
      }
    },
    attending: (connection) =>
      ringing.catchUp(
        connection.terminal,
        (call) => rings.get(connection)?.has(hex(call)) === true,
      ),
    opened: (connection) => void rings.set(connection, new Map()),
    lost(connection) {
      rings.delete(connection)
      placing.lost(connection)
    },
    signedOut: watch.signedOut,
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

/** A call that rings at a terminal of that user. */
interface RingsHere {
  readonly user: string
  isBusy: boolean
}
