import type { Secret } from '../crypto/index.ts'
import { HufuError, type ErrorCode } from '../wire/errors.ts'
import { after, type Ms } from '../wire/units.ts'
import { decodeClose, encodeClose } from './frame.ts'
import { MAX_LINK_MESSAGE_OCTETS, startLink, type Link } from './link.ts'
import { startRecords, type SessionRole } from './records.ts'

/*
 * A session: a link over records. Octets go in as they come from the server, records and events come out.
 *
 *   opening ─ the other's first record ─→ standing ─ close ─→ closing ─ the other's close ─→ closed
 *     └─ none in time ────────────────────────┴─ anything wrong ─────────────────────────→ closed, with a code
 *
 * Nothing is sent but an empty frame, and nothing delivered, before it stands; nothing is delivered after an error.
 */

/** Milliseconds that the closing side waits for the other's closing record before it goes anyway. Our choice. */
const CLOSE_WAIT_MS = 2_000

export interface SessionStart {
  /** 64 octets that only the two ends know. The session takes it over. */
  readonly root: Secret
  readonly role: SessionRole
  /** 32 octets over everything that led to the root. */
  readonly transcriptHash: Uint8Array
  /** The other's first record must open before this. */
  readonly standBy: Ms
}

export type SessionEvent =
  /** The other's first record has opened: both ends hold the same keys. */
  | { readonly type: 'standing' }
  /** The other's application has taken all messages up to this number. */
  | { readonly type: 'acknowledged'; readonly upTo: number }
  /**
   * The end. `code` is undefined if both closed, or if the other had taken everything but did not answer our closing.
   * `unacknowledged`: messages of ours that the other did not take.
   */
  | {
      readonly type: 'closed'
      readonly code: ErrorCode | undefined
      readonly unacknowledged: number
    }

export interface Session {
  readonly at: 'opening' | 'standing' | 'closing' | 'closed'
  /**
   * Queues a message, whole or in parts, of at most 1,048,576 octets; returns its number, counted from 1. The array must not change.
   *
   * @throws {HufuError} `ERR_CALL_ORDER` after {@link close} or the end, or for a message too long.
   */
  send(message: Uint8Array | readonly Uint8Array[]): number
  /** Cost in octets of what waits for the other's credit: pause reading a file while it is large. */
  readonly waiting: number
  /** Messages sent and not yet taken by the other's application. */
  readonly unacknowledged: number
  /** Octets as the server delivered them from the other. Whatever is wrong with them ends the session with a code. */
  receive(record: Uint8Array, now: Ms): void
  /** The next message of the other's, if the session stands. Follow each with {@link taken} once it is dealt with. */
  take(): Uint8Array | undefined
  taken(now: Ms): void
  /** The server says that the other can be reached, or not. */
  present(now: Ms): void
  absent(): void
  /** No more is sent; when the other has taken everything, both close. */
  close(): void
  /** Ends at once, with `code` or (undefined) as if all were said; the other is not told by this. */
  abort(code: ErrorCode | undefined): void
  /** The next record to send, or undefined, behind `room` octets that are left free. Ask until there is none, after every call and whenever {@link wakeAt} says. */
  poll(now: Ms, room?: number): Uint8Array | undefined
  wakeAt(): Ms | undefined
  /** What has happened since the last time. */
  events(): readonly SessionEvent[]
  /** A secret of `octets` octets for another use, the same at both ends. */
  export(label: string, octets: number): Secret
}

