import type { CallEffect } from '@hufu/protocol/call'
import { after, HufuError, type ErrorCode } from '@hufu/protocol/wire'
import type { Mailbox } from '../talk/mailbox.ts'
import type { CallEvent } from './events.ts'
import type { Frames } from './frames.ts'
import type { Sounding } from './sounding.ts'
import type { CallStart } from './start.ts'
import type { Talking } from './talking.ts'

/** How a call ends for this terminal. */
export interface Ending {
  readonly isOver: boolean
  /** Resolves when it is. */
  readonly over: Promise<void>
  /** It is over, whoever has ended it: nothing more is said. `reason`: an operator's words. */
  finish(code: ErrorCode | undefined, reason?: string): void
  /** Goes, and tells the server: of the end, if nobody is left to host it. */
  go(code: ErrorCode | undefined, forAll: boolean): void
  /** Resolves when all have what was said here, or it is no use to wait. */
  settled(): Promise<void>
  /** Throws `ERR_CALL_HOST`, or `ERR_CALL_UNKNOWN` once it is over. */
  hostOnly(): void
}

export interface EndingPorts {
  readonly start: CallStart
  readonly box: Mailbox<CallEvent>
  readonly talk: Talking
  readonly sound: Sounding
  /** What is said is sealed in these. */
  readonly frames: Frames
  readonly perform: (effect: CallEffect) => void
  /** Whatever else runs for the call stops. */
  readonly stop: () => void
}

/** Milliseconds that leaving waits for those who lack something. Our choice. */
const LEAVE_MS = 10_000

export function endingOf(ports: EndingPorts): Ending {
  const { start, box, talk, sound, frames, perform, stop } = ports
  const { id, seat } = start
  const { clock, connection } = start.ports
  const over = Promise.withResolvers<void>()
  let isOver = false
  let leaving = false

  const finish = (code: ErrorCode | undefined, reason = ''): void => {
    if (isOver) return
    const unacknowledged = talk.open
    const why = leaving ? undefined : code
    box.put({ type: 'closed', code: why, reason, unacknowledged, counts: sound.counts })
    isOver = true
    box.end()
    stop()
    // whatever it would still say has nowhere to go: it is to forget its keys
    if (seat.at !== 'over') void (seat.role === 'host' ? seat.end() : seat.bye(clock.now()))
    talk.close(leaving ? 'ERR_INTERRUPTED' : (code ?? 'ERR_CALL_ENDED'))
    frames.close()
    sound.close()
    over.resolve()
  }

  return {
    get isOver() {
      return isOver
    },
    over: over.promise,
    finish,
    go(code, forAll) {
      if (isOver) return
      leaving = code === undefined
      talk.thank()
      const isAlone = (seat.roster?.members.size ?? 1) <= 1
      const ends = forAll || (seat.role === 'host' && isAlone)
      const effects = ends ? seat.end() : seat.bye(clock.now())
      for (const effect of effects) if (effect.do !== 'over') perform(effect)
      if (ends) connection.send({ type: 'call.end', ref: connection.nextRef(), call: id })
      else connection.send({ type: 'call.leave', call: id })
      finish(code)
    },
    async settled() {
      const patience = Promise.withResolvers<void>()
      const cancel = clock.wake(after(clock.now(), LEAVE_MS), patience.resolve)
      await Promise.race([talk.settled(), patience.promise, over.promise])
      cancel()
    },
    hostOnly() {
      if (isOver || seat.role !== 'host')
        throw new HufuError(isOver ? 'ERR_CALL_UNKNOWN' : 'ERR_CALL_HOST')
    },
  }
}
