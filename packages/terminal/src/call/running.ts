import {
  callCode,
  MOST_RUNG,
  type Bundle,
  type CallEffect,
  type CallSeat,
  type CallTrust,
} from '@hufu/protocol/call'
import type { EpochKeys, LoadKey } from '@hufu/protocol/group'
import type { Random, SigningKey } from '@hufu/protocol/crypto'
import { verifyKey, type SecurityKey } from '@hufu/protocol/identity'
import {
  after,
  DATA_ROOM_OCTETS,
  HufuError,
  isErrorCode,
  sameTerminal,
  toMember,
  type ErrorCode,
  type Ms,
} from '@hufu/protocol/wire'
import type { Clock } from '../clock.ts'
import type { Connection } from '../connection/connection.ts'
import type { FromServer } from '../connection/messages.ts'
import type { OpenSocket, ServerAddress } from '../connection/socket.ts'
import { inOrder } from '../talk/in-order.ts'
import { mailbox } from '../talk/mailbox.ts'
import type { Asking } from './asking.ts'
import type { Call, CallMemberInfo } from './call.ts'
import type { CallCounts, CallEvent, CallIdentity } from './events.ts'
import { frames } from './frames.ts'
import { mediaLine } from './media.ts'
import type { People } from './people.ts'
import { talking } from './talking.ts'

/*
 * Puts a seat in a call on a terminal's connections: what the machine wants done is done here, and nowhere else.
 *
 *   signalling   the terminal's own connection: the machine's frames, and what is said (`talking.ts`)
 *   media        a connection of its own, under a key made for this call (`media.ts`)
 */

/** What a call runs on. */
export interface CallStart {
  readonly id: Uint8Array
  readonly seat: CallSeat
  /** Sessions at the server. */
  readonly signalling: Uint8Array
  readonly media: Uint8Array
  readonly mediaKey: SigningKey
  /** What those whom this end has rung are shown: its R1 of this call. */
  readonly r1: Uint8Array
  readonly self: CallIdentity
  /** Users who are rung already. */
  readonly rung: readonly string[]
  readonly ports: CallPorts
}

/** The outside world of a call. */
export interface CallPorts {
  readonly server: ServerAddress
  readonly clock: Clock
  readonly random: Random
  readonly openSocket: OpenSocket
  readonly connection: Connection
  readonly asking: Asking
  readonly key: SecurityKey
  /** Where frames' keys lie, if not here. */
  readonly load?: LoadKey
  readonly people: People
  readonly trust: () => CallTrust
  /** Whether a user who comes with another key than before is taken for the same. */
  readonly acceptsChanged: (who: CallIdentity) => Promise<boolean>
}

/** A call, and what its terminal hears for it. */
export interface RunningCall {
  readonly call: Call
  /** What the server says that concerns calls or sessions; others' are ignored. */
  message(message: FromServer): void
  data(handle: number, from: number, payload: Uint8Array): void
  opened(): void
  lost(): void
  closed(error: HufuError): void
  /** Resolves when it is over. */
  readonly over: Promise<void>
}

/** Milliseconds in which those who join come into one batch. Our choice: a person notices nothing. */
const GATHER_MS = 20
/** Octets that may wait in the terminal's socket before what is said waits: what the machine says goes first. Our choice. */
const UNSENT_OCTETS = 262_144
/** Milliseconds until a full socket is looked at again: nothing tells when it has drained. */
const DRAIN_MS = 10
/** Milliseconds that leaving waits for those who lack something. Our choice. */
const LEAVE_MS = 10_000
/** Frames of media that may be with a slow token: who speaks faster than it seals is late, and who floods is not heard. Our choices. */
const MOST_SEALING = 16
const MOST_OPENING = 512
/** Frames of media that are kept for a key that is on its way. Our choice: two seconds of five who speak. */
const MOST_EARLY = 512

