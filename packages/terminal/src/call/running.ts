import type { CallEffect } from '@hufu/protocol/call'
import type { EpochKeys } from '@hufu/protocol/group'
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
import type { FromServer } from '../connection/messages.ts'
import { mailbox } from '../talk/mailbox.ts'
import { admission } from './admission.ts'
import type { Call } from './call.ts'
import { crowd } from './crowd.ts'
import type { CallEvent } from './events.ts'
import { callFace } from './face.ts'
import { frames, type FrameKeys } from './frames.ts'
import { hostingOf } from './hosting.ts'
import { sounding } from './sounding.ts'
import type { CallStart, RunningCall } from './start.ts'
import { talking } from './talking.ts'

/*
 * Puts a seat in a call on a terminal's connections: what the machine wants done is done here, and nowhere else.
 *
 *   signalling   the terminal's own connection: the machine's frames, and what is said (`talking.ts`)
 *   media        a connection of its own, under a key made for this call (`media.ts`)
 */

/** Octets that may wait in the terminal's socket before what is said waits: what the machine says goes first. Our choice. */
const UNSENT_OCTETS = 262_144
/** Milliseconds until a full socket is looked at again: nothing tells when it has drained. */
const DRAIN_MS = 10
/** Milliseconds that leaving waits for those who lack something. Our choice. */
const LEAVE_MS = 10_000
/** Milliseconds in which the host lets in who has answered. Our choice: a thousand at once take a few seconds. */
const ADMIT_MS = 30_000
/** A timer later than this was held up, and so was whatever the connection has brought meanwhile. Our choice. */
const ASLEEP_MS = 1_000
/** So long is taken to read that. Our choice. */
const CATCH_UP_MS = 1_000
/** Runs it. The seat is the call's own from now on. */
export function runCall(start: CallStart): RunningCall {
  const { id, seat, ports } = start
  const { connection, clock, asking, key } = ports
  const { self } = seat
  const box = mailbox<CallEvent>()
  const over = Promise.withResolvers<void>()
  const preparedAt = new Map<number, Ms>()
  const { load } = ports
  const keys: FrameKeys | undefined = load && { load, failed: (error: unknown) => failed(error) }
  const dataFrames = frames('data', self, keys)
  let handle: number | undefined
  /** What the machine says before this end is in the session. */
  let before: Extract<CallEffect, { do: 'send' }>[] | undefined = []
  let epoch: number | undefined
  let timer: () => void = () => undefined
  let wakesAt = Infinity
  let readsUntil = 0
  let cancelAdmission: () => void = () => undefined
  let isOver = false
  let leaving = false
  /** Nobody else has the key. */
  let isAlone = true

  const now = (): Ms => clock.now()
  const tell = (event: CallEvent): void => {
    if (!isOver) box.put(event)
  }

  const userAt = (index: number): string | undefined =>
    index === self ? start.self.user : people.known.get(index)?.user

  /** Volume is the host's to count: by it, too, the key hops. */
  const passed = (octets: number): void => {
    if (!isOver && seat.role === 'host') act(seat.passed(octets, now()))
  }

  const people = crowd({
    people: ports.people,
    clock,
    lapsed(user) {
      const ref = connection.nextRef()
      asking.done({ type: 'call.withdraw', ref, call: id, user }).catch(ignored)
    },
    isIn: (index) => seat.roster?.members.has(index) === true,
    tell,
  })
  const door = admission({
    ...ports,
    seat,
    crowd: people,
    act: (effects) => act(effects),
    refuse: (index, user, code) => refuse(index, user, code),
  })

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
      const user = await people.met(index)
      if (user === undefined || isOver) return false
      await box.deliver({ type: 'text', index, user, text })
      return true
    },
    async offer(index, incoming) {
      const user = await people.met(index)
      if (user === undefined || isOver) return false
      tell({ type: 'offer', index, user, incoming })
      return true
    },
  })

  const sound = sounding({
    self,
    keys,
    server: ports.server,
    key: start.mediaKey,
    session: start.media,
    clock,
    random: ports.random,
    openSocket: ports.openSocket,
    canSend: () => seat.sending() !== undefined,
    on: {
      opened: () => tell({ type: 'connection', of: 'media', state: 'back' }),
      lost: () => tell({ type: 'connection', of: 'media', state: 'lost' }),
      passed,
    },
  })

  /** Members that are told apart by now: the roster's own, which are others whenever one of them is another. */
  let audience: ReadonlyMap<number, unknown> = NOBODY

  const accepted = (keys: EpochKeys): void => {
    if (!preparedAt.has(keys.epoch)) preparedAt.set(keys.epoch, now())
    dataFrames.accept(keys)
    sound.accept(keys)
    talk.accepted(keys)
  }

  const switched = (
    keys: EpochKeys,
    reason: Extract<CallEffect, { do: 'switch' }>['reason'],
  ): void => {
    accepted(keys)
    sound.use(keys)
    dataFrames.use(keys)
    ;({ epoch } = keys)
    hosting.moved(epoch)
    door.switched()
    const tookMs = now() - (preparedAt.get(keys.epoch) ?? now())
    for (const one of preparedAt.keys()) if (one <= keys.epoch) preparedAt.delete(one)
    const members = seat.roster?.members ?? NOBODY
    tell({ type: 'hop', epoch: keys.epoch, reason, tookMs, members: members.size })
    if (members !== audience) {
      audience = members
      isAlone = members.size <= 1
      talk.audience(new Set([...members.keys()].filter((index) => index !== self)))
    }
    // what was on its way under the key before is unreadable where that is gone
    if (AT_ONCE.has(reason)) talk.again()
  }

  const act = (effects: readonly CallEffect[]): void => {
    for (const effect of lasting(effects)) {
      if (isOver) break
      perform(effect)
    }
    if (isOver) return
    people.review()
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
        door.sign(effect).catch(failed)
        return
      case 'agree':
        agree(effect).catch(failed)
        return
      case 'verified':
        people.verified(effect).catch(failed)
        return
      case 'data':
        return talk.heard(effect.from, effect.octets)
      case 'accept':
        return accepted(effect.keys)
      case 'switch':
        return switched(effect.keys, effect.reason)
      case 'forget':
        sound.forget(effect.epoch)
        dataFrames.forget(effect.epoch)
        return
      case 'left':
        // who is told of a file there still knows whose it was
        talk.left(effect.index)
        people.left(effect.index)
        if (seat.role === 'host' && !effect.lost) takeOut(effect.index)
        return
      case 'away':
      case 'back':
        people.moved(effect.index, effect.do === 'away' ? 'lost' : 'back')
        return effect.do === 'back' ? talk.again() : undefined
      case 'returning':
        return talk.doubt()
      case 'returned':
        tell({ type: 'returned' })
        return talk.again()
      case 'host':
        return hosted(effect)
      case 'rival':
        return tell({ type: 'rival', index: effect.index, user: userAt(effect.index) })
      case 'deaf':
        return tell({ type: 'deaf', deaf: effect.deaf })
      case 'refused':
        return refuse(effect.index, undefined, effect.code)
      case 'over':
        return finish(effect.code)
    }
  }

  const agree = async ({ share }: Extract<CallEffect, { do: 'agree' }>): Promise<void> => {
    const shared = await key.agree(share)
    act(seat.agreed(shared, now(), ports.trust()))
    shared?.wipe()
  }

  /** The KEY does not do its part: nothing goes on without it. */
  const failed = (error: unknown): void =>
    call.abort(error instanceof HufuError ? error : new HufuError('ERR_INTERNAL', String(error)))

  const refuse = (index: number, user: string | undefined, code: ErrorCode): void => {
    people.refused(index, user, code)
    if (seat.role === 'host') takeOut(index)
  }

  /** The server takes a member out of the sessions. If it does not, that member hears, and can read nothing. */
  const takeOut = (index: number): void => {
    const ref = connection.nextRef()
    asking.done({ type: 'call.remove', ref, call: id, index }).catch(ignored)
  }

  const hosted = ({ index, how, epoch: at }: Extract<CallEffect, { do: 'host' }>): void => {
    const user = userAt(index) ?? ''
    tell({ type: 'host', index, user, self: index === self, how })
    if (index !== self) people.withdrawn()
    hosting.hosts(index, at)
    talk.again()
  }
  const hosting = hostingOf({
    clock,
    self,
    isHost: seat.role === 'host',
    tell: (index, epoch) =>
      asking.done({ type: 'call.hosts', ref: connection.nextRef(), call: id, index, epoch }),
  })

  const arm = (): void => {
    const isBlocked = talk.open > 0 && connection.unsent >= UNSENT_OCTETS
    const next = Math.max(
      readsUntil,
      Math.min(seat.wakesAt(), talk.wakesAt(), isBlocked ? after(now(), DRAIN_MS) : Infinity),
    )
    if (next >= wakesAt) return
    const due = Math.max(next, now())
    timer()
    wakesAt = next
    timer = clock.wake(next as Ms, () => {
      wakesAt = Infinity
      if (isOver) return
      // it has slept: what has arrived is read before anybody is taken for silent
      if (now() - due > ASLEEP_MS) {
        readsUntil = after(now(), CATCH_UP_MS)
        return arm()
      }
      talk.tick()
      act(seat.tick(now()))
    })
  }

  const finish = (code: ErrorCode | undefined, reason = ''): void => {
    if (isOver) return
    const unacknowledged = talk.open
    const why = leaving ? undefined : code
    box.put({ type: 'closed', code: why, reason, unacknowledged, counts: sound.counts })
    isOver = true
    hosting.stop()
    box.end()
    people.close()
    door.close()
    timer()
    cancelAdmission()
    // whatever it would still say has nowhere to go: it is to forget its keys
    if (seat.at !== 'over') void (seat.role === 'host' ? seat.end() : seat.bye(now()))
    talk.close(leaving ? 'ERR_INTERRUPTED' : (code ?? 'ERR_CALL_ENDED'))
    dataFrames.close()
    sound.close()
    over.resolve()
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

  // a host that is gone before it has let this end in has nobody to follow it here
  if (seat.role !== 'host')
    cancelAdmission = clock.wake(after(now(), ADMIT_MS), () => {
      if (epoch === undefined) go('ERR_CALL_LOST', false)
    })

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
  const call: Call = callFace({
    start,
    crowd: people,
    sound,
    talk,
    events: box,
    epoch: () => epoch,
    hasHearers: () => !isOver && !isAlone,
    passed,
    hostOnly,
    act: (effects) => act(effects),
    settled,
    go,
  })

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
        if (seat.role === 'host') door.joining(message.index, message.bundle).catch(failed)
        return
      case 'call.declined':
        return people.declined(
          message.user,
          isErrorCode(message.code) ? message.code : 'ERR_CALL_NO_ANSWER',
        )
      case 'call.over':
        return finish(isErrorCode(message.code) ? message.code : 'ERR_CALL_ENDED', message.reason)
      default:
    }
  }

  people.ring(start.rung)
  const first = seat.sending()
  if (first !== undefined) {
    accepted(first)
    sound.use(first)
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

const NOBODY: ReadonlyMap<number, unknown> = new Map()
/** Reasons for which the key before is forgotten at once. */
const AT_ONCE: ReadonlySet<string> = new Set(['left', 'host', 'returned'])
type OfSession = Extract<FromServer, { type: `session.${string}` }>

function isOfSession(message: FromServer): message is OfSession {
  return message.type.startsWith('session.')
}

function ignored(): void {
  // the server may know better: what it does changes who hears, not who can read
}

/** Without the keys that are forgotten further on: by now they are wiped. */
function lasting(effects: readonly CallEffect[]): readonly CallEffect[] {
  const forgotten = new Set(effects.flatMap((one) => (one.do === 'forget' ? [one.epoch] : [])))
  if (forgotten.size === 0) return effects
  return effects.filter((one) => !('keys' in one && forgotten.has(one.keys.epoch)))
}
