import {
  isByPerson,
  openersOf,
  type Attempt,
  type AttemptEffect,
  type Confirm,
  type Ringing,
} from '@hufu/protocol/pair'
import type { ErrorCode, MessageOf, Ms } from '@hufu/protocol/wire'
import { pairLimits } from '../../config.ts'
import type { Unsubscribe } from '../../relay/bus.ts'
import type { Connection } from '../../relay/connection.ts'
import { createSession, surplusSessions } from '../../store/sessions.ts'
import type { Target } from './guesses.ts'
import { PAIR_ROOM, forOpener } from './nodes.ts'
import type { PairPorts } from './ports.ts'
import type { StandIn } from './standins.ts'

/** The requester's index in the session that comes of an attempt, and the opener's. */
const REQUESTER = 0
export const OPENER = 1

/** One attempt, with all that is known around it. */
export interface Live {
  readonly pairing: Uint8Array
  readonly target: Target
  readonly ref: number
  readonly requester: Connection
  /** The terminals to ring, none if nobody is there; then the one that has answered. */
  openers: Ringing
  /** Who stands in for them, once the requester has been answered and nobody is there. */
  standIn: StandIn | undefined
  /** What to take back if it was no guess. */
  readonly guesses: readonly Uint8Array[]
  /** The id of the session that may come of it. */
  readonly session: Uint8Array
  readonly requestedAt: Ms
  /** When the answer left, and the verdict. */
  answeredAt: Ms | undefined
  decidedAt: Ms | undefined
  attempt: Attempt
  /** Opening takes a moment; what comes after waits for it. */
  opening: Promise<void> | undefined
  /** Cancels what the machine waits for, and an answer that is ready to leave. */
  sleep: (() => void) | undefined
  leave: (() => void) | undefined
  stop: Unsubscribe | undefined
}

/** How an attempt ended for its opener. */
export interface OpenerOutcome {
  readonly code?: ErrorCode
  readonly session?: Uint8Array
  readonly confirm?: Pick<MessageOf<typeof Confirm>, 'tag' | 'opening'>
}

/** What attempts do to those around them. */
export interface Acts {
  /** Rings the opener's terminals, wherever they are connected. */
  ring(one: Live): void
  /** Tells those terminals: if not others, all that are the opener now. */
  tellOpener(one: Live, outcome: OpenerOutcome, terminals?: readonly Uint8Array[]): void
  /** Makes the session, tells both, and brings both in: the requester, and the opener or who stands in for it. */
  open(one: Live, effect: Extract<AttemptEffect, { do: 'open' }>): Promise<void>
  /** Ends the session that {@link open} made, and tells the requester why. */
  end(one: Live, code: ErrorCode): Promise<void>
}

/** The acts of this node's attempts. */
export function actsOf(ports: PairPorts): Acts {
  const { clock, config, presence, sessions, store } = ports
  const limits = pairLimits(config)

  const tellOpener = (
    one: Live,
    outcome: OpenerOutcome,
    terminals = openersOf(one.openers),
  ): void => {
    const { code = null, session = null, confirm = null } = outcome
    const message = { type: 'outcome', pairing: one.pairing, session, confirm, code } as const
    for (const each of terminals) presence.tell(each, PAIR_ROOM, forOpener.encode(message))
  }

  /** The sessions that are too many for one of the members, now that there is this one. */
  const make = (
    session: Uint8Array,
    members: readonly Uint8Array[],
  ): Promise<readonly Uint8Array[]> =>
    store.write('soon', async (db) => {
      await createSession(db, session, members, clock.wall())
      const surplus = []
      for (const terminal of members)
        surplus.push(...(await surplusSessions(db, terminal, config.sessionsPerTerminal)))
      return surplus
    })

  return {
    ring(one) {
      const { attempt, openers, pairing, target } = one
      if (attempt.at === 'over') return
      const { sid, share, associated } = attempt.request
      const answerMs = isByPerson(target.kind) ? limits.answerByNameMs : limits.answerMs
      const spans = { answerMs, confirmMs: limits.confirmMs }
      const ring = { type: 'ring', ...target, pairing, sid, share, associated, ...spans } as const
      for (const each of openersOf(openers)) presence.tell(each, PAIR_ROOM, forOpener.encode(ring))
    },
    tellOpener,
    async open(one, effect) {
      const { pairing, requester, session, standIn } = one
      // a session with nobody is made, written and entered like any other, or the times would tell
      const opener = standIn?.terminal ?? openersOf(one.openers)[0]!
      const surplus = await make(session, [requester.terminal, opener])
      requester.send({ type: 'pair.verdict', pairing, session, confirm: null, code: null })
      one.decidedAt = clock.now()
      sessions.admit(requester, session, REQUESTER)
      await nextTurn()
      tellOpener(one, { session, confirm: effect.confirm }, [opener])
      for (const id of surplus) await sessions.end(id, 'ERR_SESSION_UNKNOWN', null)
    },
    async end(one, code) {
      await one.opening
      try {
        await sessions.end(one.session, code, REQUESTER)
        await nextTurn()
      } finally {
        one.standIn?.leave()
      }
    },
  }
}

/** What was sent in this turn of the loop has left when this resolves. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
