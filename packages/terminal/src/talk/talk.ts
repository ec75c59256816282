import { equal, type Secret } from '@hufu/protocol/crypto'
import {
  decodeTalk,
  encodeTalk,
  MAX_TEXT_UNITS,
  resumeIdOf,
  type PairKeys,
  type TalkMessage,
} from '@hufu/protocol/pair'
import type { SessionEvent, SessionStart } from '@hufu/protocol/session'
import { after, HufuError, type ErrorCode } from '@hufu/protocol/wire'
import type { Clock } from '../clock.ts'
import type { Connection } from '../connection/connection.ts'
import type { Contact, Profile } from '../profile.ts'
import { converse, type Conversation } from './conversation.ts'
import type { FileSource, Progress } from './files.ts'
import { receiveFiles, type Incoming, type IncomingTransfer } from './incoming.ts'
import { mailbox } from './mailbox.ts'
import { sendFiles, type Outgoing, type TransferPort } from './outgoing.ts'

/** What comes from the other, and what becomes of the session. */
export type TalkEvent =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'offer'; readonly incoming: Incoming }
  /** The other (or the server) cannot be reached; it may come back. */
  | { readonly type: 'away' }
  | { readonly type: 'back' }
  /** The other has nothing more to say. */
  | { readonly type: 'finished' }
  /** The other would go: say what you have in hand, then {@link Talk.leave}. */
  | { readonly type: 'leaving' }
  /** Both keep the secret: the contact is saved. */
  | { readonly type: 'remembered'; readonly name: string }
  /** The contact could not be kept, or not renewed: `ERR_PROFILE` or what the profile says. */
  | { readonly type: 'unremembered'; readonly code: ErrorCode }
  | TalkClosed

/** The last event. */
export interface TalkClosed {
  readonly type: 'closed'
  /** Undefined if both sides closed properly. */
  readonly code: ErrorCode | undefined
  /** Texts and transfers of ours that the other did not take. */
  readonly unacknowledged: number
}

/** A conversation between two paired terminals. */
export interface Talk {
  /** Four words: the same at both ends, or somebody is in between. */
  readonly words: readonly string[]
  /** The other's communication ID, 32 octets. */
  readonly peerTerminal: Uint8Array
  /** Texts and transfers of ours that the other has not taken yet. */
  readonly unacknowledged: number
  /**
   * Says a text of at most 262,144 UTF-16 units. Resolves when it is on its way (so that a fast source waits);
   * `acknowledged` resolves when the other's application has taken it, and rejects if that will not be.
   *
   * @throws {HufuError} `ERR_CALL_ORDER` if it is too long, the session's code if it is over.
   */
  say(text: string): Promise<{ readonly acknowledged: Promise<void> }>
  /**
   * Sends a file or folder. Resolves when the other has stored all of it.
   *
   * @throws {HufuError} `ERR_FILE_DECLINED`, `ERR_FILE_CANCELLED`, `ERR_FILE_CHANGED`, `ERR_FILE_READ`, the other's
   *   `ERR_FILE_…`, or the session's code.
   */
  sendFile(source: FileSource, on?: (progress: Progress) => void): Promise<void>
  /**
   * What happens, in order; to be iterated once. A text is acknowledged to the other when the next event is asked for.
   * Ends after `closed`.
   */
  events(): AsyncIterable<TalkEvent>
  /** Nothing more from this end, though it stays to listen. */
  finished(): void
  /** Keeps a secret under `name` for meeting again, as soon as the other does too. Needs a profile. */
  remember(name: string): void
  /** Goes politely: what was said is taken, the other says what it has in hand, both close. Resolves at the end. */
  leave(): Promise<TalkClosed>
  /** Goes at once. */
  abort(): void
}

/** A talk and the conversation under it, for whoever runs the connection. */
export interface TalkDriver {
  readonly talk: Talk
  readonly conversation: Conversation
}

/** Milliseconds that whoever leaves waits for the other's last words. Our choice. */
const LEAVE_MS = 5_000
/** Octets that may wait for the other's credit before more is read or said. Our choice. */
const WAITING_OCTETS = 524_288
/** Octets of a contact's secret and of a meeting's id. */
const SECRET_OCTETS = 32
const MEETING_OCTETS = 16