/** A session that has just been agreed on; its first record is due at once. */
export function startSession(start: SessionStart): Session {
  const records = startRecords(start.root, start.role, start.transcriptHash)
  const link: Link = startLink()
  let at: Session['at'] = 'opening'
  let told = 0
  let closeBy: Ms | undefined
  let closeDue = false
  let closeSent = false
  let closeWanted = false
  let peerClosed = false
  let failedWith: ErrorCode | undefined
  let happened: SessionEvent[] = []

  const unacknowledged = (): number => link.sent - link.acknowledged

  const end = (code: ErrorCode | undefined): void => {
    if (at === 'closed') return
    at = 'closed'
    failedWith = code
    records.wipe()
    happened.push({ type: 'closed', code, unacknowledged: unacknowledged() })
  }

  const sealed = (
    payload: Uint8Array | readonly Uint8Array[],
    room: number,
    close?: 'close',
  ): Uint8Array | undefined => {
    const record = records.seal(payload, close, room)
    if (record.ok) return record.value
    // The last counter is kept for closing: the other is told, and both know why.
    const last =
      close === undefined ? records.seal(encodeClose(link.counters), 'close', room) : record
    end(record.code)
    return last.ok ? last.value : undefined
  }

  const noteProgress = (): void => {
    if (link.acknowledged === told) return
    told = link.acknowledged
    happened.push({ type: 'acknowledged', upTo: told })
  }

  const receiveClose = (payload: Uint8Array, now: Ms): void => {
    const final = decodeClose(payload)
    if (!final.ok) return end(final.code)
    const mine = link.counters
    if (final.value.sent < mine.received || !link.acknowledge(final.value.taken, now))
      return end('ERR_LINK_MALFORMED')
    noteProgress()
    if (final.value.sent > mine.received) return end('ERR_SESSION_TRUNCATED')
    peerClosed = true
    if (closeSent) return end(undefined)
    at = 'closing'
    closeDue = true
  }

  return {
    get at() {
      return at === 'standing' && closeWanted ? 'closing' : at
    },
    send(message) {
      if (at === 'closing' || at === 'closed' || closeWanted)
        throw new HufuError('ERR_CALL_ORDER', 'the session is closing')
      const parts = message instanceof Uint8Array ? [message] : message
      if (parts.reduce((sum, part) => sum + part.length, 0) > MAX_LINK_MESSAGE_OCTETS)
        throw new HufuError('ERR_CALL_ORDER', 'the message is too long')
      return link.send(message)
    },
    get waiting() {
      return link.waiting
    },
    get unacknowledged() {
      return unacknowledged()
    },

    receive(record, now) {
      if (at === 'closed') return
      if (at === 'opening' && now >= start.standBy) return end('ERR_SESSION_UNCONFIRMED')
      const opened = records.open(record)
      if (!opened.ok) return end(opened.code)
      if (opened.value.kind === 'repeated') return
      if (at === 'opening') {
        at = 'standing'
        happened.push({ type: 'standing' })
      }
      if (opened.value.kind === 'close') return receiveClose(opened.value.payload, now)
      const taken = link.receive(opened.value.payload, now)
      if (!taken.ok) return end(taken.code)
      noteProgress()
    },
    take() {
      if (at === 'opening' || failedWith !== undefined) return undefined
      return at === 'closed' && !peerClosed ? undefined : link.take()
    },
    taken(now) {
      link.taken(now)
    },

    present(now) {
      link.connected(now)
      if (at === 'closing' && !peerClosed) closeDue = true
    },
    absent() {
      link.disconnected()
    },

    close() {
      closeWanted = true
    },
    abort(code) {
      end(code)
    },

    poll(now, room = 0) {
      if (at === 'closed') return undefined
      if (at === 'opening' && now >= start.standBy) {
        end('ERR_SESSION_UNCONFIRMED')
        return undefined
      }
      if (link.stalled(now)) {
        end('ERR_LINK_STALLED')
        return undefined
      }
      if (at === 'closing' && closeBy !== undefined && now >= closeBy) {
        end(undefined)
        return undefined
      }
      if (at === 'standing' && closeWanted && unacknowledged() === 0) {
        at = 'closing'
        closeDue = true
      }
      if (closeDue) {
        closeDue = false
        closeSent = true
        closeBy ??= after(now, CLOSE_WAIT_MS)
        const record = sealed(encodeClose(link.counters), room, 'close')
        if (peerClosed) end(undefined)
        return record
      }
      const frame = link.pollParts(now)
      return frame === undefined ? undefined : sealed(frame, room)
    },
    wakeAt() {
      if (at === 'closed') return undefined
      if (closeDue || (closeWanted && at === 'standing' && unacknowledged() === 0)) return 0 as Ms
      const times = [link.wakeAt(), at === 'opening' ? start.standBy : undefined, closeBy]
      const due = times.filter((time) => time !== undefined)
      return due.length === 0 ? undefined : (Math.min(...due) as Ms)
    },
    events() {
      const events = happened
      happened = []
      return events
    },
    export: (label, octets) => records.export(label, octets),
  }
}
