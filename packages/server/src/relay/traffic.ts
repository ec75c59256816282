import {
  codec,
  done,
  flag,
  message,
  nullable,
  string,
  uint,
  type Codec,
  type MessageOf,
  type Outcome,
} from '@hufu/protocol/wire'

/*
 * What nodes tell each other about one session, on the session's own subject.
 *
 *   00 | sender u16 | payload     a data frame's payload, untouched
 *   01 | CBOR                     who came and went
 */

const member = uint(0xffff)

/** A number of one stay of a member: who hears of the same stay twice says it once. */
const stay = uint(0xffffffff)

/** A member has come in. Whoever else is in says so to it. */
const Arrived = message('arrived', 0, { index: member, stay })
/** To one who has just come in: this member is there. */
const Here = message('here', 1, { index: member, stay, to: member })
const Away = message('away', 2, { index: member, left: flag() })
/** The session is over for all; the member `to`, if any, is told why. */
const Over = message('over', 3, { to: nullable(member), code: string(64) })

const kinds = [Arrived, Here, Away, Over] as const
export type Movement = MessageOf<(typeof kinds)[number]>
const movements: Codec<Movement> = codec(kinds)

export type Traffic =
  | { readonly type: 'data'; readonly sender: number; readonly payload: Uint8Array }
  | { readonly type: 'movement'; readonly movement: Movement }

/** Octets before a payload. */
const HEAD_OCTETS = 3

/** A data payload on its way. */
export function dataTraffic(sender: number, payload: Uint8Array): Uint8Array {
  const octets = Buffer.allocUnsafe(HEAD_OCTETS + payload.length)
  octets[0] = 0
  octets.writeUInt16BE(sender, 1)
  octets.set(payload, HEAD_OCTETS)
  return octets
}

/** Somebody's coming or going, on its way. */
export function movementTraffic(movement: Movement): Uint8Array {
  const body = movements.encode(movement)
  const octets = new Uint8Array(1 + body.length)
  octets[0] = 1
  octets.set(body, 1)
  return octets
}

/** Reads what another node sent; the codes are those of the codec. */
export function readTraffic(octets: Uint8Array): Outcome<Traffic> {
  if (octets[0] === 0)
    return done({
      type: 'data',
      sender: (octets[1]! << 8) | octets[2]!,
      payload: octets.subarray(HEAD_OCTETS),
    })
  const movement = movements.decode(octets.subarray(1))
  return movement.ok ? done({ type: 'movement', movement: movement.value }) : movement
}
