import {
  sameTerminal,
  type Enter,
  type ErrorCode,
  type Leave,
  type MessageOf,
} from '@hufu/protocol/wire'
import type { Clock } from '../clock.ts'
import type { RelayCounts } from '../counts.ts'
import {
  forgetSession,
  leaveSession,
  sessionMembers,
  sweepSessions,
  touchSessions,
} from '../store/sessions.ts'
import type { Store } from '../store/store.ts'
import type { Bus } from './bus.ts'
import type { Connection, Room } from './connection.ts'
import { seatsOver, subjectOf, type Membership, type Shared } from './seats.ts'
import { movementTraffic, readTraffic, type Movement, type Traffic } from './traffic.ts'

/** Who is in which session, and what goes from one member to the others. It looks at nothing inside. */
export interface Sessions extends Room {
  /** A terminal comes in, if the store says that it may, or leaves for good. */
  receive(
    connection: Connection,
    message: MessageOf<typeof Enter> | MessageOf<typeof Leave>,
  ): Promise<void>
  /** One frame, to all other members that are there. A handle that is not this connection's is ignored. */
  data(connection: Connection, handle: number, payload: Uint8Array): void
  /** Brings a connection in without asking the store: the server has just made this session. */
  admit(connection: Connection, session: Uint8Array, index: number): void
  /** Tells the member `to` that the member `index` is there. */
  showPresent(session: Uint8Array, index: number, to: number): void
  /** Ends a session for good, telling the member `to` why, if anybody. */
  end(session: Uint8Array, code: ErrorCode, to: number | null): Promise<void>
  /** Keeps what is in use, forgets what nobody has been in for long. */
  sweep(): Promise<void>
  /** How many sessions have a member here. */
  count(): number
}

/** What {@link sessionsOver} needs. `idleMs`: how long a session that nobody is in is kept. */
export interface SessionPorts {
  readonly bus: Bus
  readonly store: Store
  readonly clock: Clock
  readonly counts: RelayCounts
  readonly idleMs: number
}

/** The sessions of one node. */
export function sessionsOver(ports: SessionPorts): Sessions {
  const { bus, store, clock, counts } = ports
  const seats = seatsOver(bus, (shared, octets, head) => {
    const traffic = readTraffic(octets, head)
    if (traffic.ok) pass(shared, traffic.value)
  })

  const tell = (session: Uint8Array, movement: Movement): void =>
    bus.publish(subjectOf(session), movementTraffic(movement))

  const pass = (shared: Shared, traffic: Traffic): void => {
    if (traffic.type === 'movement') return move(shared, traffic.movement)
    for (const { connection, handle, index } of shared.members) {
      if (index === traffic.sender) continue
      connection.sendData(handle, traffic.sender, traffic.payload)
      counts.frames += 1
      counts.octets += traffic.payload.length
    }
  }

  const move = (shared: Shared, movement: Movement): void => {
    switch (movement.type) {
      case 'arrived':
        for (const member of shared.members) {
          if (member.index === movement.index) continue
          tellPresent(member, movement.index, movement.stay)
          const { index, stay } = member
          tell(shared.id, { type: 'here', index, stay, to: movement.index })
        }
        return
      case 'here':
        for (const member of shared.members)
          if (member.index === movement.to) tellPresent(member, movement.index, movement.stay)
        return
      case 'away':
        for (const member of shared.members)
          if (member.index !== movement.index) tellAway(member, movement.index, movement.left)
        return
      case 'over':
        for (const member of Array.from(shared.members)) {
          if (member.index === movement.to) tellEnded(member.connection, shared.id, movement.code)
          seats.rise(member)
        }
    }
  }

  const admit = (connection: Connection, session: Uint8Array, index: number): void => {
    const self = seats.sit(connection, session, index)
    if (self === undefined) return
    connection.send({ type: 'session.entered', session, handle: self.handle, index: self.index })
    tell(session, { type: 'arrived', index: self.index, stay: self.stay })
  }

  const enter = async (connection: Connection, session: Uint8Array): Promise<void> => {
    const present = seats.bySession(connection, session)
    if (present !== undefined) return admit(connection, session, present.index)
    const members = await store.read((db) => sessionMembers(db, session))
    const self = members.find(
      ({ left, terminal }) => !left && sameTerminal(terminal, connection.terminal),
    )
    if (self === undefined) return tellEnded(connection, session, 'ERR_SESSION_UNKNOWN')
    admit(connection, session, self.index)
    for (const { index, left } of members)
      if (left) connection.send({ type: 'session.presence', session, index, present: false, left })
    await store.write('soon', (db) => touchSessions(db, [session], clock.wall()))
  }

  const leave = async (connection: Connection, session: Uint8Array): Promise<void> => {
    const membership = seats.bySession(connection, session)
    if (membership !== undefined) seats.rise(membership)
    const members = await store.read((db) => sessionMembers(db, session))
    const self = members.find(({ terminal }) => sameTerminal(terminal, connection.terminal))
    if (self === undefined) return
    await store.write('soon', (db) => leaveSession(db, session, self.index, clock.wall()))
    tell(session, { type: 'away', index: self.index, left: true })
  }

  return {
    opened: (connection) => seats.open(connection),
    lost(connection) {
      for (const { shared, index } of seats.close(connection))
        tell(shared.id, { type: 'away', index, left: false })
    },
    receive: (connection, message) =>
      message.type === 'session.enter'
        ? enter(connection, message.session)
        : leave(connection, message.session),
    data(connection, handle, payload) {
      const membership = seats.byHandle(connection, handle)
      if (membership !== undefined) bus.publish(membership.shared.subject, payload, membership.head)
    },
    admit,
    showPresent: (session, index, to) => tell(session, { type: 'here', index, stay: 0, to }),
    async end(session, code, to) {
      await store.write('soon', (db) => forgetSession(db, session))
      tell(session, { type: 'over', to, code })
    },
    async sweep() {
      const now = clock.wall()
      const inUse = seats.sessions().map(({ id }) => id)
      await store.write('soon', async (db) => {
        await touchSessions(db, inUse, now)
        await sweepSessions(db, now - ports.idleMs)
      })
    },
    count: () => seats.count(),
  }
}

function tellPresent(member: Membership, index: number, stay: number): void {
  if (member.told.get(index) === stay) return
  member.told.set(index, stay)
  const session = member.shared.id
  member.connection.send({ type: 'session.presence', session, index, present: true, left: false })
}

function tellAway(member: Membership, index: number, left: boolean): void {
  member.told.delete(index)
  const session = member.shared.id
  member.connection.send({ type: 'session.presence', session, index, present: false, left })
}

function tellEnded(connection: Connection, session: Uint8Array, code: string): void {
  connection.send({ type: 'session.ended', session, code })
}
