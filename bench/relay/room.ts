import { numberOf, payloadOf, senderOf, sentOf } from './frame.ts'
import type { Member } from './members/member.ts'

/** Steps of the record of delays, in milliseconds, and how many there are. */
const STEP_MS = 0.05
const STEPS = 100_000
/** Frames of one sender that may be under way, as the record of them goes; a power of two. */
const MOST_UNDER_WAY = 1_024

/** Members of one room, and an account of every frame: who sent it, who has it. */
export interface Room {
  readonly number: number
  join(connect: (index: number, hear: (payload: Buffer) => void) => Promise<Member>): Promise<void>
  /** The next frame of a member, to all others. */
  send(sender: number): void
  /** Frames of a sender that have not reached everybody. */
  underWay(sender: number): number
  /** Called whenever a frame of `sender` has reached everybody. */
  onArrived(act: (sender: number) => void): void
  /** Frames times members that have got one. */
  delivered(): number
  /** Frames times members that have not, of all that were sent. A frame out of turn counts as missing. */
  missing(): number
  forgetTimes(): void
  /** The delay, in milliseconds, that so much of all has stayed below. */
  late(share: number): number
}

/** A room of so many members, nobody in it yet. */
export function roomOf(number: number, size: number): Room {
  const members: Member[] = []
  const sent = new Uint32Array(size)
  const arrived = new Uint32Array(size)
  const reached = Array.from({ length: size }, () => new Uint16Array(MOST_UNDER_WAY))
  /** What each member expects next of each other. */
  const next = Array.from({ length: size }, () => new Uint32Array(size))
  const delays = new Uint32Array(STEPS)
  let count = 0
  let whenArrived: (sender: number) => void = () => undefined

  const hear = (own: number, payload: Buffer): void => {
    const sender = senderOf(payload)
    const frame = numberOf(payload)
    const expected = next[own]!
    if (sender === own || frame !== expected[sender]) return // is missing from now on
    expected[sender] = frame + 1
    count += 1
    const step = Math.floor((performance.now() - sentOf(payload)) / STEP_MS)
    delays[Math.min(step, STEPS - 1)]! += 1
    const at = reached[sender]!
    const place = frame % MOST_UNDER_WAY
    at[place]! += 1
    if (at[place] !== size - 1) return
    at[place] = 0
    arrived[sender]! += 1
    whenArrived(sender)
  }

  return {
    number,
    async join(connect) {
      const joined = await Promise.all(
        Array.from({ length: size }, (_, own) => connect(own, (payload) => hear(own, payload))),
      )
      members.push(...joined)
    },
    send(sender) {
      const frame = { sender, number: sent[sender]!, sent: performance.now() }
      sent[sender]! += 1
      members[sender]!.send(payloadOf(frame))
    },
    underWay: (sender) => sent[sender]! - arrived[sender]!,
    onArrived(act) {
      whenArrived = act
    },
    delivered: () => count,
    missing: () => sent.reduce((sum, one) => sum + one, 0) * (size - 1) - count,
    forgetTimes: () => void delays.fill(0),
    late(share) {
      const all = delays.reduce((sum, one) => sum + one, 0)
      let seen = 0
      const step = delays.findIndex((one) => (seen += one) >= share * all)
      return (step + 1) * STEP_MS
    },
  }
}
