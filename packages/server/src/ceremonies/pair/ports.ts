import type { Random } from '@hufu/protocol/crypto'
import type { ErrorCode } from '@hufu/protocol/wire'
import type { Clock } from '../../clock.ts'
import type { Config } from '../../config.ts'
import type { Bus } from '../../relay/bus.ts'
import type { Connection } from '../../relay/connection.ts'
import type { Presence } from '../../relay/presence.ts'
import type { Sessions } from '../../relay/sessions.ts'
import type { KeyedStore } from '../../store/store.ts'

/** What the ceremony needs of the house. */
export interface PairPorts {
  readonly config: Config
  readonly clock: Clock
  readonly random: Random
  readonly bus: Bus
  readonly presence: Presence
  readonly sessions: Sessions
  readonly store: KeyedStore
  /** An attempt ended: `stood`, or why not. `times` of one that stood and needed nobody to answer it. */
  readonly ended: (outcome: 'stood' | ErrorCode, times?: PairingTimes) => void
  /** Somebody was throttled. */
  readonly throttled: () => void
  /** Something failed that concerns no terminal's message. */
  readonly failed: (error: unknown) => void
}

/** How long the parts of a pairing took, in milliseconds, as its server saw it. */
export interface PairingTimes {
  /** From the request to its answer. */
  readonly answerMs: number
  /** From the answer to the verdict. */
  readonly verdictMs: number
}

/** Says no to what the terminal numbered `ref`. */
export function refuse(connection: Connection, ref: number, code: ErrorCode): void {
  connection.send({ type: 'refused', ref, code })
}
