import {
  codec,
  done,
  flag,
  list,
  message,
  nullable,
  string,
  tuple,
  uint,
  type Codec,
  type MessageOf,
  type Outcome,
} from '@hufu/protocol/wire'

/*
 * What nodes tell each other about one session, on the session's own subject.
 *
 *   head: sender u16, recipient u16 if it is for one alone    octets: a data frame's payload, untouched
 *   no head                                                   octets: CBOR, who came and went
 */

const member = uint(0xffff)

/** Members in one message: each takes nine octets of 16,384 at most. */
export const MOST_HERE = 1_000

/** A number of one stay of a member: who hears of the same stay twice says it once. */
const stay = uint(0xffffffff)

/** A member has come in. `fresh`: its node knows nothing of the session yet, and the others tell it who is there. */
const Arrived = message('arrived', 0, { index: member, stay, fresh: flag() })
/** These are there. */
const Here = message('here', 1, { members: list(tuple({ index: member, stay }), MOST_HERE) })
/** A member's connection is gone, and that stay with it. */
const Lost = message('lost', 2, { index: member, stay })
/** A member has left for good; `code`: it was taken out, and is told why. */
const Left = message('left', 3, { index: member, code: nullable(string(64)) })
/** The session is over for all; the member `to`, if any, is told why. */
const Over = message('over', 4, { to: nullable(member), code: string(64) })

const kinds = [Arrived, Here, Lost, Left, Over] as const
export type Movement = MessageOf<(typeof kinds)[number]>
const movements: Codec<Movement> = codec(kinds)

/** A data frame on its way. */
export interface Passed {
  readonly sender: number
  /** The member that it is for; undefined if it is for all others. */
  readonly recipient: number | undefined
  readonly payload: Uint8Array
}

export type Traffic =
  ({ readonly type: 'data' } & Passed) | { readonly type: 'movement'; readonly movement: Movement }

/** The head of a payload that this member sends, to all others or to one. */
export function headOf(sender: number, recipient: number | undefined): Uint8Array {
  return recipient === undefined
    ? Uint8Array.of(sender >>> 8, sender)
    : Uint8Array.of(sender >>> 8, sender, recipient >>> 8, recipient)
}

/** Somebody's coming or going, on its way. */
export function movementTraffic(movement: Movement): Uint8Array {
  return movements.encode(movement)
}

/** Reads what another node sent; the codes are those of the codec. */
export function readTraffic(octets: Uint8Array, head: Uint8Array): Outcome<Traffic> {
  if (head.length > 0) {
    const sender = (head[0]! << 8) | head[1]!
    const recipient = head.length > 2 ? (head[2]! << 8) | head[3]! : undefined
    return done({ type: 'data', sender, recipient, payload: octets })
  }
  const movement = movements.decode(octets)
  return movement.ok ? done({ type: 'movement', movement: movement.value }) : movement
}
