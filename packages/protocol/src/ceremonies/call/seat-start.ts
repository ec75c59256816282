import type { Random, Secret, SigningKey } from '../../crypto/index.ts'
import type { HpkeDecapsulationKey } from '../../crypto/more.ts'
import type { Doubts } from '../../group/doubts.ts'
import type { GroupPolicy } from '../../group/policy.ts'
import type { ScheduleName } from '../../group/schedules.ts'
import type { CallContext } from '../../group/signed.ts'
import type { PublicKeys } from '../../identity/security-key.ts'
import type { Book } from './book.ts'
import type { Bundle } from './bundle.ts'
import type { Formers } from './formers.ts'
import type { Line } from './line.ts'
import type { Unrest } from './unrest.ts'

/** What a seat begins with. */
export interface SeatStart {
  readonly context: CallContext
  /** Index in the call's sessions, as the server has told. The initiator's is 0. */
  readonly self: number
  /** Index of the host, as the server has told one who joins: nobody else's welcome is looked at. */
  readonly host?: number
  /** Its own S1, as it was sent. An initiator's: user and host are the same, and R1 is what everybody was rung with. */
  readonly bundle: Bundle
  /** Of its KEY. */
  readonly publicKeys: PublicKeys
  readonly keyId: Uint8Array
  /** Its per-call Ed25519 key. */
  readonly key: SigningKey
  /** Its per-call X-Wing key. */
  readonly sealing: HpkeDecapsulationKey
  readonly random: Random
  /** S1s of others that it keeps, to show to those who join should it become the host. By default 128. */
  readonly keeps?: number
  /** Makes a call's secret, 32 octets: the KEY does it where it can (A10). */
  readonly makeSecret: () => Secret
}

/** What the initiator chooses besides (A16, A17): in S2, so that all go by it. */
export interface SeatChoice {
  readonly schedule: ScheduleName
  readonly policy: GroupPolicy
}

/** What a seat has in either role. */
export interface SeatParts extends SeatStart {
  readonly line: Line
  readonly book: Book
  /** Those whose connections are gone, as the server says: only a hint. */
  readonly absent: Set<number>
  /** The last rosters of those who hosted before, as this end knows them. */
  readonly formers: Formers
  readonly unrest: Unrest
  /** Claims to the call, also those from before it was host, or member. */
  readonly doubts: Doubts
}