export interface TalkStart {
  readonly connection: Connection
  readonly clock: Clock
  readonly sessionId: Uint8Array
  readonly start: SessionStart
  readonly awayMs: number
  readonly keys: PairKeys
  readonly server: string
  readonly terminalSeed: Secret
  readonly profile: Profile | undefined
  /** Whom we have just met again, if so. */
  readonly contact: Contact | undefined
  readonly onStanding: (talk: Talk) => void
  /** It ended before it stood. */
  readonly onFailed: (code: ErrorCode) => void
}

/** Starts the talk of a session that was agreed on a moment ago. */
export function startTalk(start: TalkStart): TalkDriver {
  const { connection, clock, keys, profile } = start
  const events = mailbox<TalkEvent>()
  const outgoing = new Map<number, Outgoing>()
  const incoming = new Map<number, IncomingTransfer>()
  const unacknowledged: {
    readonly number: number
    readonly acknowledged: PromiseWithResolvers<void>
  }[] = []
  const closed = Promise.withResolvers<TalkClosed>()
  let roomWaiters: PromiseWithResolvers<void>[] = []
  let standing = false
  let over: ErrorCode | 'closed' | undefined
  let transfers = 0
  let finishedSaid = false
  let leaving = false
  let peerLeaving = false
  let rememberAs: string | undefined
  let peerRemembers = false
  let cancelLeave: () => void = () => undefined

  const send = (message: TalkMessage): number => {
    const number = conversation.session.send(encodeTalk(message))
    conversation.pump()
    return number
  }

  /** Like {@link send}, for what does not matter any more once the session is over. */
  const tell = (message: TalkMessage): void => {
    if (over === undefined && conversation.session.at === 'standing') send(message)
  }

  const port: TransferPort = {
    send: tell,
    room() {
      if (over !== undefined)
        return Promise.reject(new HufuError(over === 'closed' ? 'ERR_PEER_GONE' : over))
      if (conversation.session.waiting < WAITING_OCTETS) return Promise.resolve()
      const waiter = Promise.withResolvers<void>()
      roomWaiters.push(waiter)
      return waiter.promise
    },
  }

  const acknowledgedUpTo = (number: number): void => {
    while (unacknowledged.length > 0 && unacknowledged[0]!.number <= number)
      unacknowledged.shift()!.acknowledged.resolve()
  }

  const session = (
    event: SessionEvent | { readonly type: 'away' } | { readonly type: 'back' },
  ): void => {
    if (event.type === 'standing') {
      standing = true
      if (start.contact !== undefined) renew(start.contact).catch(unremembered)
      start.onStanding(talk)
    } else if (event.type === 'acknowledged') acknowledgedUpTo(event.upTo)
    else if (event.type === 'closed') void ended(event.code)
    else if (standing) events.put(event)
  }

  const ended = async (code: ErrorCode | undefined): Promise<void> => {
    over = code ?? 'closed'
    cancelLeave()
    conversation.leave()
    const lost = code ?? 'ERR_PEER_GONE'
    const count = unacknowledged.length + outgoing.size
    for (const waiter of roomWaiters) waiter.reject(new HufuError(lost))
    for (const waiting of unacknowledged) waiting.acknowledged.reject(new HufuError(lost))
    for (const transfer of outgoing.values()) transfer.stop(lost)
    await Promise.all([...incoming.values()].map((transfer) => transfer.stop(lost)))
    connection.close()
    const last: TalkClosed = { type: 'closed', code, unacknowledged: count }
    events.put(last)
    events.end()
    closed.resolve(last)
    if (!standing) start.onFailed(code ?? 'ERR_PEER_GONE')
  }

  const message = async (octets: Uint8Array): Promise<void> => {
    const decoded = decodeTalk(octets)
    if (!decoded.ok) {
      conversation.session.abort(decoded.code)
      return
    }
    const said = decoded.value
    switch (said.type) {
      case 'text':
        return events.deliver(said)
      case 'finished':
        return events.put(said)
      case 'leaving':
        peerLeaving = true
        if (leaving) conversation.session.close()
        else events.put(said)
        return
      case 'remember':
        peerRemembers = true
        return keep().catch(unremembered)
      case 'offer': {
        const { id, name, kind, octets: size, entries } = said
        if (incoming.has(id)) return conversation.session.abort('ERR_TALK_MALFORMED')
        const transfer = receiveFiles(id, { name, kind, octets: size, entries }, port)
        incoming.set(id, transfer)
        return events.put({ type: 'offer', incoming: transfer.incoming })
      }
      case 'accept':
      case 'decline':
      case 'have':
      case 'stored':
        return outgoing.get(said.id)?.message(said)
      case 'cancel':
        if (said.by === 'receiver') return outgoing.get(said.id)?.message(said)
        return incoming.get(said.id)?.message(said)
      case 'entries':
      case 'begin':
      case 'piece':
      case 'end':
        return incoming.get(said.id)?.message(said)
    }
  }

  const exported = (): Pick<Contact, 'secret' | 'server' | 'terminalSeed' | 'peerTerminal'> => ({
    secret: conversation.session.export('resume', SECRET_OCTETS),
    server: start.server,
    terminalSeed: start.terminalSeed,
    peerTerminal: keys.peerTerminal,
  })

  const unremembered = (error: unknown): void =>
    events.put({
      type: 'unremembered',
      code: error instanceof HufuError ? error.code : 'ERR_PROFILE',
    })

  /** A contact met again: the new secret replaces the old, which stays until the new one has been used. */
  const renew = async (contact: Contact): Promise<void> => {
    const { secret } = exported()
    const both = contact.previous === undefined ? [] : [contact.previous]
    const used = [contact.secret, ...both].find((one) => equal(resumeIdOf(one), keys.resumed))
    await profile?.saveContact({ ...contact, secret, previous: used, usedUnixMs: Date.now() })
  }

  /** Both want to be remembered: now, and only now, is anything kept. */
  const keep = async (): Promise<void> => {
    if (rememberAs === undefined || !peerRemembers || profile === undefined) return
    const name = rememberAs
    rememberAs = undefined
    const now = Date.now()
    const meeting = conversation.session.export('meeting', MEETING_OCTETS).expose().slice()
    const times = { addedUnixMs: now, usedUnixMs: now }
    await profile.saveContact({ name, meeting, previous: undefined, ...times, ...exported() })
    events.put({ type: 'remembered', name })
  }

  const conversation = converse({
    connection,
    clock,
    sessionId: start.sessionId,
    start: start.start,
    awayMs: start.awayMs,
    handlers: {
      message,
      event: session,
      room: () => {
        if (roomWaiters.length === 0 || conversation.session.waiting >= WAITING_OCTETS) return
        const waiters = roomWaiters
        roomWaiters = []
        for (const waiter of waiters) waiter.resolve()
      },
    },
  })

  const talk: Talk = {
    words: keys.words,
    peerTerminal: keys.peerTerminal,
    get unacknowledged() {
      return unacknowledged.length + outgoing.size
    },
    async say(text) {
      if (text.length > MAX_TEXT_UNITS)
        throw new HufuError('ERR_CALL_ORDER', 'the text is too long')
      await port.room()
      const acknowledged = Promise.withResolvers<void>()
      acknowledged.promise.catch(() => undefined)
      unacknowledged.push({ number: send({ type: 'text', text }), acknowledged })
      return { acknowledged: acknowledged.promise }
    },
    async sendFile(source, on = () => undefined) {
      transfers += 1
      const id = transfers
      const transfer = sendFiles(id, source, port, on)
      outgoing.set(id, transfer)
      try {
        await transfer.done
      } finally {
        if (over === undefined) outgoing.delete(id)
      }
    },
    events: () => events,
    finished() {
      if (finishedSaid) return
      finishedSaid = true
      tell({ type: 'finished' })
    },
    remember(name) {
      rememberAs = name
      tell({ type: 'remember' })
      keep().catch(unremembered)
    },
    leave() {
      if (leaving || over !== undefined) return closed.promise
      leaving = true
      tell({ type: 'leaving' })
      if (peerLeaving) conversation.session.close()
      else
        cancelLeave = clock.wake(after(clock.now(), LEAVE_MS), () => {
          conversation.session.close()
          conversation.pump()
        })
      conversation.pump()
      return closed.promise
    },
    abort() {
      conversation.session.abort('ERR_INTERRUPTED')
      conversation.pump()
    },
  }

  return { talk, conversation }
}
