import { text, utf8 } from '@hufu/protocol/crypto'
import type { Bus, Hear, Unsubscribe } from './bus.ts'
import type { Connection, Room } from './connection.ts'
import { subjectOf } from './subject.ts'

/** Which terminals are connected, and how a room reaches them wherever they are. */
export interface Presence extends Room {
  /** True if the terminal is connected. */
  isThere(terminal: Uint8Array): boolean
  /** Sends octets to the room of that name where the terminal is connected; lost if it is not. */
  tell(terminal: Uint8Array, room: string, octets: Uint8Array): void
  /** What {@link tell} sends to `room` goes to `handler`, for every connection here. Called once, at the start. */
  hear(room: string, handler: (connection: Connection, octets: Uint8Array) => void): void
}

/**
 * Presence over `bus`. A terminal has one connection at a time: a second one ends the first with `ERR_REPLACED`, on
 * whichever node it is. Every terminal has one subject; what is published there names its room.
 */
export function presenceOver(bus: Bus): Presence {
  const here = new Map<string, Here>()
  const rooms = new Map<string, (connection: Connection, octets: Uint8Array) => void>()
  // one for all of them, told apart by their subjects
  const hear: Hear = (octets, head, subject) => {
    const connection = here.get(subject)?.connection
    if (connection === undefined) return
    const room = text(head) ?? ''
    if (room !== ARRIVED) rooms.get(room)?.(connection, octets)
    else if (text(octets) !== connection.id) connection.end('ERR_REPLACED')
  }
  return {
    opened(connection) {
      const subject = subjectOf('terminal', connection.terminal)
      const former = here.get(subject)
      former?.stop()
      former?.connection.end('ERR_REPLACED')
      here.set(subject, { connection, stop: bus.subscribe(subject, hear) })
      bus.publish(subject, utf8(connection.id), utf8(ARRIVED))
    },
    lost(connection) {
      const subject = subjectOf('terminal', connection.terminal)
      const known = here.get(subject)
      if (known?.connection !== connection) return
      known.stop()
      here.delete(subject)
    },
    isThere: (terminal) => here.has(subjectOf('terminal', terminal)),
    tell: (terminal, room, octets) =>
      bus.publish(subjectOf('terminal', terminal), octets, utf8(room)),
    hear(room, handler) {
      rooms.set(room, handler)
    },
  }
}

interface Here {
  readonly connection: Connection
  readonly stop: Unsubscribe
}

/** A room of presence's own: a connection with this id is the terminal's now. */
const ARRIVED = 'arrived'
