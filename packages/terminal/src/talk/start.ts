import { equal, type Random, type Secret } from '@hufu/protocol/crypto'
import { decodeTalk, encodeTalkParts, MAX_TEXT_UNITS, type TalkMessage } from '@hufu/protocol/pair'
import { queue, type RekeyPolicy, type SessionEvent } from '@hufu/protocol/session'
import { after, HufuError, type ErrorCode, type Ms } from '@hufu/protocol/wire'
import type { Clock } from '../clock.ts'
import type { Connection } from '../connection/connection.ts'
import type { Introductions } from '../identity/introductions.ts'
import type { Agreement } from '../pairing/attempt.ts'
import type { Acquaintance } from '../pairing/via.ts'
import type { Profile } from '../profile.ts'
import { converse, type Conversation } from './conversation.ts'
import type { KeptTalk, TalkKeeper } from './kept.ts'
import { mailbox } from './mailbox.ts'
import { startMemory, type Memory } from './memory.ts'
import type { TransferPort } from './outgoing.ts'
import { startReunion } from './reunion.ts'
import { startShowing } from './showing.ts'
import type { Talk, TalkClosed, TalkDriver, TalkEvent } from './talk.ts'
import { startTexts } from './texts.ts'
import { startTransfers } from './transfers.ts'

/** Milliseconds that whoever leaves waits for the other's last words. Our choice. */
const LEAVE_MS = 5_000
/** Milliseconds between two notes that somebody is typing. Our choice. */
const TYPING_MS = 3_000
/** Milliseconds that the other's first record may take after the verdict. Our choice: the second limit once more. */
const STAND_MS = 30_000
/** Octets that may wait for the other's credit before more is read or said. Our choice. */
const WAITING_OCTETS = 2_097_152

export interface TalkStart {
  readonly connection: Connection
  readonly clock: Clock
  readonly random: Random
  readonly agreement: Agreement
  readonly awayMs: number
  readonly rekey: RekeyPolicy
  readonly server: string
  readonly terminalSeed: Secret
  readonly profile: Profile | undefined
  readonly keeper: TalkKeeper | undefined
  /** What this end shows of itself, and how it takes what the other shows. */
  readonly introductions: Introductions | undefined
  /** What both knew each other by, and the contact's name, if so. */
  readonly acquaintance: Acquaintance | undefined
  readonly contact: string | undefined
  /** What this end comes back to, if it does. */
  readonly kept: KeptTalk | undefined
  /** The next number for a request of this terminal's. */
  readonly nextRef: () => number
  readonly onStanding: (talk: Talk) => void
  /** It ended before that. */
  readonly onFailed: (code: ErrorCode) => void
}

