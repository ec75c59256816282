import type { CallEffect } from '@hufu/protocol/call'
import type { Mailbox } from '../talk/mailbox.ts'
import type { Crowd } from './crowd.ts'
import { epochsOf, type Epochs } from './epochs.ts'
import type { CallEvent } from './events.ts'
import { frames, type FrameKeys, type Frames } from './frames.ts'
import type { CallSession } from './session.ts'
import { sounding, type Sounding } from './sounding.ts'
import type { CallStart } from './start.ts'
import { talking, type Talking } from './talking.ts'

/** What this end and the others exchange: media, and what is said, under the call's keys. */
export interface Exchange {
  readonly talk: Talking
  readonly sound: Sounding
  /** What is said is sealed in these. */
  readonly frames: Frames
  readonly epochs: Epochs
  /** What is said waits, as the terminal's socket is full. */
  readonly isBlocked: boolean
}

export interface ExchangePorts {
  readonly start: CallStart
  readonly session: CallSession
  readonly crowd: Crowd
  readonly box: Mailbox<CallEvent>
  readonly isOver: () => boolean
  readonly tell: (event: CallEvent) => void
  readonly perform: (effect: CallEffect) => void
  /** Frames of media of so many octets were sent or received. */
  readonly passed: (octets: number) => void
  /** Something was said, or waits. */
  readonly said: () => void
  /** A key has come into use. */
  readonly moved: (epoch: number) => void
  /** The KEY does not do its part. */
  readonly failed: (error: unknown) => void
}

/** Octets that may wait in the terminal's socket before what is said waits: what the machine says goes first. Our choice. */
const UNSENT_OCTETS = 262_144

export function exchangeOf(ports: ExchangePorts): Exchange {
  const { start, session, crowd, box, isOver, tell, perform, passed, said, moved, failed } = ports
  const { seat } = start
  const { clock, connection, load, openSocket, random, server } = start.ports
  const { self } = seat
  const keys: FrameKeys | undefined = load && { load, failed }
  const own = frames('data', self, keys)
  const isFull = (): boolean => connection.unsent >= UNSENT_OCTETS

  /** What a member says is shown once it is known whose it is; undefined if it has left by then. */
  const from = async (index: number): Promise<string | undefined> => {
    const user = await crowd.met(index)
    return isOver() ? undefined : user
  }

  const talk = talking({
    clock,
    frames: own,
    canSend: () => session.isIn && seat.sending() !== undefined && !isFull(),
    send(to, sealed) {
      // one by one: all that the call does after its machine's effects would begin to send anew
      for (const effect of seat.data(sealed, to)) perform(effect)
      if (seat.role === 'host')
        for (const effect of seat.passed(sealed.length, clock.now())) perform(effect)
    },
    sent: said,
    async text(index, text) {
      const user = await from(index)
      if (user !== undefined) await box.deliver({ type: 'text', index, user, text })
      return user !== undefined
    },
    async offer(index, incoming) {
      const user = await from(index)
      if (user !== undefined) tell({ type: 'offer', index, user, incoming })
      return user !== undefined
    },
  })

  const sound = sounding({
    self,
    keys,
    server,
    key: start.mediaKey,
    session: start.media,
    clock,
    random,
    openSocket,
    canSend: () => seat.sending() !== undefined,
    on: {
      opened: () => tell({ type: 'connection', of: 'media', state: 'back' }),
      lost: () => tell({ type: 'connection', of: 'media', state: 'lost' }),
      passed,
    },
  })

  const epochs = epochsOf({
    self,
    now: () => clock.now(),
    roster: () => seat.roster,
    frames: own,
    sound,
    talk,
    tell,
    moved,
  })

  return {
    talk,
    sound,
    frames: own,
    epochs,
    get isBlocked() {
      return talk.open > 0 && isFull()
    },
  }
}
