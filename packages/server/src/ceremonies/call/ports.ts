import type { Random } from '@hufu/protocol/crypto'
import { callFromServer, type CallFromServer } from '@hufu/protocol/call'
import { codec, type Codec, type ErrorCode } from '@hufu/protocol/wire'
import type { Audit } from '../../audit/audit.ts'
import type { Authority } from '../../authority/authority.ts'
import type { Clock } from '../../clock.ts'
import type { Config } from '../../config.ts'
import type { CallCounts } from '../../counts.ts'
import type { Connection } from '../../relay/connection.ts'
import type { Presence } from '../../relay/presence.ts'
import type { Sessions } from '../../relay/sessions.ts'
import type { KeyedStore } from '../../store/store.ts'

/** What the ceremony needs of the house. */
export interface CallPorts {
  readonly config: Config
  readonly clock: Clock
  readonly random: Random
  readonly presence: Presence
  readonly sessions: Sessions
  readonly store: KeyedStore
  readonly audit: Pick<Audit, 'record'>
  readonly authority: Pick<Authority, 'trust'>
  readonly counts: CallCounts
  /** Whether this terminal wants to be rung for that user: it has said so, and the user is signed in there. */
  readonly attends: (connection: Connection, user: string) => boolean
  /** Something failed that concerns no terminal's message. */
  readonly failed: (error: unknown) => void
}

/** The name of this room on the subjects of terminals. */
export const CALL_ROOM = 'call'

/** What a node has another say to a terminal that is connected there. */
export const forTerminal: Codec<CallFromServer> = codec(callFromServer)

/** Tells a terminal, wherever it is connected. */
export function tell(ports: CallPorts, terminal: Uint8Array, message: CallFromServer): void {
  ports.presence.tell(terminal, CALL_ROOM, forTerminal.encode(message))
}

/** Says no to what the terminal numbered `ref`. */
export function refuse(connection: Connection, ref: number, code: ErrorCode): void {
  connection.send({ type: 'refused', ref, code })
}
