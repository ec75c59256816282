import { type Enter, type ErrorCode, type Leave, type MessageOf } from '@hufu/protocol/wire'
import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { RelayCounts } from '../counts.ts'
import { bucket } from '../gateway/rate.ts'
import { joinSession, placeIn } from '../store/joining.ts'
import { forgetSession, leaveSession, sweepSessions, touchSessions } from '../store/sessions.ts'
import type { Store } from '../store/store.ts'
import type { Bus } from './bus.ts'
import type { Connection, Room } from './connection.ts'
import { fanoutOver } from './fanout.ts'
import { presence, rostersOf, tellEnded } from './roster.ts'
import { seatsOver, type Membership, type Seated } from './seats.ts'
import { subjectOf } from './subject.ts'
import { headOf, movementTraffic, readTraffic, type Movement } from './traffic.ts'

/**
 * Who is in which session, and what goes from one member to all others. It looks at nothing inside.
 *
 * Who is a member is the business of the ceremony that makes a session: it names the first ones, and may invite more. Only
 * members enter. A member's index is its own for as long as the session lives, whether it is there or not.
 */
export interface Sessions extends Room {
  /** A terminal comes in, if it is a member, or leaves for good. */
  receive(
    connection: Connection,
    message: MessageOf<typeof Enter> | MessageOf<typeof Leave>,
  ): Promise<void>
  /**
   * One frame, to all other members that are there, or to member `to - 1` alone. A handle that is not this connection's is
   * ignored, as are frames of media that are too large or too many; whoever goes on with those is cut off (`ERR_RATE`). The
   * result: milliseconds for which nothing more should be read from the connection, mostly 0.
   */
  data(connection: Connection, handle: number, payload: Uint8Array, to?: number): number
  /** Brings a connection in without asking the store: the server has just made this session, or its terminal a member. */
  admit(connection: Connection, session: Uint8Array, index: number): void
  /**
   * Makes a terminal a member, or one again: the result is its index, that of its first time if there was one. Undefined
   * if there is no such session or it is full.
   */
  invite(session: Uint8Array, terminal: Uint8Array): Promise<number | undefined>
  /** A member was taken out for good in the tables (`leaveSession`): it is told why, and the others that it has left. */
  tellLeft(session: Uint8Array, index: number, code: ErrorCode): void
  /** A session was forgotten in the tables: nobody is in it any more, and those who are have been told by others. */
  tellOver(session: Uint8Array, code: ErrorCode): void
  /** How many are in a session, on all nodes. Undefined if nobody here is: then this node does not know. */
  presentIn(session: Uint8Array): number | undefined
  /**
   * Milliseconds for which a member has been gone, as far as this node knows: 0 if it is there. Undefined if nobody here is
   * in the session.
   */
  absentMs(session: Uint8Array, index: number): number | undefined
  /** Tells the members that are there that the member `index` is, too. */
  showPresent(session: Uint8Array, index: number): void
  /** Ends a session for good, telling the member `to` why, if anybody. */
  end(session: Uint8Array, code: ErrorCode, to: number | null): Promise<void>
  /** Keeps what is in use, forgets what nobody has been in for long. */
  sweep(): Promise<void>
  /** How many sessions have a member here. */
  count(): number
}

/** What {@link sessionsOver} needs. */
export interface SessionPorts {
  readonly bus: Bus
  readonly store: Store
  readonly clock: Clock
  readonly counts: RelayCounts
  readonly config: Pick<
    Config,
    | 'gatherMs'
    | 'mediaGatherMs'
    | 'mediaFrameOctets'
    | 'mediaFramesPerSecond'
    | 'mediaUnsentOctets'
    | 'memberOctetsPerSecond'
    | 'membersPerSession'
    | 'sessionIdleMs'
    | 'sessionsPerConnection'
  >
}

/** Members from which on a frame for all counts for more than its octets. Our choice. */
const CROWD = 64
/** Seconds of frames of media that may be dropped before whoever sends them is cut off. Our choice: no hiccup lasts so long. */
const FLOOD_SECONDS = 10

