import { randomInt } from 'node:crypto'
import { hex } from '@hufu/protocol/crypto'
import type { Bus, Hear, Unsubscribe } from './bus.ts'
import type { Connection } from './connection.ts'
import { headOf } from './traffic.ts'

/** One session, as far as it concerns this node. */
export interface Shared {
  readonly id: Uint8Array
  readonly subject: string
  readonly members: Membership[]
  readonly stop: Unsubscribe
}

/** One connection's place in one session. */
export interface Membership {
  readonly connection: Connection
  readonly shared: Shared
  /** The connection's own number for the session, never used twice on it. */
  readonly handle: number
  readonly index: number
  /** A number of this stay: whoever hears of it twice tells it once. */
  readonly stay: number
  /** In front of what it sends, on the bus. */
  readonly head: Uint8Array
  /** The stays of other members that it has been told of. */
  readonly told: Map<number, number>
}

/** Who sits where: the sessions that a connection of this node is in. */
export interface Seats {
  open(connection: Connection): void
  /** The memberships that end with the connection: not those that another connection of its terminal has taken over. */
  close(connection: Connection): readonly Membership[]
  /** Takes a place, or finds the one that it has; undefined if the connection is gone. */
  sit(connection: Connection, session: Uint8Array, index: number): Membership | undefined
  rise(membership: Membership): void
  byHandle(connection: Connection, handle: number): Membership | undefined
  bySession(connection: Connection, session: Uint8Array): Membership | undefined
  sessions(): readonly Shared[]
  count(): number
}

interface Seat {
  lastHandle: number
  readonly byHandle: Map<number, Membership>
}

/** Seats of one node. `hear` gets what comes on the subject of a session while somebody here is in it. */
export function seatsOver(
  bus: Bus,
  hear: (shared: Shared, ...message: Parameters<Hear>) => void,
): Seats {
  const seats = new Map<Connection, Seat>()
  const sessions = new Map<string, Shared>()

  const sharedOf = (id: Uint8Array): Shared => {
    const subject = subjectOf(id)
    const known = sessions.get(subject)
    if (known !== undefined) return known
    const stop = bus.subscribe(subject, (octets, head) => hear(shared, octets, head))
    const shared: Shared = { id, subject, members: [], stop }
    sessions.set(subject, shared)
    return shared
  }

  const bySession = (connection: Connection, session: Uint8Array): Membership | undefined =>
    sessions.get(subjectOf(session))?.members.find((member) => member.connection === connection)

  const rise = (membership: Membership): void => {
    const { shared, connection, handle } = membership
    seats.get(connection)?.byHandle.delete(handle)
    const at = shared.members.indexOf(membership)
    if (at >= 0) shared.members.splice(at, 1)
    if (shared.members.length > 0 || sessions.get(shared.subject) !== shared) return
    sessions.delete(shared.subject)
    shared.stop()
  }

  const take = (seat: Seat, connection: Connection, shared: Shared, index: number): Membership => {
    seat.lastHandle += 1
    const self: Membership = {
      connection,
      shared,
      handle: seat.lastHandle,
      index,
      stay: randomInt(2 ** 32),
      head: headOf(index),
      told: new Map(),
    }
    // the same terminal by a connection that is about to be replaced
    const former = shared.members.find((member) => member.index === index)
    shared.members.push(self)
    seat.byHandle.set(self.handle, self)
    if (former !== undefined) rise(former)
    return self
  }

  return {
    open: (connection) => void seats.set(connection, { lastHandle: 0, byHandle: new Map() }),
    close(connection) {
      const memberships = [...(seats.get(connection)?.byHandle.values() ?? [])]
      seats.delete(connection)
      for (const membership of memberships) rise(membership)
      return memberships
    },
    sit(connection, session, index) {
      const seat = seats.get(connection)
      if (seat === undefined) return undefined
      return bySession(connection, session) ?? take(seat, connection, sharedOf(session), index)
    },
    rise,
    byHandle: (connection, handle) => seats.get(connection)?.byHandle.get(handle),
    bySession,
    sessions: () => [...sessions.values()],
    count: () => sessions.size,
  }
}

/** The subject of one session. */
export function subjectOf(session: Uint8Array): string {
  return `session.${hex(session)}`
}