/** Starts the talk of a session that was agreed on a moment ago. */
export function startTalk(start: TalkStart): TalkDriver {
  const { connection, clock, kept, keeper } = start
  const { peerTerminal } = start.agreement.keys
  const words = kept?.words ?? start.agreement.keys.words
  const events = mailbox<TalkEvent>()
  const texts = startTexts(kept)
  const closed = Promise.withResolvers<TalkClosed>()
  let roomWaiters: PromiseWithResolvers<void>[] = []
  /** Whom to tell when the other has taken a message of the present session, by the message's number. */
  let untaken = queue<{ readonly number: number; readonly taken: () => void }>()
  let standing = false
  /** Whether whoever started the talk has it. */
  let handedOut = false
  let over: ErrorCode | 'closed' | undefined
  let awayTold = false
  let finishedSaid = false
  let leaving = false
  let peerLeaving = false
  let typedAt: Ms | undefined
  let cancelLeave: () => void = () => undefined
  let cancelLonely: () => void = () => undefined

  const send = (message: TalkMessage): number => {
    const number = conversation.session.send(encodeTalkParts(message))
    conversation.pump()
    return number
  }

  /** Like {@link send}, for what does not matter any more once the session is over. */
  const tell = (message: TalkMessage, taken?: () => void): void => {
    if (over !== undefined || conversation.session.at !== 'standing') return
    const number = send(message)
    if (taken !== undefined) untaken.push({ number, taken })
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
  const transfers = startTransfers(port, (incoming) => events.put({ type: 'offer', incoming }))

  const unremembered = (error: unknown): void =>
    events.put({
      type: 'unremembered',
      code: error instanceof HufuError ? error.code : 'ERR_PROFILE',
    })
  const memory: Memory = startMemory({
    server: start.server,
    terminalSeed: start.terminalSeed,
    peerTerminal,
    profile: start.profile,
    acquaintance: start.acquaintance,
    contact: start.contact,
    wish: kept?.wish,
    peerWishes: kept?.peerWishes ?? false,
    remembered: (name) => events.put({ type: 'remembered', name }),
  })

  const keep = (): Promise<void> =>
    keeper === undefined
      ? Promise.resolve()
      : keeper.save({
          server: start.server,
          terminalSeed: start.terminalSeed.expose().slice(),
          peerTerminal,
          meeting: memory.meeting,
          secrets: memory.secrets.map((secret) => secret.expose().slice()),
          words,
          unacknowledged: texts.pending,
          ...texts.counts,
          contact: memory.contact,
          wish: memory.wish,
          peerWishes: memory.peerWishes,
        })

  /** `stood`: the session of this event has stood; `resumed`: id of the secret that led to it. */
  const session = (
    event: SessionEvent | { readonly type: 'away' } | { readonly type: 'back' },
    { stood, resumed }: { readonly stood: boolean; readonly resumed: Uint8Array },
  ): void => {
    switch (event.type) {
      case 'standing':
        showing.introduce()
        return stand(resumed)
      case 'acknowledged':
        texts.acknowledge(event.upTo)
        while ((untaken.at(0)?.number ?? Infinity) <= event.upTo) untaken.shift()!.taken()
        return void keep().catch(unremembered)
      case 'rekeyed':
        if (event.refresh) memory.refresh(conversation.session).then(keep).catch(unremembered)
        return events.put({ type: 'rekeyed', epoch: event.epoch })
      case 'closed':
        if (standing && !stood) return lonely()
        if (event.code !== 'ERR_REKEY_UNCONFIRMED') return void ended(event.code)
        lonely()
        return reunion.seek()
      case 'away':
      case 'back':
        if (!standing) return
        awayTold = event.type === 'away'
        events.put(event)
    }
  }

  const stand = (resumed: Uint8Array): void => {
    cancelLonely()
    memory.renew(conversation.session, resumed).then(keep).catch(unremembered)
    reunion.stay()
    texts.restart()
    sayPending(Infinity)
    if (memory.wish !== undefined) send({ type: 'remember' })
    if (standing) void transfers.restart()
    makeRoom()
    if (awayTold) events.put({ type: 'back' })
    awayTold = false
    if (standing) return
    standing = true
    if (start.introductions?.awaited !== true) return handOut()
    showing.await()
  }

  const handOut = (): void => {
    if (handedOut || over !== undefined) return
    handedOut = true
    start.onStanding(talk)
  }

  const showing = startShowing({
    introductions: start.introductions,
    clock,
    terminal: connection.terminal,
    say: (said) => tell(said),
    identified(identified) {
      if (over !== undefined) return
      if (identified !== undefined) events.put({ type: 'identified', ...identified })
      handOut()
    },
    refused: (code) => {
      if (over === undefined) abort(code)
    },
  })

  const abort = (code: ErrorCode): void => {
    conversation.session.abort(code)
    conversation.pump()
  }

  /** Sends what is not on its way yet, in order, up to the text of that number. */
  const sayPending = (upTo: number): void =>
    texts.send(upTo, (number, text) => send({ type: 'text', number, text }))

  /** A reunion came to nothing: the talk is as it was, alone, for as long as it may be. */
  const lonely = (): void => {
    cancelLonely()
    cancelLonely = clock.wake(after(clock.now(), start.awayMs), () => void ended('ERR_PEER_GONE'))
    if (!awayTold) events.put({ type: 'away' })
    awayTold = true
  }

  const ended = async (code: ErrorCode | undefined): Promise<void> => {
    if (over !== undefined) return
    over = code ?? 'closed'
    cancelLeave()
    cancelLonely()
    showing.stop()
    reunion.stop()
    const left = conversation.leave()
    const lost = new HufuError(code ?? 'ERR_PEER_GONE')
    const unacknowledged = texts.waiting + transfers.unfinished
    for (const waiter of roomWaiters) waiter.reject(lost)
    texts.reject(lost)
    await transfers.stop(lost.code)
    await memory.settled()
    await left
    await keeper?.save(undefined).catch(unremembered)
    connection.close()
    const last: TalkClosed = { type: 'closed', code, unacknowledged }
    events.put(last)
    events.end()
    closed.resolve(last)
    if (!handedOut) start.onFailed(lost.code)
  }

  const message = async (octets: Uint8Array): Promise<void> => {
    const decoded = decodeTalk(octets)
    if (!decoded.ok) return conversation.session.abort(decoded.code)
    const said = decoded.value
    switch (said.type) {
      case 'text':
        if (!texts.isNew(said.number)) return
        await events.deliver({ type: 'text', text: said.text })
        texts.heard(said.number)
        return keep().catch(unremembered)
      case 'identity':
        return showing.heard(said)
      case 'typing':
      case 'finished':
        return events.put(said)
      case 'leaving':
        peerLeaving = true
        if (leaving) conversation.session.close()
        else events.put(said)
        return
      case 'remember':
        // Said again after every reunion; told once.
        if (!memory.peerWishes && memory.wish === undefined && memory.contact === undefined)
          events.put({ type: 'wish' })
        return memory.peerRemembers().then(keep).catch(unremembered)
      default:
        if (!(await transfers.message(said))) conversation.session.abort('ERR_TALK_MALFORMED')
    }
  }

  const begin = (agreement: Agreement): Conversation => {
    const { keys, role, sessionId } = agreement
    const { root, transcriptHash, resumed } = keys
    let stood = false
    const mine: Conversation = converse({
      connection,
      clock,
      sessionId,
      start: {
        root,
        transcriptHash,
        role,
        standBy: after(clock.now(), STAND_MS),
        policy: start.rekey,
      },
      awayMs: start.awayMs,
      handlers: {
        message,
        event: (event) => {
          if (mine !== conversation || over !== undefined) return
          stood ||= event.type === 'standing'
          session(event, { stood, resumed })
        },
        room: makeRoom,
      },
    })
    showing.begin(agreement, mine.session)
    return mine
  }

  const makeRoom = (): void => {
    if (roomWaiters.length === 0 || conversation.session.waiting >= WAITING_OCTETS) return
    const waiters = roomWaiters
    roomWaiters = []
    for (const waiter of waiters) waiter.resolve()
  }

  const adopt = (agreement: Agreement): void => {
    if (over !== undefined || !equal(agreement.keys.peerTerminal, peerTerminal)) return
    const former = conversation
    conversation = begin(agreement)
    untaken = queue()
    former.discard()
  }

  let conversation = begin(start.agreement)
  const reunion = startReunion({
    clock,
    random: start.random,
    connection,
    nextRef: start.nextRef,
    acquaintance: memory,
    isSought: () => over === undefined && conversation.session.at === 'closed',
    agreed: adopt,
  })

  const talk: Talk = {
    words,
    peerTerminal,
    get unacknowledged() {
      return texts.waiting + transfers.unfinished
    },
    async say(text) {
      if (text.length > MAX_TEXT_UNITS)
        throw new HufuError('ERR_CALL_ORDER', 'the text is too long')
      await port.room()
      const one = texts.add(text)
      const { acknowledged } = one
      await keep()
      if (over === undefined && conversation.session.at === 'standing') sayPending(one.number)
      return { acknowledged: acknowledged.promise }
    },
    typing() {
      const now = clock.now()
      if (typedAt !== undefined && now - typedAt < TYPING_MS) return
      typedAt = now
      tell({ type: 'typing' })
    },
    async sendFile(source, options = {}) {
      await transfers.send(source, options.on ?? ((): void => undefined), options.signal)
    },
    events: () => events,
    finished() {
      if (finishedSaid) return
      finishedSaid = true
      tell({ type: 'finished' })
    },
    remember(name) {
      tell({ type: 'remember' })
      memory.remember(name).then(keep).catch(unremembered)
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
    abort: () => abort('ERR_INTERRUPTED'),
  }

  return {
    message(message_) {
      if (over === undefined) reunion.message(message_)
      conversation.message(message_)
    },
    data: (number, payload) => conversation.data(number, payload),
    opened() {
      conversation.opened()
      if (standing && over === undefined) reunion.stay()
    },
    lost() {
      reunion.lost()
      conversation.lost()
    },
    closed: abort,
  }
}
