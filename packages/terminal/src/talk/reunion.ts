import type { Random } from '@hufu/protocol/crypto'
import { after } from '@hufu/protocol/wire'
import type { Clock } from '../clock.ts'
import type { Connection } from '../connection/connection.ts'
import type { FromServer } from '../connection/messages.ts'
import {
  answerAttempt,
  requestAttempt,
  type Agreement,
  type Attempt,
  type AttemptPorts,
} from '../pairing/attempt.ts'
import { meetingChannel, resumeKnowledge, type Acquaintance } from '../pairing/via.ts'

/*
 * How the two ends of a talk come to a new session: one has lost its keys and rings at the meeting, where the other
 * stays; or the keys could not be moved, and both try.
 */

export interface Reunion {
  /** Waits where the other would come if it lost its keys. Once for every connection and every session. */
  stay(): void
  /** The keys could not be moved, though the other is there: both make a new session by what they know each other by. */
  seek(): void
  /** What the server says. */
  message(message: FromServer): void
  /** The connection is lost, and with it the attempt under way. */
  lost(): void
  /** The talk is over. */
  stop(): void
}

export interface ReunionPorts {
  readonly clock: Clock
  readonly random: Random
  readonly connection: Connection
  /** The next number for a request of this terminal's. */
  readonly nextRef: () => number
  /** What the two know each other by, now. */
  readonly acquaintance: Acquaintance
  /** Whether there is no session at present. */
  readonly isSought: () => boolean
  readonly agreed: (agreement: Agreement) => void
}

/** Milliseconds until another try at a new session; up to twice as long, by chance. Our choice. */
const RETRY_MS = 3_000

/** No attempt yet. */
export function startReunion(ports: ReunionPorts): Reunion {
  const { clock, connection, acquaintance } = ports
  let stayRef = -1
  let attempt: Attempt | undefined
  let cancelRetry: () => void = () => undefined

  const attemptPorts: AttemptPorts = {
    clock,
    random: ports.random,
    send: (message) => void connection.send(message),
    terminal: connection.terminal,
    agreed(agreement) {
      attempt = undefined
      ports.agreed(agreement)
    },
    failed() {
      attempt = undefined
      if (!ports.isSought()) return
      // Not at the same moment as the other, if both try.
      const [part] = ports.random(1)
      cancelRetry = clock.wake(after(clock.now(), RETRY_MS * (1 + part! / 256)), seek)
    },
  }

  const seek = (): void => {
    if (attempt !== undefined || !ports.isSought()) return
    const channel = meetingChannel(acquaintance.meeting, connection.serverId)
    const knowledge = resumeKnowledge(acquaintance.secrets)
    const request = { channel, knowledge, name: '' }
    attempt = requestAttempt(attemptPorts, ports.nextRef(), request, () => undefined)
  }

  /** The other has come back without its keys. */
  const rung = (ring: Extract<FromServer, { type: 'pair.ring' }>): void => {
    attempt?.stop()
    const channel = meetingChannel(acquaintance.meeting, connection.serverId)
    const answering = answerAttempt(attemptPorts, ring, channel)
    if (answering.over.aborted) return
    attempt = answering
    answering.answer(resumeKnowledge(acquaintance.secrets))
  }

  return {
    stay() {
      stayRef = ports.nextRef()
      const { meeting } = acquaintance
      connection.send({ type: 'pair.meet', ref: stayRef, meeting, stay: true })
    },
    seek,
    message(message) {
      if (message.type !== 'pair.ring') attempt?.message(message)
      else if (message.ref === stayRef) rung(message)
    },
    lost() {
      attempt?.stop()
      attempt = undefined
    },
    stop() {
      cancelRetry()
      attempt?.stop()
    },
  }
}
