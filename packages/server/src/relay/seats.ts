import { randomInt } from 'node:crypto'
import type { Ms } from '@hufu/protocol/wire'
import type { Clock } from '../clock.ts'
import type { Bucket } from '../gateway/rate.ts'
import type { Bus, Unsubscribe } from './bus.ts'
import type { Connection } from './connection.ts'
import { subjectOf } from './subject.ts'
import { emptyWave, type Wave } from './wave.ts'

/** One session, as far as it concerns this node. */
export interface Shared {
  readonly id: Uint8Array
  readonly subject: string
  /** This node's number for the session, on all connections: one message can then serve them all. */
  readonly handle: number
  /** It carries media: what is late is dropped. */
  readonly lossy: boolean
  /** Those who are here. */
  readonly members: Membership[]
  /** Those who are anywhere, as this node has heard: index to stay. */
  readonly roster: Map<number, number>
  /** What is said of each of them, as a frame. */
  readonly there: Map<number, Uint8Array>
  /** Since when those are gone whom this node has heard of: index to time. */
  readonly gone: Map<number, Ms>
  /** Since when somebody here is in it. */
  readonly since: Ms
  readonly wave: Wave
  readonly stop: Unsubscribe
}

/** One connection's place in one session. */
export interface Membership {
  readonly connection: Connection
  readonly shared: Shared
  readonly index: number
  /** A number of this stay: what is said of an earlier one does not concern it. */
  readonly stay: number
  /** What it may send, once it has sent anything to more than one: octets, and of media frames. */
  allowance: Bucket | undefined
  frames: Bucket | undefined
  /** And how many beyond that before it is cut off. */
  surplus: Bucket | undefined
}

/** A session that somebody sits down in. */
export interface Seated {
  readonly id: Uint8Array
  readonly lossy: boolean
}

/** Who sits where: the sessions that a connection of this node is in. */
export interface Seats {
  open(connection: Connection): void
  /** The memberships that end with the connection: not those that another connection of its terminal has taken over. */
  close(connection: Connection): readonly Membership[]
  /** Takes a place, or finds the one that it has; undefined if the connection is gone, `full` if it has too many. */
  sit(connection: Connection, session: Seated, index: number): Membership | 'full' | undefined
  rise(membership: Membership): void
  byHandle(connection: Connection, handle: number): Membership | undefined
  bySession(connection: Connection, session: Uint8Array): Membership | undefined
  /** A session that somebody here is in. */
  byId(session: Uint8Array): Shared | undefined
  sessions(): readonly Shared[]
  count(): number
}

/** Most connections are in no session or in one. */
const NONE: readonly Membership[] = []

/** Seats of one node, `most` to a connection. `hear` gets what comes on the subject of a session while somebody here is in it. */
export function seatsOver(
  { bus, clock }: { readonly bus: Bus; readonly clock: Clock },
  most: number,
  hear: (shared: Shared, octets: Uint8Array, head: Uint8Array) => void,
): Seats {
  const seats = new Map<Connection, readonly Membership[]>()
  const sessions = new Map<string, Shared>()
  const handles = new Set<number>()

  const sharedOf = ({ id, lossy }: Seated): Shared => {
    const subject = subjectOf('session', id)
    const known = sessions.get(subject)
    if (known !== undefined) return known
    const stop = bus.subscribe(subject, (octets, head) => hear(shared, octets, head))
    const handle = unusedHandle(handles)
    const wave = emptyWave()
    const roster = new Map<number, number>()
    const there = new Map<number, Uint8Array>()
    const gone = new Map<number, Ms>()
    const since = clock.now()
    const heard = { roster, there, gone, since }
    const shared: Shared = { id, subject, handle, lossy, members: [], ...heard, wave, stop }
    sessions.set(subject, shared)
    handles.add(handle)
    return shared
  }

  const bySession = (connection: Connection, session: Uint8Array): Membership | undefined => {
    const shared = sessions.get(subjectOf('session', session))
    return seats.get(connection)?.find((membership) => membership.shared === shared)
  }

  const rise = (membership: Membership): void => {
    const { shared, connection } = membership
    const own = seats.get(connection)
    if (own !== undefined) seats.set(connection, without(own, membership))
    const at = shared.members.indexOf(membership)
    if (at >= 0) shared.members.splice(at, 1)
    if (shared.members.length > 0 || sessions.get(shared.subject) !== shared) return
    sessions.delete(shared.subject)
    handles.delete(shared.handle)
    shared.stop()
  }

  const take = (connection: Connection, shared: Shared, index: number): Membership => {
    const stay = randomInt(2 ** 31)
    const self: Membership = {
      connection,
      shared,
      index,
      stay,
      allowance: undefined,
      frames: undefined,
      surplus: undefined,
    }
    // the same terminal by a connection that is about to be replaced
    const former = shared.members.find((member) => member.index === index)
    shared.members.push(self)
    // concat makes a list as long as it is; spread leaves room for sixteen more
    seats.set(connection, seats.get(connection)!.concat(self))
    if (former !== undefined) rise(former)
    return self
  }

  return {
    open: (connection) => void seats.set(connection, NONE),
    close(connection) {
      const memberships = seats.get(connection) ?? NONE
      seats.delete(connection)
      for (const membership of memberships) rise(membership)
      return memberships
    },
    sit(connection, session, index) {
      const own = seats.get(connection)
      if (own === undefined) return undefined
      const known = bySession(connection, session.id)
      if (known !== undefined) return known
      return own.length < most ? take(connection, sharedOf(session), index) : 'full'
    },
    rise,
    byHandle: (connection, handle) =>
      seats.get(connection)?.find((membership) => membership.shared.handle === handle),
    bySession,
    byId: (session) => sessions.get(subjectOf('session', session)),
    sessions: () => [...sessions.values()],
    count: () => sessions.size,
  }
}

/** Drawn, not counted: nobody learns from it how many sessions there are. */
function unusedHandle(used: ReadonlySet<number>): number {
  const handle = randomInt(1, 2 ** 32)
  return used.has(handle) ? unusedHandle(used) : handle
}

function without(list: readonly Membership[], one: Membership): readonly Membership[] {
  return list.length === 1 ? NONE : list.filter((other) => other !== one)
}
