import { equal, type Eventually } from '@hufu/protocol/crypto'
import {
  startSession,
  type Deciphered,
  type Session,
  type SessionEvent,
  type SessionStart,
} from '@hufu/protocol/session'
import { after, DATA_ROOM_OCTETS, errorCodeOf, type ErrorCode, type Ms } from '@hufu/protocol/wire'
import type { Clock } from '../clock.ts'
import type { Connection } from '../connection/connection.ts'
import type { FromServer } from '../connection/messages.ts'
import { inOrder } from './in-order.ts'

/*
 * Puts a session on a connection: enters it at the server (again, after every loss), moves records, wakes the machine,
 * and gives up when the other, or the server, has been away too long.
 */

/** Octets on their way to the server at most, before more records are asked of the session. Our choice. */
const UNSENT_OCTETS = 4_194_304
/** Records that may be in the platform's cipher at once, where that answers later. Our choice. */
const SEALING_RECORDS = 32
/** Milliseconds until a full socket is looked at again: nothing tells when it has drained. */
const DRAIN_MS = 2

export interface ConversationHandlers {
  /** A message of the other's. It is acknowledged when the promise resolves, and the next comes only then. */
  readonly message: (message: Uint8Array) => Promise<void>
  readonly event: (
    event: SessionEvent | { readonly type: 'away' } | { readonly type: 'back' },
  ) => void
  /** There may be room for more to send. */
  readonly room: () => void
}

export interface Conversation {
  readonly session: Session
  /** Something was queued in the session: move it. */
  pump(): void
  /** What the connection hears and that concerns sessions. */
  message(message: FromServer): void
  data(session: number, payload: Uint8Array): void
  /** The connection is open again, or lost. */
  opened(): void
  lost(): void
  /** Leaves the session at the server when the last record is on its way; the connection may be closed then. */
  leave(): Promise<void>
  /** Another session has taken this one's place. */
  discard(): void
}

/** Starts the session that a pairing agreed on, over a connection on which the server has just announced it. */
export function converse(options: {
  readonly connection: Connection
  readonly clock: Clock
  readonly sessionId: Uint8Array
  readonly start: SessionStart
  /** Milliseconds that the other or the server may be away. */
  readonly awayMs: number
  readonly handlers: ConversationHandlers
}): Conversation {
  const { connection, clock, sessionId, handlers } = options
  const session = startSession(options.start)
  let handle: number | undefined
  let peerPresent = false
  let told: 'away' | 'back' = 'back'
  let delivering = false
  let awaySince: Ms | undefined
  let wakeTimer: () => void = () => undefined
  /** What the timer is set to: setting it anew for every record would cost as much as much of the rest. */
  let wakesAt: Ms | undefined
  let awayTimer: () => void = () => undefined
  const sealed = inOrder<{ readonly handle: number; readonly record: Uint8Array }>(
    ({ handle: under, record }) => {
      // One that was sealed for a lost connection is lost too: the link makes it good.
      if (under === handle) connection.sendData(under, record)
    },
  )
  const arriving = inOrder<Deciphered>((record) => {
    session.receive(record, clock.now())
    void deliver()
    pump()
  })

  const raise = (): void => {
    for (const event of session.events()) {
      if (event.type === 'closed') {
        sleepUntil(undefined)
        awayTimer()
      }
      handlers.event(event)
    }
  }

  const deliver = async (): Promise<void> => {
    if (delivering) return
    delivering = true
    for (let next = session.take(); next !== undefined; next = session.take()) {
      await handlers.message(next)
      session.taken(clock.now())
      const at = session.wakeAt()
      if (at !== undefined && at <= clock.now()) pump()
      else if (handle !== undefined) sleepUntil(at)
    }
    delivering = false
  }

  const hasRoom = (): boolean =>
    connection.unsent < UNSENT_OCTETS && sealed.length < SEALING_RECORDS

  const send = (under: number, record: Eventually<Uint8Array>): void =>
    sealed.push(
      record instanceof Promise
        ? record.then((later) => ({ handle: under, record: later }))
        : { handle: under, record },
    )

  const sleepUntil = (at: Ms | undefined): void => {
    if (at === wakesAt) return
    wakeTimer()
    wakesAt = at
    if (at !== undefined) wakeTimer = clock.wake(at, woken)
  }

  const woken = (): void => {
    wakesAt = undefined
    pump()
  }

  const pump = (): void => {
    const now = clock.now()
    while (handle !== undefined && hasRoom()) {
      const record = session.poll(now, DATA_ROOM_OCTETS)
      if (record === undefined) break
      send(handle, record)
    }
    if (handle === undefined) void session.poll(now) // its deadlines run on without a connection
    raise()
    if (session.at === 'closed') return
    handlers.room()
    const at = hasRoom() ? session.wakeAt() : after(now, DRAIN_MS)
    sleepUntil(at !== undefined && (handle !== undefined || at > now) ? at : undefined)
  }

  /** Somebody is missing: the other, or the server. */
  const away = (code: ErrorCode): void => {
    awaySince ??= clock.now()
    awayTimer()
    awayTimer = clock.wake(after(awaySince, options.awayMs), () => {
      session.abort(code)
      raise()
    })
    if (told === 'away') return
    told = 'away'
    handlers.event({ type: 'away' })
  }

  const back = (): void => {
    awaySince = undefined
    awayTimer()
    if (told === 'back') return
    told = 'back'
    handlers.event({ type: 'back' })
  }

  const presence = (present: boolean, left: boolean): void => {
    if (session.at === 'closed') return
    if (left) {
      peerPresent = false
      session.absent()
      // Whoever leaves properly closes first; both of a closing pair may be gone before the last record arrives.
      session.abort(session.at === 'closing' ? undefined : 'ERR_PEER_GONE')
      return raise()
    }
    if (present && !peerPresent) session.present(clock.now())
    if (!present) session.absent()
    peerPresent = present
    if (present) back()
    else away('ERR_PEER_GONE')
    pump()
  }

  const leave = async (): Promise<void> => {
    await sealed.drained()
    connection.send({ type: 'session.leave', session: sessionId })
  }

  return {
    session,
    pump,
    message(message) {
      if (!('session' in message) || message.session === null) return
      if (!equal(message.session, sessionId)) return
      if (message.type === 'session.entered') {
        handle = message.handle
        if (told === 'away') {
          // The server is back; now it is the other who is missing.
          awaySince = undefined
          away('ERR_PEER_GONE')
        }
        pump()
      } else if (message.type === 'session.presence') presence(message.present, message.left)
      else if (message.type === 'session.ended') {
        session.abort(errorCodeOf(message.code, 'ERR_WIRE_UNEXPECTED'))
        raise()
      }
    },
    data(number, payload) {
      if (number !== handle) return
      const again = (done: Deciphered): Eventually<Deciphered> =>
        done.kind === 'fault' ? session.decipher(payload) : done
      arriving.push(session.decipher(payload), again)
    },
    opened() {
      connection.send({ type: 'session.enter', session: sessionId })
    },
    lost() {
      handle = undefined
      peerPresent = false
      session.absent()
      if (session.at !== 'closed') away('ERR_UNREACHABLE')
    },
    leave,
    discard() {
      session.abort(undefined)
      raise()
      void leave()
    },
  }
}