/** Runs it. The seat is the call's own from now on. */
export function runCall(start: CallStart): RunningCall {
  const { id, seat, ports } = start
  const { connection, clock, asking, key, people } = ports
  const { self } = seat
  const box = mailbox<CallEvent>()
  const over = Promise.withResolvers<void>()
  const known = new Map<number, CallMemberInfo>()
  /** Verified, and not in the roster yet. */
  const coming = new Map<number, CallIdentity>()
  /** Those of whom something came before they were shown. */
  const meeting = new Map<number, PromiseWithResolvers<string | undefined>>()
  const rung = new Set(start.rung)
  const removed = new Set<number>()
  const preparedAt = new Map<number, Ms>()
  const { load } = ports
  const keys = load && { load, failed: (error: unknown) => failed(error) }
  const mediaFrames = frames('media', self, keys)
  const dataFrames = frames('data', self, keys)
  let handle: number | undefined
  /** What the machine says before this end is in the session. */
  let before: Extract<CallEffect, { do: 'send' }>[] | undefined = []
  let early: { readonly from: number; readonly frame: Uint8Array; readonly epoch: number }[] = []
  let epoch: number | undefined
  let late = 0
  let signing = 0
  let admitTimer: (() => void) | undefined
  let timer: () => void = () => undefined
  let wakesAt = Infinity
  let isOver = false
  let leaving = false
  let hear: ((from: number, payload: Uint8Array) => void) | undefined

  const now = (): Ms => clock.now()
  const tell = (event: CallEvent): void => {
    if (!isOver) box.put(event)
  }

  const transmit = ({ to, frame }: Pick<Extract<CallEffect, { do: 'send' }>, 'to' | 'frame'>) => {
    if (handle === undefined) return
    const roomy = new Uint8Array(DATA_ROOM_OCTETS + frame.length)
    roomy.set(frame, DATA_ROOM_OCTETS)
    connection.sendData(handle, roomy, to === 'all' ? undefined : toMember(to))
  }

  const talk = talking({
    clock,
    frames: dataFrames,
    canSend: () =>
      handle !== undefined && seat.sending() !== undefined && connection.unsent < UNSENT_OCTETS,
    send(to, sealed) {
      // not `act`: that would begin to send anew
      for (const effect of seat.data(sealed, to)) perform(effect)
      if (seat.role === 'host')
        for (const effect of seat.passed(sealed.length, now())) perform(effect)
    },
    sent: () => arm(),
    async text(index, text) {
      const user = await met(index)
      if (user === undefined || isOver) return false
      await box.deliver({ type: 'text', index, user, text })
      return true
    },
    async offer(index, incoming) {
      const user = await met(index)
      if (user === undefined || isOver) return false
      tell({ type: 'offer', index, user, incoming })
      return true
    },
  })

  /** Who that member is, once it is verified and shown; undefined if that does not come. */
  const met = async (index: number): Promise<string | undefined> => {
    const member = known.get(index)
    if (member !== undefined || isOver) return member?.user
    const waiter = meeting.get(index) ?? Promise.withResolvers<string | undefined>()
    meeting.set(index, waiter)
    return waiter.promise
  }
  const meet = (index: number, user: string | undefined): void => {
    meeting.get(index)?.resolve(user)
    meeting.delete(index)
  }

  const line = mediaLine({
    server: ports.server,
    key: start.mediaKey,
    session: start.media,
    clock,
    random: ports.random,
    openSocket: ports.openSocket,
    on: {
      opened: () => tell({ type: 'connection', of: 'media', state: 'back' }),
      lost: () => tell({ type: 'connection', of: 'media', state: 'lost' }),
      frame: (from, frame) => openMedia(from, frame),
      closed: () => tell({ type: 'connection', of: 'media', state: 'lost' }),
    },
  })
  const sealed = inOrder<Uint8Array>((roomy) => line.send(roomy))
  const opened = inOrder<{ readonly from: number; readonly payload: Uint8Array | undefined }>(
    ({ from, payload }) => {
      if (payload !== undefined) hear?.(from, payload)
    },
  )

  const openMedia = (from: number, frame: Uint8Array): void => {
    if (isOver) return
    if (opened.length >= MOST_OPENING) {
      mediaFrames.counts.undecryptable += 1
      return
    }
    const made = mediaFrames.open(from, frame)
    if (made.is === 'early') {
      if (made.epoch > (epoch ?? 0) && early.length < MOST_EARLY)
        early.push({ from, frame: frame.slice(), epoch: made.epoch })
      else mediaFrames.counts.undecryptable += 1
      return
    }
    if (made.is === 'bad') return
    const { plaintext } = made
    if (plaintext instanceof Promise) opened.push(plaintext.then((payload) => ({ from, payload })))
    else opened.push({ from, payload: plaintext })
    if (seat.role === 'host') act(seat.passed(frame.length, now()))
  }

  const accepted = (keys: EpochKeys): void => {
    mediaFrames.accept(keys)
    dataFrames.accept(keys)
    if (!preparedAt.has(keys.epoch)) preparedAt.set(keys.epoch, now())
    const waiting = early
    early = []
    for (const one of waiting)
      if (one.epoch <= keys.epoch) openMedia(one.from, one.frame)
      else early.push(one)
    talk.accepted(keys)
  }

  const switched = (
    keys: EpochKeys,
    reason: Extract<CallEffect, { do: 'switch' }>['reason'],
  ): void => {
    accepted(keys)
    mediaFrames.use(keys)
    dataFrames.use(keys)
    ;({ epoch } = keys)
    const tookMs = now() - (preparedAt.get(keys.epoch) ?? now())
    for (const one of preparedAt.keys()) if (one <= keys.epoch) preparedAt.delete(one)
    const members = seat.roster?.members ?? new Map<number, unknown>()
    tell({ type: 'hop', epoch: keys.epoch, reason, tookMs, members: members.size })
    talk.audience(new Set([...members.keys()].filter((index) => index !== self)))
    // what was on its way under the key before is unreadable where that is gone
    if (AT_ONCE.has(reason)) talk.again()
  }

  const act = (effects: readonly CallEffect[]): void => {
    for (const effect of effects) {
      if (isOver) break
      perform(effect)
    }
    if (isOver) return
    for (const [index, identity] of coming) show(index, identity)
    talk.pump()
    arm()
  }

  const perform = (effect: CallEffect): void => {
    switch (effect.do) {
      case 'send':
        if (before === undefined) transmit(effect)
        else before.push(effect)
        return
      case 'sign':
        sign(effect).catch(failed)
        return
      case 'agree':
        agree(effect).catch(failed)
        return
      case 'verified':
        verified(effect).catch(failed)
        return
      case 'data':
        return talk.heard(effect.from, effect.octets)
      case 'accept':
        return accepted(effect.keys)
      case 'switch':
        return switched(effect.keys, effect.reason)
      case 'forget':
        mediaFrames.forget(effect.epoch)
        dataFrames.forget(effect.epoch)
        return
      case 'left':
        return left(effect)
      case 'away':
      case 'back':
        return moved(effect.index, effect.do === 'away' ? 'lost' : 'back')
      case 'returning':
        return talk.doubt()
      case 'returned':
        tell({ type: 'returned' })
        return talk.again()
      case 'host':
        return hosted(effect)
      case 'rival':
        return tell({ type: 'rival', index: effect.index, user: known.get(effect.index)?.user })
      case 'deaf':
        return tell({ type: 'deaf', deaf: effect.deaf })
      case 'refused':
        return refused(effect.index, known.get(effect.index)?.user, effect.code)
      case 'over':
        return finish(effect.code)
    }
  }

  const agree = async ({ share }: Extract<CallEffect, { do: 'agree' }>): Promise<void> => {
    const shared = await key.agree(share)
    act(seat.agreed(shared, now(), ports.trust()))
    shared?.wipe()
  }

  const sign = async ({ batch, statement }: Extract<CallEffect, { do: 'sign' }>): Promise<void> => {
    signing += 1
    const signature = await key.sign(statement)
    signing -= 1
    act(seat.signed(batch, signature))
    if (admitTimer !== NEXT) return
    admitTimer = undefined
    admitSoon()
  }

  /** The KEY does not do its part: nothing goes on without it. */
  const failed = (error: unknown): void =>
    call.abort(error instanceof HufuError ? error : new HufuError('ERR_INTERNAL', String(error)))

  /** Lets those in who have come, in a moment, or once the KEY has signed for those before them. */
  const admitSoon = (): void => {
    if (admitTimer !== undefined) return
    if (signing > 0) {
      admitTimer = NEXT
      return
    }
    admitTimer = clock.wake(after(now(), GATHER_MS), () => {
      admitTimer = undefined
      if (!isOver) act(seat.admit(now()))
    })
  }

  /** One who has been let in by the server: invited, and with a key that is no other than before, or it goes. */
  const joining = async (index: number, bundle: Bundle): Promise<void> => {
    const { user } = bundle
    if (!rung.delete(user)) return refused(index, user, 'ERR_CALL_PROOF')
    const { issuers, nowUnixMs, cache } = ports.trust()
    const shown = verifyKey(bundle.certificates, issuers, nowUnixMs, cache)
    if (!shown.ok) return refused(index, user, shown.code)
    const identity = await people.look(shown.value)
    if (identity.pinned === 'changed' && !(await ports.acceptsChanged(identity)))
      return refused(index, user, 'ERR_IDENTITY_CHANGED')
    if (isOver) return
    act(seat.joining(index, bundle, ports.trust()))
    admitSoon()
  }

  const verified = async ({
    index,
    user,
    kind,
    keyId,
  }: Extract<CallEffect, { do: 'verified' }>): Promise<void> => {
    const identity = await people.meet({ user, kind, keyId })
    if (!isOver) show(index, identity)
  }

  const show = (index: number, identity: CallIdentity): void => {
    if (seat.roster?.members.has(index) !== true) {
      coming.set(index, identity)
      return
    }
    coming.delete(index)
    const isNew = known.get(index)?.state !== 'here'
    known.set(index, { index, state: 'here', ...identity })
    if (isNew) tell({ type: 'member', state: 'joined', index, ...identity })
    meet(index, identity.user)
  }

  const left = ({ index, lost }: Extract<CallEffect, { do: 'left' }>): void => {
    const user = known.get(index)?.user ?? coming.get(index)?.user
    const state = removed.delete(index) ? 'removed' : 'left'
    known.delete(index)
    coming.delete(index)
    meet(index, undefined)
    talk.left(index)
    if (user !== undefined) tell({ type: 'member', state, index, user })
    if (seat.role === 'host' && !lost) takeOut(index)
  }

  const moved = (index: number, state: 'lost' | 'back'): void => {
    const member = known.get(index)
    if (member === undefined) return
    known.set(index, { ...member, state: state === 'lost' ? 'lost' : 'here' })
    tell({ type: 'member', state, index, user: member.user })
    if (state === 'back') talk.again()
  }

  const refused = (index: number, user: string | undefined, code: ErrorCode): void => {
    tell({ type: 'member', state: 'refused', index, user, code })
    if (seat.role === 'host') takeOut(index)
  }

  /** The server takes a member out of the sessions. If it does not, that member hears, and can read nothing. */
  const takeOut = (index: number): void => {
    const ref = connection.nextRef()
    asking.done({ type: 'call.remove', ref, call: id, index }).catch(ignored)
  }

  const hosted = ({ index, how, epoch: at }: Extract<CallEffect, { do: 'host' }>): void => {
    const user = index === self ? start.self.user : (known.get(index)?.user ?? '')
    tell({ type: 'host', index, user, self: index === self, how })
    const ref = connection.nextRef()
    if (index === self || wasHost)
      asking.done({ type: 'call.hosts', ref, call: id, index, epoch: at }).catch(ignored)
    wasHost = index === self
    talk.again()
  }
  let wasHost = seat.role === 'host'

  const arm = (): void => {
    const isBlocked = talk.open > 0 && connection.unsent >= UNSENT_OCTETS
    const next = Math.min(
      seat.wakesAt(),
      talk.wakesAt(),
      isBlocked ? after(now(), DRAIN_MS) : Infinity,
    )
    if (next >= wakesAt) return
    timer()
    wakesAt = next
    timer = clock.wake(next as Ms, () => {
      wakesAt = Infinity
      if (isOver) return
      talk.tick()
      act(seat.tick(now()))
    })
  }

  const finish = (code: ErrorCode | undefined, reason = ''): void => {
    if (isOver) return
    const unacknowledged = talk.open
    const why = leaving ? undefined : code
    box.put({ type: 'closed', code: why, reason, unacknowledged, counts: countsNow() })
    isOver = true
    box.end()
    for (const index of meeting.keys()) meet(index, undefined)
    timer()
    if (admitTimer !== NEXT) admitTimer?.()
    // whatever it would still say has nowhere to go: it is to forget its keys
    if (seat.at !== 'over') void (seat.role === 'host' ? seat.end() : seat.bye(now()))
    talk.close(code ?? 'ERR_CALL_ENDED')
    mediaFrames.close()
    dataFrames.close()
    line.close()
    over.resolve()
  }

  const countsNow = (): CallCounts => {
    const { sent, received, lost, undecryptable } = mediaFrames.counts
    return { sent, received, lost, undecryptable, late }
  }

  /** Goes, and tells the server: of the end, if nobody is left to host it. */
  const go = (code: ErrorCode | undefined, forAll: boolean): void => {
    if (isOver) return
    leaving = code === undefined
    const isAlone = (seat.roster?.members.size ?? 1) <= 1
    const ends = forAll || (seat.role === 'host' && isAlone)
    const effects = ends ? seat.end() : seat.bye(now())
    for (const effect of effects) if (effect.do !== 'over') perform(effect)
    if (ends) connection.send({ type: 'call.end', ref: connection.nextRef(), call: id })
    else connection.send({ type: 'call.leave', call: id })
    finish(code)
  }

  const settled = async (): Promise<void> => {
    const patience = Promise.withResolvers<void>()
    const cancel = clock.wake(after(now(), LEAVE_MS), patience.resolve)
    await Promise.race([talk.settled(), patience.promise, over.promise])
    cancel()
  }

  const hostOnly = (): void => {
    if (isOver || seat.role !== 'host')
      throw new HufuError(isOver ? 'ERR_CALL_UNKNOWN' : 'ERR_CALL_HOST')
  }
  const indexOf = (user: string): number => {
    const found = [...known.values()].find((member) => member.user === user)
    if (found === undefined) throw new HufuError('ERR_USER_UNKNOWN', user)
    return found.index
  }

  const call: Call = {
    id,
    self,
    get isHost() {
      return seat.role === 'host'
    },
    get host() {
      return seat.roster?.host
    },
    get members() {
      return new Map([[self, { index: self, state: 'here' as const, ...start.self }], ...known])
    },
    ringing: rung,
    get epoch() {
      return epoch
    },
    get code() {
      const { roster } = seat
      if (roster === undefined || known.size + 1 < roster.members.size) return undefined
      return callCode(
        id,
        [...roster.members.values()].map(({ keyId }) => keyId),
      )
    },
    get counts() {
      return countsNow()
    },
    events: () => box,
    hearMedia: (heard) => void (hear = heard),
    sendMedia(payload) {
      if (isOver) return
      const isPrompt = line.fit === 'open' && sealed.length < MOST_SEALING
      const fits = seat.sending() !== undefined && isPrompt
      const frame = fits ? mediaFrames.seal(payload, DATA_ROOM_OCTETS) : undefined
      if (frame === undefined) {
        late += 1
        return
      }
      sealed.push(frame)
      if (seat.role === 'host') act(seat.passed(payload.length, now()))
    },
    say: (text) => talk.say(text),
    sendFile: (source, options) => talk.sendFile(source, options?.on ?? ignored),
    async invite(users) {
      hostOnly()
      const { r1 } = start
      for (let at = 0; at < users.length; at += MOST_RUNG) {
        const some = users.slice(at, at + MOST_RUNG)
        for (const user of some) rung.add(user)
        const ref = connection.nextRef()
        const { certificates } = key
        await asking
          .done({ type: 'call.invite', ref, call: id, users: some, r1, certificates })
          .catch((error: unknown) => {
            for (const user of some) rung.delete(user)
            throw error
          })
        for (const user of some) tell({ type: 'member', state: 'ringing', user })
      }
    },
    async remove(user) {
      hostOnly()
      if (rung.has(user)) {
        const ref = connection.nextRef()
        await asking.done({ type: 'call.withdraw', ref, call: id, user })
        rung.delete(user)
        return
      }
      const index = indexOf(user)
      removed.add(index)
      act(seat.remove([index], now()))
    },
    async hand(user) {
      hostOnly()
      act(seat.handOver(indexOf(user), now()))
    },
    async hop() {
      hostOnly()
      act(seat.hop(now()))
    },
    async leave() {
      await settled()
      go(undefined, false)
    },
    async end() {
      hostOnly()
      await settled()
      go(undefined, true)
    },
    abort: (error) => go(error?.code, false),
  }

  const inSession = (message: OfSession): void => {
    switch (message.type) {
      case 'session.entered': {
        const isFirst = before !== undefined
        ;({ handle } = message)
        for (const one of before ?? []) transmit(one)
        before = undefined
        if (isFirst) return act([])
        tell({ type: 'connection', of: 'signalling', state: 'back' })
        return act(seat.online(now()))
      }
      case 'session.presence': {
        const { index, present, left } = message
        // others have it from their host, signed
        if (left) return seat.role === 'host' ? act(seat.remove([index], now())) : undefined
        return act(present ? seat.back(index, now()) : seat.lost(index, now()))
      }
      case 'session.ended':
        return finish(isErrorCode(message.code) ? message.code : 'ERR_CALL_LOST')
      default:
    }
  }

  const inCall = (message: FromServer): void => {
    switch (message.type) {
      case 'call.joining':
        if (seat.role === 'host') joining(message.index, message.bundle).catch(failed)
        return
      case 'call.declined': {
        const { user, code } = message
        if (!rung.delete(user)) return
        const known = isErrorCode(code) ? code : 'ERR_CALL_NO_ANSWER'
        const state = known === 'ERR_CALL_DECLINED' ? 'declined' : 'unanswered'
        return tell({ type: 'member', state, user, code: known })
      }
      case 'call.over':
        return finish(isErrorCode(message.code) ? message.code : 'ERR_CALL_ENDED', message.reason)
      default:
    }
  }

  for (const user of rung) tell({ type: 'member', state: 'ringing', user })
  const first = seat.sending()
  if (first !== undefined) {
    accepted(first)
    mediaFrames.use(first)
    dataFrames.use(first)
    ;({ epoch } = first)
  }

  return {
    call,
    over: over.promise,
    message(message) {
      if (isOver) return
      if (isOfSession(message)) {
        if (sameTerminal(message.session, start.signalling)) inSession(message)
      } else if ('call' in message && sameTerminal(message.call, id)) inCall(message)
    },
    data(under, from, payload) {
      if (isOver || under !== handle) return
      act(seat.receive(from, payload, now(), ports.trust()))
    },
    opened: () => void connection.send({ type: 'session.enter', session: start.signalling }),
    lost() {
      if (isOver || handle === undefined) return
      handle = undefined
      tell({ type: 'connection', of: 'signalling', state: 'lost' })
      act(seat.offline(now()))
    },
    closed: (error) => finish(error.code),
  }
}

/** Reasons for which the key before is forgotten at once. */
const AT_ONCE: ReadonlySet<string> = new Set(['left', 'host', 'returned'])
/** In place of a timer: as soon as the KEY has signed. */
const NEXT = (): void => undefined

type OfSession = Extract<FromServer, { type: `session.${string}` }>

function isOfSession(message: FromServer): message is OfSession {
  return message.type.startsWith('session.')
}

function ignored(): void {
  // the server may know better: what it does changes who hears, not who can read
}
