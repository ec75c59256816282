import type { CallEffect } from '@hufu/protocol/call'
import { after, HufuError, type Ms } from '@hufu/protocol/wire'
import { mailbox } from '../talk/mailbox.ts'
import { admission } from './admission.ts'
import type { Call } from './call.ts'
import { crowd } from './crowd.ts'
import { endingOf, type Ending } from './ending.ts'
import { lasting } from './epochs.ts'
import type { CallEvent } from './events.ts'
import { exchangeOf } from './exchange.ts'
import { callFace } from './face.ts'
import { hostingOf } from './hosting.ts'
import { obeying, refusing } from './obeying.ts'
import { callSession } from './session.ts'
import type { CallStart, RunningCall } from './start.ts'
import { toldOf } from './told.ts'
import { waking } from './waking.ts'

/*
 * Puts a seat in a call on a terminal's connections: what the machine wants done is done here (`obeying.ts`), and nowhere
 * else.
 *
 *   signalling   the terminal's own connection: the machine's frames, and what is said (`session.ts`, `exchange.ts`)
 *   media        a connection of its own, under a key made for this call (`media.ts`)
 */

/** Milliseconds until a full socket is looked at again: nothing tells when it has drained. */
const DRAIN_MS = 10
/** Milliseconds in which the host lets in who has answered. Our choice: a thousand at once take a few seconds. */
const ADMIT_MS = 30_000

/** Runs it. The seat is the call's own from now on. */
export function runCall(start: CallStart): RunningCall {
  const { id, seat, ports } = start
  const { connection, clock, asking } = ports
  const { self } = seat
  const box = mailbox<CallEvent>()
  const session = callSession(connection)
  let cancelAdmission: () => void = () => undefined
  let isOver = false

  const now = (): Ms => clock.now()
  const tell = (event: CallEvent): void => {
    if (!isOver) box.put(event)
  }

  /** Volume is the host's to count: by it, too, the key hops. */
  const passed = (octets: number): void => {
    if (!isOver && seat.role === 'host') act(seat.passed(octets, now()))
  }

  const act = (effects: readonly CallEffect[]): void => {
    for (const effect of lasting(effects)) {
      if (isOver) break
      perform(effect)
    }
    if (isOver) return
    people.review()
    // which arms the timer too
    talk.pump()
  }

  /** The KEY does not do its part: nothing goes on without it. */
  const failed = (error: unknown): void =>
    call.abort(error instanceof HufuError ? error : new HufuError('ERR_INTERNAL', String(error)))

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
  const refuse = refusing(start, people)
  const door = admission({ ...ports, seat, crowd: people, act, refuse })

  const hosting = hostingOf({
    clock,
    self,
    isHost: seat.role === 'host',
    tell: (index, epoch) =>
      asking.done({ type: 'call.hosts', ref: connection.nextRef(), call: id, index, epoch }),
  })
  const exchange = exchangeOf({
    start,
    session,
    crowd: people,
    box,
    isOver: () => isOver,
    tell,
    perform: (effect) => perform(effect),
    passed,
    said: () => timer.arm(),
    moved(epoch) {
      hosting.moved(epoch)
      door.switched()
    },
    failed,
  })
  const { talk, sound, epochs } = exchange
  const finish: Ending['finish'] = (code, reason) => ending.finish(code, reason)
  const parts = { start, session, crowd: people, door, tell, act, failed, finish }
  const perform = obeying({ ...parts, epochs, talk, hosting, refuse })
  const told = toldOf(parts)
  const timer = waking({
    clock,
    next() {
      const drained = exchange.isBlocked ? after(now(), DRAIN_MS) : Infinity
      return Math.min(seat.wakesAt(), talk.wakesAt(), drained) as Ms
    },
    act() {
      talk.tick()
      act(seat.tick(now()))
    },
  })
  const ending = endingOf({
    start,
    box,
    talk,
    sound,
    frames: exchange.frames,
    perform,
    stop() {
      isOver = true
      hosting.stop()
      people.close()
      door.close()
      timer.stop()
      cancelAdmission()
    },
  })
  const call: Call = callFace({
    start,
    crowd: people,
    sound,
    talk,
    events: box,
    epoch: () => epochs.current,
    hasHearers: () => !isOver && !epochs.isAlone,
    passed,
    hostOnly: ending.hostOnly,
    act,
    settled: ending.settled,
    go: ending.go,
  })

  // a host that is gone before it has let this end in has nobody to follow it here
  if (seat.role !== 'host')
    cancelAdmission = clock.wake(after(now(), ADMIT_MS), () => {
      if (epochs.current === undefined) ending.go('ERR_CALL_LOST', false)
    })
  people.ring(start.rung)
  const first = seat.sending()
  if (first !== undefined) epochs.begin(first)

  return {
    call,
    over: ending.over,
    message(message) {
      if (!isOver) told(message)
    },
    data(under, sender, payload) {
      if (isOver || !session.has(under)) return
      act(seat.receive(sender, payload, now(), ports.trust()))
    },
    opened: () => void connection.send({ type: 'session.enter', session: start.signalling }),
    lost() {
      if (isOver || !session.lost()) return
      tell({ type: 'connection', of: 'signalling', state: 'lost' })
      act(seat.offline(now()))
    },
    closed: (error) => ending.finish(error.code),
  }
}

function ignored(): void {
  // the server stops ringing by itself
}
