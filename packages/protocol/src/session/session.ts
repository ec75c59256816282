import { octetsOf, random, type Eventually, type Random, type Secret } from '../crypto/index.ts'
import { HufuError, type ErrorCode } from '../wire/errors.ts'
import { after, type Ms } from '../wire/units.ts'
import { firstEpoch, nativeKeys, type EpochEnd, type KeyMaker, type SessionRole } from './epoch.ts'
import { decodeClose, encodeClose, LINK_HEAD_OCTETS } from './frame.ts'
import { MAX_LINK_MESSAGE_OCTETS, startLink, type Link } from './link.ts'
import { REKEY_DEFAULTS, type RekeyPolicy } from './policy.ts'
import { startRecords, type Deciphered, type SealOptions } from './records.ts'
import { startRekey, type Rekeyed } from './rekey.ts'

/*
 * A session: a link over records whose keys move. Octets go in as they come from the server, records and events come out.
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
  /** {@link REKEY_DEFAULTS} if undefined. */
  readonly policy?: RekeyPolicy
  /** For runs that are to be repeated, the platform's if undefined. */
  readonly random?: Random
  /** For tests that look at keys, the platform's if undefined. */
  readonly makeKey?: KeyMaker
  /** For tests that plant faults. */
  readonly startRekey?: typeof startRekey
}

export type SessionEvent =
  /** The keys have moved: records of this end leave under a new epoch. */
  | Rekeyed
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
  /** The epoch under which records leave, counted from 0. */
  readonly epoch: number
  /**
   * Begins to open a record of the other's, at once or later; several may be under way. Each then goes to {@link receive},
   * in the order in which they came. A fault that was found while others were ahead may have been cured by them: decipher
   * again before it is received.
   */
  decipher(record: Uint8Array): Eventually<Deciphered>
  /**
   * What the server delivered from the other, deciphered or, where ciphers answer at once, as it came. Whatever is wrong
   * with it ends the session with a code.
   *
   * @throws {HufuError} `ERR_CALL_ORDER` for octets where ciphers answer later.
   */
  receive(record: Uint8Array | Deciphered, now: Ms): void
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
  /**
   * The next record to send, or undefined, behind `room` octets that are left free. Ask until there is none, after every
   * call and whenever {@link wakeAt} says. Records that are there later leave in the order in which they were asked for.
   */
  poll(now: Ms, room?: number): Eventually<Uint8Array> | undefined
  wakeAt(): Ms | undefined
  /** What has happened since the last time. */
  events(): readonly SessionEvent[]
  /** A secret of `octets` octets for another use, the same at both ends. */
  export(label: string, octets: number): Secret
}

/** A session that has just been agreed on; its first record is due at once. */
export function startSession(start: SessionStart): Session {
  const { role, transcriptHash, policy = REKEY_DEFAULTS } = start
  const keyEnd: EpochEnd = { role, makeKey: start.makeKey ?? nativeKeys }
  const records = startRecords(firstEpoch(start.root, transcriptHash, keyEnd), transcriptHash)
  const rekey = (start.startRekey ?? startRekey)({
    records,
    end: keyEnd,
    policy,
    random: start.random ?? random,
  })
  const link: Link = startLink()
  let at: Session['at'] = 'opening'
  let told = 0
  let closeBy: Ms | undefined
  let closeDue = false
  let closeSent = false
  let closeWanted = false
  let peerClosed = false
  /** No data may be sent before the keys have moved. */
  let held = false
  let failedWith: ErrorCode | undefined
  let happened: SessionEvent[] = []

  const unacknowledged = (): number => link.sent - link.acknowledged

  const end = (code: ErrorCode | undefined): void => {
    if (at === 'closed') return
    at = 'closed'
    failedWith = code
    rekey.wipe()
    records.wipe()
    happened.push({ type: 'closed', code, unacknowledged: unacknowledged() })
  }

  const sealed = (
    payload: readonly Uint8Array[],
    options: SealOptions,
  ): Eventually<Uint8Array> | undefined => {
    const record = records.seal(payload, options)
    if (record.ok) {
      const octets = octetsOf(payload)
      rekey.count(octets, options.close !== true && octets > LINK_HEAD_OCTETS)
      return record.value
    }
    // The last counter is kept for closing: the other is told, and both know why.
    const closing = { ...options, close: true }
    const last =
      options.close === true ? record : records.seal([encodeClose(link.counters)], closing)
    end(record.code)
    return last.ok ? last.value : undefined
  }

  const noteProgress = (): void => {
    if (link.acknowledged === told) return
    told = link.acknowledged
    happened.push({ type: 'acknowledged', upTo: told })
  }

  /** What moving the keys wants sent now. */
  const rekeyed = (now: Ms, room: number): Eventually<Uint8Array> | 'nothing' | 'over' => {
    const due = rekey.due(now, link.hasData || (rekey.blocked(now) && isDue(link.wakeAt(), now)))
    if (due === undefined) return 'nothing'
    if (due.kind === 'unconfirmed') {
      end('ERR_REKEY_UNCONFIRMED')
      return 'over'
    }
    const payload = link.status(due.kind === 'ask' ? 'sync' : 'ack')
    return (
      sealed(payload, due.kind === 'change' ? { change: due.change, room } : { room }) ?? 'over'
    )
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

    get epoch() {
      return records.epoch.number
    },
    decipher: (record) => (at === 'closed' ? { kind: 'repeated' } : records.decipher(record)),
    receive(record, now) {
      if (at === 'closed') return
      if (at === 'opening' && now >= start.standBy) return end('ERR_SESSION_UNCONFIRMED')
      const deciphered = record instanceof Uint8Array ? records.decipher(record) : record
      if (deciphered instanceof Promise)
        throw new HufuError('ERR_CALL_ORDER', 'the record is not deciphered yet')
      const opened = records.accept(deciphered)
      if (!opened.ok) return end(opened.code)
      if (opened.value.kind === 'repeated') return
      const { kind, epoch, payload } = opened.value
      if (at === 'opening') {
        at = 'standing'
        rekey.start(now)
        happened.push({ type: 'standing' })
      }
      const moved = rekey.opened(opened.value, now)
      if (!moved.ok) return end(moved.code)
      if (epoch === records.epoch.number)
        rekey.count(payload.length, payload.length > LINK_HEAD_OCTETS)
      held = rekey.blocked(now)
      happened.push(...rekey.events())
      if (kind === 'close') return receiveClose(payload, now)
      const taken = link.receive(payload, now)
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
      rekey.present(now)
      if (at === 'closing' && !peerClosed) closeDue = true
    },
    absent() {
      link.disconnected()
      rekey.absent()
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
        const record = sealed([encodeClose(link.counters)], { close: true, room })
        if (peerClosed) end(undefined)
        return record
      }
      const change = closeSent ? 'nothing' : rekeyed(now, room)
      if (change !== 'nothing') return change === 'over' ? undefined : change
      held = rekey.blocked(now)
      const frame = held ? undefined : link.pollParts(now)
      return frame === undefined ? undefined : sealed(frame, { room })
    },
    wakeAt() {
      if (at === 'closed') return undefined
      if (closeDue || (closeWanted && at === 'standing' && unacknowledged() === 0)) return 0 as Ms
      const times = [
        held && rekey.moving ? undefined : link.wakeAt(),
        closeSent ? undefined : rekey.wakeAt(link.hasData),
        at === 'opening' ? start.standBy : undefined,
        closeBy,
      ]
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

function isDue(at: Ms | undefined, now: Ms): boolean {
  return at !== undefined && at <= now
}
