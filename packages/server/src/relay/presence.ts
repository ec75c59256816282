import { hex, text, utf8 } from '@hufu/protocol/crypto'
import type { Bus, Unsubscribe } from './bus.ts'
import type { Connection, Room } from './connection.ts'

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
 * whichever node it is.
 */
export function presenceOver(bus: Bus): Presence {
  const here = new Map<string, Connection>()
  const ends = new Map<Connection, readonly Unsubscribe[]>()
  const rooms = new Map<string, (connection: Connection, octets: Uint8Array) => void>()
  return {
    opened(connection) {
      const key = hex(connection.terminal)
      const subscribed = [...rooms].map(([room, handler]) =>
        bus.subscribe(subjectOf(key, room), (octets) => handler(connection, octets)),
      )
      const replaced = bus.subscribe(subjectOf(key, ARRIVED), (octets) => {
        if (text(octets) !== connection.id) connection.end('ERR_REPLACED')
      })
      ends.set(connection, [...subscribed, replaced])
      here.set(key, connection)
      bus.publish(subjectOf(key, ARRIVED), utf8(connection.id))
    },
    lost(connection) {
      for (const end of ends.get(connection) ?? []) end()
      ends.delete(connection)
      const key = hex(connection.terminal)
      if (here.get(key) === connection) here.delete(key)
    },
    isThere: (terminal) => here.has(hex(terminal)),
    tell: (terminal, room, octets) => bus.publish(subjectOf(hex(terminal), room), octets),
    hear(room, handler) {
      rooms.set(room, handler)
    },
  }
}

const ARRIVED = 'arrived'

function subjectOf(terminal: string, room: string): string {
  return `terminal.${terminal}.${room}`
}