/** The sessions of one node. */
export function sessionsOver(ports: SessionPorts): Sessions {
  const { bus, store, clock, counts, config } = ports
  const { gatherMs, mediaGatherMs, mediaUnsentOctets } = config
  const fanout = fanoutOver({ clock, counts, gatherMs, mediaGatherMs, mediaUnsentOctets })
  const seats = seatsOver({ bus, clock }, config.sessionsPerConnection, (shared, octets, head) => {
    const traffic = readTraffic(octets, head)
    if (!traffic.ok) return
    const { value } = traffic
    if (value.type === 'data') return fanout.pass(shared, value)
    fanout.flush(shared)
    rosters.move(shared, value.movement)
  })
  const tell = (session: Uint8Array, movement: Movement): void =>
    bus.publish(subjectOf('session', session), movementTraffic(movement))
  const rosters = rostersOf({ clock, tell, rise: seats.rise })

  const seat = (connection: Connection, seated: Seated, index: number): void => {
    const session = seated.id
    const self = seats.sit(connection, seated, index)
    if (self === undefined) return
    if (self === 'full') return tellEnded(connection, session, 'ERR_RATE')
    const { shared, stay } = self
    const { handle } = shared
    connection.send({ type: 'session.entered', session, handle, index: self.index })
    rosters.welcome(self)
    if (shared.roster.get(self.index) === stay) return
    const fresh = shared.roster.size === 0
    tell(session, { type: 'arrived', index: self.index, stay, fresh })
  }

  const enter = async (connection: Connection, session: Uint8Array): Promise<void> => {
    const present = seats.bySession(connection, session)
    if (present !== undefined) return seat(connection, present.shared, present.index)
    const { terminal } = connection
    const { index, left, lossy } = await store.read((db) => placeIn(db, session, terminal))
    if (index === undefined) return tellEnded(connection, session, 'ERR_SESSION_UNKNOWN')
    seat(connection, { id: session, lossy }, index)
    for (const one of lossy ? [] : left)
      connection.sendFrame(presence(session, one, { present: false, left: true }))
    const still = await store.write('soon', async (db) => {
      await touchSessions(db, [session], clock.wall())
      return placeIn(db, session, terminal)
    })
    // who was taken out in between was not yet here to be told
    if (still.index === undefined) expel(connection, session)
  }

  const expel = (connection: Connection, session: Uint8Array): void => {
    const membership = seats.bySession(connection, session)
    if (membership === undefined) return
    tellEnded(connection, session, 'ERR_SESSION_UNKNOWN')
    seats.rise(membership)
    tell(session, { type: 'lost', index: membership.index, stay: membership.stay })
  }

  const leave = async (connection: Connection, session: Uint8Array): Promise<void> => {
    const membership = seats.bySession(connection, session)
    if (membership !== undefined) seats.rise(membership)
    const { index } = await store.read((db) => placeIn(db, session, connection.terminal))
    if (index !== undefined) await dismiss(session, index, null)
  }

  const dismiss = async (
    session: Uint8Array,
    index: number,
    code: string | null,
  ): Promise<void> => {
    await store.write('soon', (db) => leaveSession(db, session, index, clock.wall()))
    tell(session, { type: 'left', index, code })
  }

  /** Milliseconds until the member may go on. In a crowd what is for all counts for more: everybody has to be sent it. */
  const charge = (membership: Membership, octets: number, forAll: boolean): number => {
    const { size } = membership.shared.roster
    if (size <= 2) return 0
    const { memberOctetsPerSecond: rate } = config
    const now = clock.now()
    membership.allowance ??= bucket(rate, rate, now)
    return membership.allowance.spend(forAll ? octets * Math.max(1, size / CROWD) : octets, now)
  }

  /** Frames of media that may pass: neither too large nor too many. */
  const isFit = (membership: Membership, payload: Uint8Array): boolean => {
    if (!membership.shared.lossy) return true
    const { mediaFrameOctets, mediaFramesPerSecond: rate } = config
    const now = clock.now()
    membership.frames ??= bucket(rate, rate, now)
    if (payload.length <= mediaFrameOctets && membership.frames.take(1, now)) return true
    counts.dropped += 1
    membership.surplus ??= bucket(rate, FLOOD_SECONDS * rate, now)
    if (!membership.surplus.take(1, now)) membership.connection.end('ERR_RATE')
    return false
  }

  return {
    opened: (connection) => seats.open(connection),
    lost(connection) {
      for (const { shared, index, stay } of seats.close(connection))
        tell(shared.id, { type: 'lost', index, stay })
    },
    receive: (connection, message) =>
      message.type === 'session.enter'
        ? enter(connection, message.session)
        : leave(connection, message.session),
    data(connection, handle, payload, to = 0) {
      const membership = seats.byHandle(connection, handle)
      if (membership === undefined || !isFit(membership, payload)) return 0
      const head = headOf(membership.index, to === 0 ? undefined : to - 1)
      bus.publish(membership.shared.subject, payload, head)
      return charge(membership, payload.length, to === 0)
    },
    admit: (connection, session, index) => seat(connection, { id: session, lossy: false }, index),
    async invite(session, terminal) {
      const limits = { most: config.membersPerSession, now: clock.wall() }
      return store.write('soon', (db) => joinSession(db, session, terminal, limits))
    },
    tellLeft: (session, index, code) => tell(session, { type: 'left', index, code }),
    tellOver: (session, code) => tell(session, { type: 'over', to: null, code }),
    presentIn: (session) => seats.byId(session)?.roster.size,
    absentMs(session, index) {
      const shared = seats.byId(session)
      if (shared === undefined) return undefined
      return shared.roster.has(index) ? 0 : clock.now() - (shared.gone.get(index) ?? shared.since)
    },
    showPresent: (session, index) => tell(session, { type: 'here', members: [{ index, stay: 0 }] }),
    async end(session, code, to) {
      await store.write('soon', (db) => forgetSession(db, session))
      tell(session, { type: 'over', to, code })
    },
    async sweep() {
      const now = clock.wall()
      const inUse = seats.sessions().map(({ id }) => id)
      await store.write('soon', async (db) => {
        await touchSessions(db, inUse, now)
        await sweepSessions(db, now - config.sessionIdleMs)
      })
    },
    count: () => seats.count(),
  }
}
