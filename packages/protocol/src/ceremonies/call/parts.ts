import { concat } from '../../crypto/index.ts'
import { done, failed, type Outcome } from '../../wire/errors.ts'
import { callTalk, type CallTalk } from './talk.ts'

/** Octets of a message that goes in one frame, and of one part of a larger one. Our choice: below what a frame holds. */
const PART_OCTETS = 64_000
/** Octets of the largest message. Our choice: the roster of several thousand members. */
const MOST_OCTETS = 2_097_152

/** A message as frames: one, or several if it is large. `number`: not that of the sender's last one that was. */
export function framesOf(message: CallTalk, number: number): readonly Uint8Array[] {
  const octets = callTalk.encode(message)
  if (octets.length <= PART_OCTETS) return [octets]
  const count = Math.ceil(octets.length / PART_OCTETS)
  return Array.from({ length: count }, (_, at) => {
    const part = octets.subarray(at * PART_OCTETS, (at + 1) * PART_OCTETS)
    return callTalk.encode({ type: 'part', number, at, count, octets: part })
  })
}

/** Reads frames, and joins parts: of each sender one message at a time, in order. */
export interface TalkReader {
  /**
   * The message that this frame completes; undefined if it is a part and others are to come.
   *
   * Codes: those of the codec; `ERR_WIRE_UNEXPECTED` for a part out of order, `ERR_WIRE_OVERSIZE`.
   */
  read(from: number, frame: Uint8Array): Outcome<CallTalk | undefined>
}

interface Joining {
  readonly number: number
  readonly parts: Uint8Array[]
  octets: number
}

/** Nothing read yet. */
export function talkReader(): TalkReader {
  const joining = new Map<number, Joining>()
  return {
    read(from, frame) {
      const decoded = callTalk.decode(frame, 65_536)
      if (!decoded.ok || decoded.value.type !== 'part') return decoded
      const { number, at, count, octets } = decoded.value
      const known = at === 0 ? { number, parts: [], octets: 0 } : joining.get(from)
      joining.delete(from)
      if (known?.number !== number || known.parts.length !== at || at >= count)
        return failed('ERR_WIRE_UNEXPECTED')
      known.octets += octets.length
      if (known.octets > MOST_OCTETS) return failed('ERR_WIRE_OVERSIZE')
      known.parts.push(octets)
      if (known.parts.length < count) {
        joining.set(from, known)
        return done(undefined)
      }
      const whole = callTalk.decode(concat(...known.parts), MOST_OCTETS)
      // a part within parts has no end
      return whole.ok && whole.value.type === 'part' ? failed('ERR_WIRE_UNEXPECTED') : whole
    },
  }
}
