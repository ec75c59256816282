import { randomInt } from 'node:crypto'
import { hex } from '@hufu/protocol/crypto'
import {
  sameTerminal,
  type ErrorCode,
  type MessageOf,
  type Enter,
  type Leave,
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
import type { Bus, Unsubscribe } from './bus.ts'
import type { Connection, Room } from './connection.ts'
import { headOf, movementTraffic, readTraffic, type Movement, type Traffic } from './traffic.ts'

/** Who is in which session, and what goes from one member to the others. It looks at nothing inside. */
export interface Sessions extends Room {
  /** A terminal comes in: by `session.enter`, after the store has said that it may. */
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

/** One session, as far as it concerns this node. */
interface Shared {
  readonly id: Uint8Array
  readonly subject: string
  readonly members: Membership[]
  readonly stop: Unsubscribe
}

interface Membership {
  readonly connection: Connection
  readonly shared: Shared
  readonly handle: number
  readonly index: number
  readonly stay: number
  readonly head: Uint8Array
  /** The stays of other members that this one has been told of. */
  readonly told: Map<number, number>
}

interface Seat {
  /** Handles are never used twice on one connection. */
  lastHandle: number
  readonly byHandle: Map<number, Membership>
}

/** The sessions of one node. */
export function sessionsOver(ports: SessionPorts): Sessions {
  const { bus, store, clock, counts } = ports
  const seats = new Map<Connection, Seat>()
  const sessions = new Map<string, Shared>()

  const sharedOf = (id: Uint8Array): Shared => {
    const subject = subjectOf(id)
    const known = sessions.get(subject)
    if (known !== undefined) return known
    const stop = bus.subscribe(subject, (octets, head) => {
      const traffic = readTraffic(octets, head)
      if (traffic.ok) pass(shared, traffic.value)
    })
    const shared: Shared = { id, subject, members: [], stop }
    sessions.set(subject, shared)
    return shared
  }

  const drop = (membership: Membership): void => {
    const { shared, connection, handle } = membership
    seats.get(connection)?.byHandle.delete(handle)
    const at = shared.members.indexOf(membership)
    if (at >= 0) shared.members.splice(at, 1)
    if (shared.members.length > 0 || sessions.get(shared.subject) !== shared) return
    sessions.delete(shared.subject)
    shared.stop()
  }

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
          const here = { type: 'here', index, stay, to: movement.index } as const
          bus.publish(shared.subject, movementTraffic(here))
        }
        return
      case 'here':
        for (const member of shared.members)
          if (member.index === movement.to) tellPresent(member, movement.index, movement.stay)
        return
      case 'away': {
        const { index, left } = movement
        const gone = {
          type: 'session.presence',
          session: shared.id,
          index,
          present: false,
        } as const
        for (const { connection, index: own, told } of shared.members) {
          if (own === index) continue
          told.delete(index)
          connection.send({ ...gone, left })
        }
        return
      }
      case 'over':
        for (const member of Array.from(shared.members)) {
          if (member.index === movement.to)
            member.connection.send({
              type: 'session.ended',
              session: shared.id,
              code: movement.code,
            })
          drop(member)
        }
    }
  }

  const admit = (connection: Connection, id: Uint8Array, index: number): void => {
    const seat = seats.get(connection)
    if (seat === undefined) return
    const shared = sharedOf(id)
    const again = shared.members.find((member) => member.connection === connection)
    const self = again ?? sit(seat, connection, shared, index)
    connection.send({ type: 'session.entered', session: id, handle: self.handle, index })
    bus.publish(shared.subject, movementTraffic({ type: 'arrived', index, stay: self.stay }))
  }

  const sit = (seat: Seat, connection: Connection, shared: Shared, index: number): Membership => {
    seat.lastHandle += 1
    const stay = randomInt(2 ** 32)
    const self = {
      connection,
      shared,
      handle: seat.lastHandle,
      index,
      stay,
      head: headOf(index),
      told: new Map(),
    }
    // the same terminal by a connection that is about to be replaced
    const former = shared.members.find((member) => member.index === index)
    shared.members.push(self)
    seat.byHandle.set(self.handle, self)
    if (former !== undefined) drop(former)
    return self
  }

  const membershipOf = (connection: Connection, id: Uint8Array): Membership | undefined =>
    sessions.get(subjectOf(id))?.members.find((member) => member.connection === connection)

  const enter = async (connection: Connection, session: Uint8Array): Promise<void> => {
    const present = membershipOf(connection, session)
    if (present !== undefined) return admit(connection, session, present.index)
    const members = await store.read((db) => sessionMembers(db, session))
    const self = members.find(
      (member) => !member.left && sameTerminal(member.terminal, connection.terminal),
    )
    if (self === undefined)
      return connection.send({
        type: 'session.ended',
        session,
        code: 'ERR_SESSION_UNKNOWN' satisfies ErrorCode,
      })
    admit(connection, session, self.index)
    for (const { index, left } of members)
      if (left) connection.send({ type: 'session.presence', session, index, present: false, left })
    await store.write('soon', (db) => touchSessions(db, [session], clock.wall()))
  }

  const leave = async (connection: Connection, session: Uint8Array): Promise<void> => {
    const members = await store.read((db) => sessionMembers(db, session))
    const index =
      membershipOf(connection, session)?.index ??
      members.find(({ terminal }) => sameTerminal(terminal, connection.terminal))?.index
    if (index === undefined) return
    await store.write('soon', (db) => leaveSession(db, session, index, clock.wall()))
    const membership = membershipOf(connection, session)
    if (membership !== undefined) drop(membership)
    bus.publish(subjectOf(session), movementTraffic({ type: 'away', index, left: true }))
  }

  return {
    opened: (connection) => void seats.set(connection, { lastHandle: 0, byHandle: new Map() }),
    lost(connection) {
      const memberships = [...(seats.get(connection)?.byHandle.values() ?? [])]
      seats.delete(connection)
      for (const membership of memberships) {
        const { shared, index } = membership
        const replaced = !shared.members.includes(membership)
        drop(membership)
        if (!replaced)
          bus.publish(shared.subject, movementTraffic({ type: 'away', index, left: false }))
      }
    },
    receive: (connection, message) =>
      message.type === 'session.enter'
        ? enter(connection, message.session)
        : leave(connection, message.session),
    data(connection, handle, payload) {
      const membership = seats.get(connection)?.byHandle.get(handle)
      if (membership === undefined) return
      bus.publish(membership.shared.subject, payload, membership.head)
    },
    admit,
    showPresent: (session, index, to) =>
      bus.publish(subjectOf(session), movementTraffic({ type: 'here', index, stay: 0, to })),
    async end(session, code, to) {
      await store.write('soon', (db) => forgetSession(db, session))
      bus.publish(subjectOf(session), movementTraffic({ type: 'over', to, code }))
    },
    async sweep() {
      const now = clock.wall()
      const inUse = [...sessions.values()].map(({ id }) => id)
      await store.write('soon', async (db) => {
        await touchSessions(db, inUse, now)
        await sweepSessions(db, now - ports.idleMs)
      })
    },
    count: () => sessions.size,
  }
}

function tellPresent(member: Membership, index: number, stay: number): void {
  if (member.told.get(index) === stay) return
  member.told.set(index, stay)
  const session = member.shared.id
  member.connection.send({ type: 'session.presence', session, index, present: true, left: false })
}

function subjectOf(session: Uint8Array): string {
  return `session.${hex(session)}`
}
