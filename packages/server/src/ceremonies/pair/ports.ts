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
  /** An attempt ended: `stood`, or why not. */
  readonly ended: (outcome: 'stood' | ErrorCode) => void
  /** Somebody was throttled. */
  readonly throttled: () => void
  /** Something failed that concerns no terminal's message. */
  readonly failed: (error: unknown) => void
}

/** Says no to what the terminal numbered `ref`. */
export function refuse(connection: Connection, ref: number, code: ErrorCode): void {
  connection.send({ type: 'refused', ref, code })
}
