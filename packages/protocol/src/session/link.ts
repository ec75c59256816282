import { concat, octetsOf } from '../crypto/index.ts'
import { done, failed, type Outcome } from '../wire/errors.ts'
import { after, type Ms } from '../wire/units.ts'
import { decodeFrame, encodeFrameHead, type LinkFrame } from './frame.ts'
import { queue } from './queue.ts'

/*
 * The link: messages of any size over records that may be lost. Numbered segments, sent again from where the other
 * stands after a connection was lost (go-back-N); cumulative acknowledgement of what the application has taken, not
 * merely received; end-to-end credit, so that a sender never has more on its way than the other will hold.
 *
 * No clock and no socket: `now` comes in, frames come out of `poll`.
 */

/** Octets of data in a segment at most, so that its record fits a data frame. */
export const SEGMENT_OCTETS = 64_000
/** Octets of a message at most. Our choice. */
export const MAX_LINK_MESSAGE_OCTETS = 1_048_576
/** Cost that a receiver grants beyond what was taken. Our choice: 40 MB/s at 100 ms of round trip. */
const WINDOW = 4_194_304
/** What a segment costs beside its octets, so that empty ones are not free. */
const SEGMENT_COST = 64
/** Milliseconds that an acknowledgement may wait for company. Our choice. */
const ACK_DELAY_MS = 5
/** Milliseconds without progress until the other is asked where it stands; then twice as long, and so on. */
const PROBE_MS = 2_000
const PROBE_MAX_MS = 10_000
/**
 * Questions to a present peer without an answer, until it is given up: about a minute. Counted, not timed, so that a machine
 * that slept in between has lost one. Our choice.
 */
const PROBES = 7

interface Segment {
  readonly sequence: number
  readonly more: boolean
  readonly data: readonly Uint8Array[]
  /** Cost of all segments up to and with this one. */
  readonly costAfter: number
}

export interface Link {
  /**
   * Queues a message, whole or in parts, and returns its number, counted from 1. At most {@link MAX_LINK_MESSAGE_OCTETS} octets; the link
   * keeps the array itself until it is acknowledged.
   */
  send(message: Uint8Array | readonly Uint8Array[]): number
  /** Messages that the other's application has taken: all up to this number. */
  readonly acknowledged: number
  /** Messages queued so far. */
  readonly sent: number
  /** Octets that wait for the other's credit. Whoever reads a file to send it should pause while this is large. */
  readonly waiting: number
  /** Segments made in all, and segments of the other's taken in all: what a closing record states. */
  readonly counters: { readonly sent: number; readonly taken: number; readonly received: number }

  /** The other can be reached (again): both ask where they stand. */
  connected(now: Ms): void
  /** The other cannot be reached: nothing is sent until it can. */
  disconnected(): void

  /** Takes in the payload of a record. Codes: `ERR_LINK_MALFORMED`, `ERR_LINK_CREDIT`. */
  receive(payload: Uint8Array, now: Ms): Outcome<void>
  /** The other says elsewhere that it has taken all segments below `sequence`. False if they were never sent. */
  acknowledge(sequence: number, now: Ms): boolean
  /** The next whole message, or undefined. Each must be followed by {@link taken} when it has been dealt with. */
  take(): Uint8Array | undefined
  /** The oldest message that {@link take} gave and that was not yet reported is dealt with. */
  taken(now: Ms): void

  /** The next frame to send, or undefined. */
  poll(now: Ms): Uint8Array | undefined
  /** The same in parts, which saves a copy. */
  pollParts(now: Ms): readonly Uint8Array[] | undefined
  /** A frame out of turn: one that says where this end stands, or one that the other answers. */
  status(kind: 'ack' | 'sync'): readonly Uint8Array[]
  /** Whether {@link poll} has a segment to send. */
  readonly hasData: boolean
  /** When {@link poll} will have something although nothing happens, if ever. */
  wakeAt(): Ms | undefined
  /** `ERR_LINK_STALLED` when a peer that is said to be there, and owes an acknowledgement, answers nothing for about a minute. */
  stalled(now: Ms): boolean
}

