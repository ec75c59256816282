import assert from 'node:assert/strict'
import { Secret } from '../crypto/index.ts'
import type { SessionRole } from '../session/epoch.ts'
import {
  startSession,
  type Session,
  type SessionEvent,
  type SessionStart,
} from '../session/session.ts'
import { at } from './clock.testing.ts'
import { atOnce } from './records.testing.ts'

/** Two sessions over one root, the wire between them, and a clock that only the test turns. */
export interface SessionPair {
  /** The initiator's and the responder's. */
  readonly sessions: readonly [Session, Session]
  readonly events: readonly [SessionEvent[], SessionEvent[]]
  readonly taken: readonly [Uint8Array[], Uint8Array[]]
  readonly now: number
  connect(): void
  disconnect(): void
  /** Turns the clock for `forMs` milliseconds; `pass` gives what reaches the other instead of a record. */
  run(forMs: number, options?: SessionRun): void
}

export interface SessionRun {
  readonly pass?: (from: 0 | 1, record: Uint8Array) => readonly Uint8Array[]
  readonly takes?: (end: 0 | 1) => boolean
}

/** Milliseconds in which the other's first record must come, in {@link sessionPair}. */
export const STAND_BY_MS = 5_000

const ENDS = [0, 1] as const
const MAX_TURNS = 100_000

/** A pair of fresh sessions, not connected yet; `options` differ from the defaults. */
export function sessionPair(
  options: (end: 0 | 1) => Partial<SessionStart> = () => ({}),
): SessionPair {
  const sessions = [start('initiator', options(0)), start('responder', options(1))] as const
  const events: [SessionEvent[], SessionEvent[]] = [[], []]
  const taken: [Uint8Array[], Uint8Array[]] = [[], []]
  let now = 0

  const exchange = ({ pass, takes }: SessionRun): boolean => {
    let busy = false
    for (const from of ENDS) {
      const other = sessions[from === 0 ? 1 : 0]
      for (;;) {
        const record = sessions[from].poll(at(now))
        if (record === undefined) break
        busy = true
        const sent = atOnce(record)
        for (const arriving of pass?.(from, sent) ?? [sent]) other.receive(arriving, at(now))
      }
    }
    for (const end of ENDS) {
      events[end].push(...sessions[end].events())
      if (takes?.(end) === false) continue
      for (let got = sessions[end].take(); got !== undefined; got = sessions[end].take()) {
        taken[end].push(got)
        sessions[end].taken(at(now))
        busy = true
      }
    }
    return busy
  }

  return {
    sessions,
    events,
    taken,
    get now() {
      return now
    },
    connect: () => sessions.forEach((session) => session.present(at(now))),
    disconnect: () => sessions.forEach((session) => session.absent()),
    run(forMs, options = {}) {
      const until = now + forMs
      for (let turn = 0; turn < MAX_TURNS; turn += 1) {
        if (exchange(options)) continue
        const wakes = sessions
          .map((session) => session.wakeAt())
          .filter((wake) => wake !== undefined)
        const next = Math.min(...wakes)
        if (next > until) {
          now = until
          return
        }
        assert.ok(next > now, 'a session asked to be woken although it has nothing to do')
        now = next
      }
      assert.fail('the sessions never came to rest')
    },
  }
}

function start(role: SessionRole, options: Partial<SessionStart>): Session {
  return startSession({
    ...options,
    root: new Secret(new Uint8Array(64).fill(1)),
    role,
    transcriptHash: new Uint8Array(32).fill(2),
    standBy: at(STAND_BY_MS),
  })
}
