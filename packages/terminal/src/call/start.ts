import type { CallSeat, CallTrust } from '@hufu/protocol/call'
import type { Random, SigningKey } from '@hufu/protocol/crypto'
import type { LoadKey } from '@hufu/protocol/group'
import type { SecurityKey } from '@hufu/protocol/identity'
import type { HufuError } from '@hufu/protocol/wire'
import type { Clock } from '../clock.ts'
import type { Connection } from '../connection/connection.ts'
import type { FromServer } from '../connection/messages.ts'
import type { OpenSocket, ServerAddress } from '../connection/socket.ts'
import type { Asking } from './asking.ts'
import type { Call } from './call.ts'
import type { CallIdentity } from './events.ts'
import type { People } from './people.ts'

/** What a call runs on. */
export interface CallStart {
  readonly id: Uint8Array
  readonly seat: CallSeat
  /** Sessions at the server. */
  readonly signalling: Uint8Array
  readonly media: Uint8Array
  readonly mediaKey: SigningKey
  /** What those whom this end has rung are shown: its R1 of this call. */
  readonly r1: Uint8Array
  readonly self: CallIdentity
  /** Users who are rung already. */
  readonly rung: readonly string[]
  readonly ports: CallPorts
}

/** The outside world of a call. */
export interface CallPorts {
  readonly server: ServerAddress
  readonly clock: Clock
  readonly random: Random
  readonly openSocket: OpenSocket
  readonly connection: Connection
  readonly asking: Asking
  readonly key: SecurityKey
  /** Where frames' keys lie, if not here. */
  readonly load?: LoadKey
  readonly people: People
  readonly trust: () => CallTrust
  /** Whether a user who comes with another key than before is taken for the same. */
  readonly acceptsChanged: (who: CallIdentity) => Promise<boolean>
}

/** A call, and what its terminal hears for it. */
export interface RunningCall {
  readonly call: Call
  /** What the server says that concerns calls or sessions; others' are ignored. */
  message(message: FromServer): void
  data(handle: number, from: number, payload: Uint8Array): void
  opened(): void
  lost(): void
  closed(error: HufuError): void
  /** Resolves when it is over. */
  readonly over: Promise<void>
}
