import { controlFrame } from '@hufu/protocol/wire'
import type { Clock } from '../clock.ts'
import { serverMessages } from '../messages.ts'
import type { Connection } from './connection.ts'
import type { Membership, Shared } from './seats.ts'
import { MOST_HERE, type Movement } from './traffic.ts'

/*
 * Who is there, as far as it is known on this node: every node hears of all comings and goings on the session's subject,
 * and tells its own members. A node that is new to a session asks with the first arrival, and the others answer.
 */

/** Members that are told of in one go. Our choice: some ten thousand octets. */
const AT_ONCE = 200

/** Keeps the roster of each session that is here, and tells the members of changes. */
export interface Rosters {
  /** Tells one who has just sat down who is there. */
  welcome(self: Membership): void
  /** Somebody's coming or going, as heard on the bus. */
  move(shared: Shared, movement: Movement): void
}

/** What {@link rostersOf} needs of the room. */
export interface RosterPorts {
  readonly clock: Clock
  tell(session: Uint8Array, movement: Movement): void
  rise(membership: Membership): void
}

/** The rosters of one node. */
export function rostersOf({ clock, tell, rise }: RosterPorts): Rosters {
  const seen = (shared: Shared, index: number, stay: number): void => {
    if (shared.roster.get(index) === stay) return
    shared.roster.set(index, stay)
    shared.gone.delete(index)
    tellOthers(shared, index, thereFrame(shared, index))
  }

  /** Tells a node that is new to the session who is here. */
  const answer = (shared: Shared): void => {
    const here = shared.members.map(({ index, stay }) => ({ index, stay }))
    for (let at = 0; at < here.length; at += MOST_HERE)
      tell(shared.id, { type: 'here', members: here.slice(at, at + MOST_HERE) })
  }

  const takeOut = (shared: Shared, index: number, code: string): void => {
    for (const member of shared.members.filter((one) => one.index === index)) {
      tellEnded(member.connection, shared.id, code)
      rise(member)
    }
  }

  return {
    welcome({ connection, index: own, shared }) {
      if (shared.lossy) return
      const frames: Uint8Array[] = []
      for (const index of shared.roster.keys())
        if (index !== own) frames.push(thereFrame(shared, index))
      // many as one, which costs the writer as much as one
      for (let at = 0; at < frames.length; at += AT_ONCE)
        connection.sendFrame(Buffer.concat(frames.slice(at, at + AT_ONCE)))
    },
    move(shared, movement) {
      switch (movement.type) {
        case 'arrived': {
          const { index, stay, fresh } = movement
          seen(shared, index, stay)
          if (fresh && !shared.members.some((member) => member.stay === stay)) answer(shared)
          return
        }
        case 'here':
          for (const { index, stay } of movement.members) seen(shared, index, stay)
          return
        case 'lost': {
          const { index, stay } = movement
          if (shared.roster.get(index) !== stay) return
          shared.roster.delete(index)
          shared.there.delete(index)
          shared.gone.set(index, clock.now())
          return tellOthers(
            shared,
            index,
            presence(shared.id, index, { present: false, left: false }),
          )
        }
        case 'left': {
          const { index, code } = movement
          takeOut(shared, index, code ?? 'ERR_SESSION_UNKNOWN')
          shared.roster.delete(index)
          shared.there.delete(index)
          shared.gone.delete(index)
          return tellOthers(
            shared,
            index,
            presence(shared.id, index, { present: false, left: true }),
          )
        }
        case 'over':
          for (const member of Array.from(shared.members)) {
            if (member.index === movement.to) tellEnded(member.connection, shared.id, movement.code)
            rise(member)
          }
      }
    },
  }
}

/** Says that a session is over, or not the terminal's. */
export function tellEnded(connection: Connection, session: Uint8Array, code: string): void {
  connection.send({ type: 'session.ended', session, code })
}

/** What members are told of another. */
export function presence(
  session: Uint8Array,
  index: number,
  is: { readonly present: boolean; readonly left: boolean },
): Uint8Array {
  return controlFrame(serverMessages.encode({ type: 'session.presence', session, index, ...is }))
}

/** That a member is there: made once, for all who are told. */
function thereFrame(shared: Shared, index: number): Uint8Array {
  const known = shared.there.get(index)
  const frame = known ?? presence(shared.id, index, { present: true, left: false })
  if (known === undefined) shared.there.set(index, frame)
  return frame
}

/** Of a session of media nobody is told: the call's other session says it all. */
function tellOthers(shared: Shared, index: number, frame: Uint8Array): void {
  if (shared.lossy) return
  for (const member of shared.members)
    if (member.index !== index) member.connection.sendFrame(frame)
}