/** A fresh link, its peer not reachable yet. */
export function startLink(): Link {
  // outgoing
  const outbox = queue<Segment>() // from the first unacknowledged on
  const messageEnds = queue<number>() // sequence after each unacknowledged message
  let nextSequence = 0
  let base = 0 // sequence of outbox's first
  let cursor = 0 // sequence to send next
  let cursorHighest = 0 // segments ever sent are below it: nothing above can be acknowledged
  let costQueued = 0
  let costSent = 0
  let messagesSent = 0
  let messagesAcknowledged = 0
  let peerLimit = 0
  // incoming
  const ready = queue<{
    readonly message: Uint8Array
    readonly end: number
    readonly cost: number
  }>()
  const handed = queue<{ readonly end: number; readonly cost: number }>()
  let parts: Uint8Array[] = []
  let partOctets = 0
  let partCost = 0
  let expected = 0
  let costReceived = 0
  let takenSequence = 0
  let takenCost = 0
  let limitTold = 0
  // talk
  let present = false
  let ackAt: Ms | undefined
  let syncDue = false
  let replyDue = false
  let gapAskedFor = -1
  let probeAt: Ms | undefined
  let probeAfter = PROBE_MS
  let unanswered = 0 // probes since the other was last heard

  const frame = (kind: LinkFrame['kind'], segment?: Segment): readonly Uint8Array[] => {
    limitTold = takenCost + WINDOW
    ackAt = undefined
    const head = encodeFrameHead({
      kind,
      more: segment?.more ?? false,
      sequence: segment?.sequence ?? expected,
      acknowledged: takenSequence,
      limit: limitTold,
    })
    return segment === undefined ? [head] : [head, ...segment.data]
  }

  const sendable = (): Segment | undefined => {
    const segment = outbox.at(cursor - base)
    return segment !== undefined && segment.costAfter <= peerLimit ? segment : undefined
  }

  const acknowledge = (sequence: number, now: Ms): boolean => {
    if (sequence > cursorHighest) return false
    if (sequence <= base) return true // no progress: the next probe stays due
    while (base < sequence) {
      outbox.shift()
      base += 1
    }
    cursor = Math.max(cursor, base)
    while (messageEnds.length > 0 && messageEnds.at(0)! <= base) {
      messageEnds.shift()
      messagesAcknowledged += 1
    }
    probeAfter = PROBE_MS
    probeAt = outbox.length > 0 ? after(now, probeAfter) : undefined
    return true
  }

  const assemble = (arrived: LinkFrame): boolean => {
    const cost = arrived.data.length + SEGMENT_COST
    expected += 1
    partCost += cost
    partOctets += arrived.data.length
    if (partOctets > MAX_LINK_MESSAGE_OCTETS) return false
    parts.push(arrived.data)
    if (arrived.more) return true
    const message = parts.length === 1 ? parts[0]! : concat(...parts)
    ready.push({ message, end: expected, cost: partCost })
    parts = []
    partOctets = 0
    partCost = 0
    return true
  }

  const pollParts = (now: Ms): readonly Uint8Array[] | undefined => {
    if (!present) return undefined
    // Also while there is no credit: the frame that grants it may have been lost.
    if (outbox.length > 0) probeAt ??= after(now, probeAfter)
    if (replyDue) {
      replyDue = false
      return frame('reply')
    }
    if (syncDue) {
      syncDue = false
      return frame('sync')
    }
    const segment = sendable()
    if (segment !== undefined) {
      cursor += 1
      cursorHighest = Math.max(cursorHighest, cursor)
      costSent = Math.max(costSent, segment.costAfter)
      return frame('data', segment)
    }
    if (probeAt !== undefined && now >= probeAt) {
      probeAfter = Math.min(probeAfter * 2, PROBE_MAX_MS)
      probeAt = after(now, probeAfter)
      unanswered += 1
      gapAskedFor = -1
      return frame('sync')
    }
    if (ackAt !== undefined && now >= ackAt) return frame('ack')
    return undefined
  }

  return {
    send(message) {
      for (const data of segmentsOf(message)) {
        costQueued += octetsOf(data.parts) + SEGMENT_COST
        outbox.push({
          sequence: nextSequence,
          more: data.more,
          data: data.parts,
          costAfter: costQueued,
        })
        nextSequence += 1
      }
      messageEnds.push(nextSequence)
      messagesSent += 1
      return messagesSent
    },
    get acknowledged() {
      return messagesAcknowledged
    },
    get sent() {
      return messagesSent
    },
    get waiting() {
      return costQueued - costSent
    },
    get counters() {
      return { sent: nextSequence, taken: takenSequence, received: expected }
    },

    connected(now) {
      present = true
      syncDue = true
      unanswered = 0
      probeAfter = PROBE_MS
      if (outbox.length > 0) probeAt = after(now, probeAfter)
    },
    disconnected() {
      present = false
      ackAt = undefined
      probeAt = undefined
    },

    receive(payload, now) {
      const decoded = decodeFrame(payload)
      if (!decoded.ok) return decoded
      const arrived = decoded.value
      unanswered = 0
      if (!acknowledge(arrived.acknowledged, now)) return failed('ERR_LINK_MALFORMED')
      peerLimit = Math.max(peerLimit, arrived.limit)
      if (arrived.kind === 'sync' || arrived.kind === 'reply') {
        // Whoever states what it expects has lost all that was sent above it.
        if (arrived.sequence > cursorHighest || arrived.sequence < base)
          return failed('ERR_LINK_MALFORMED')
        cursor = Math.min(cursor, arrived.sequence)
        if (arrived.kind === 'sync') replyDue = true
      }
      if (arrived.kind !== 'data') return done(undefined)
      if (arrived.sequence < expected) {
        ackAt = now
        return done(undefined)
      }
      if (arrived.sequence > expected) {
        if (gapAskedFor !== expected) syncDue = true
        gapAskedFor = expected
        return done(undefined)
      }
      costReceived += arrived.data.length + SEGMENT_COST
      if (costReceived > limitTold) return failed('ERR_LINK_CREDIT')
      return assemble(arrived) ? done(undefined) : failed('ERR_LINK_MALFORMED')
    },
    acknowledge,
    take() {
      const next = ready.shift()
      if (next === undefined) return undefined
      handed.push(next)
      return next.message
    },
    taken(now) {
      const next = handed.shift()
      if (next === undefined) return
      takenSequence = next.end
      takenCost += next.cost
      const urgent = takenCost + WINDOW - limitTold >= WINDOW / 4
      const due = urgent ? now : after(now, ACK_DELAY_MS)
      if (ackAt === undefined || due < ackAt) ackAt = due
    },

    poll(now) {
      const parts = pollParts(now)
      return parts === undefined ? undefined : concat(...parts)
    },
    pollParts,
    status: (kind) => frame(kind),
    get hasData() {
      return present && sendable() !== undefined
    },
    wakeAt() {
      if (!present) return undefined
      if (replyDue || syncDue || sendable() !== undefined) return 0 as Ms
      if (ackAt === undefined || probeAt === undefined) return ackAt ?? probeAt
      return ackAt < probeAt ? ackAt : probeAt
    },
    stalled(now) {
      return present && unanswered >= PROBES && probeAt !== undefined && now >= probeAt
    },
  }
}

/** A message as the data of its segments; one that fits a single segment stays in its parts. */
function segmentsOf(
  message: Uint8Array | readonly Uint8Array[],
): readonly { readonly parts: readonly Uint8Array[]; readonly more: boolean }[] {
  const given = message instanceof Uint8Array ? [message] : message
  if (octetsOf(given) <= SEGMENT_OCTETS) return [{ parts: given, more: false }]
  const whole = given.length === 1 ? given[0]! : concat(...given)
  const segments = []
  for (let at = 0; at < whole.length; at += SEGMENT_OCTETS)
    segments.push({
      parts: [whole.subarray(at, at + SEGMENT_OCTETS)],
      more: at + SEGMENT_OCTETS < whole.length,
    })
  return segments
}
