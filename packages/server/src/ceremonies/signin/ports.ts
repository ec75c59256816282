import type { Random } from '@hufu/protocol/crypto'
import type { Place, signinFromTerminal } from '@hufu/protocol/signin'
import type { ErrorCode, MessageOf } from '@hufu/protocol/wire'
import type { Audit } from '../../audit/audit.ts'
import type { Authority } from '../../authority/authority.ts'
import type { Clock } from '../../clock.ts'
import type { Config } from '../../config.ts'
import type { Connection } from '../../relay/connection.ts'
import type { Presence } from '../../relay/presence.ts'
import type { Ending } from '../../store/endings.ts'
import type { KeyedStore } from '../../store/store.ts'
import type { Vault } from '../../vault/vault.ts'

/** What the ceremony needs of the house. */
export interface SigninPorts {
  readonly config: Config
  readonly clock: Clock
  readonly random: Random
  readonly presence: Presence
  readonly store: KeyedStore
  readonly vault: Vault
  readonly audit: Pick<Audit, 'record'>
  readonly authority: Authority
  /** The user is signed in at this terminal no longer: nothing rings there for them. */
  readonly left: (connection: Connection, user: string) => void
  /** Sign-ins are over, by whomever. To be followed wherever they were good for something. */
  readonly ended: (endings: readonly Ending[]) => void
  /** Somebody was throttled. */
  readonly throttled: () => void
  /** Something failed that concerns no terminal's message. */
  readonly failed: (error: unknown) => void
}

/** What a terminal may say in this ceremony. */
export type SigninMessage = MessageOf<(typeof signinFromTerminal)[number]>

/** Says no to what the terminal numbered `ref`. */
export function refuse(connection: Connection, ref: number, code: ErrorCode): void {
  connection.send({ type: 'refused', ref, code })
}

/** Where a terminal is, as both ends know it. */
export function placeOf(ports: SigninPorts, { serverName, terminal }: Connection): Place {
  return { serverName, serverId: ports.store.serverId, terminal }
}
