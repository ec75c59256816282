import type { Random, Secret } from '../crypto/index.ts'
import type { Ms } from '../wire/units.ts'
import type { Doubts } from './doubts.ts'
import type { GroupEffect } from './effects.ts'
import type { Held } from './held.ts'
import type { HostMessage } from './messages.ts'
import type { GroupPolicy } from './policy.ts'
import type { Roster } from './roster.ts'
import type { ScheduleName } from './schedules.ts'
import type { EpochKeys } from './secrets.ts'
import type { CallContext } from './signed.ts'

/** What a member begins with. */
export interface MemberStart {
  readonly context: CallContext
  readonly self: number
  /** As the host has signed it, this member in it. */
  readonly roster: Roster
  readonly schedule: ScheduleName
  readonly policy: GroupPolicy
  readonly random: Random
  readonly doubts: Doubts
  readonly begins: BroughtIn | Demoted
}

/** What a host has sealed to this member alone: it has verified the host, and opened it. */
export interface BroughtIn {
  readonly secret: Secret
  readonly pairwise: Secret
  readonly epoch: number
  readonly commitment: Uint8Array
  /** Of the go of that epoch, 32 octets. */
  readonly lock: Uint8Array
  /** The nonce that this member came with. */
  readonly nonce: Uint8Array
}

/** One who has been host itself, and has signed that another follows it. */
export interface Demoted {
  readonly held: Held
  readonly to: number
}

/** Why a member cannot go on. */
export type MemberTrouble =
  /** It lacks more than one step: it has to be brought in again. */
  | 'behind'
  /** Its host has signed two entries for the same place, or keys that do not come out as it committed to. */
  | 'fork'
  /** The host has taken it out. */
  | 'removed'

/** A member's part of a group. All times are on one monotonic clock. */
export interface MemberGroup {
  readonly roster: Roster
  readonly trouble: MemberTrouble | undefined
  /** It has nothing to go on with by itself, whoever claims the group. */
  readonly isStuck: boolean
  /** Who is to bring it in again; undefined if nobody needs to. */
  readonly returnsTo: number | undefined
  /** What to seal under; undefined before the first go, while no beat is heard, and while it is behind. */
  sending(): EpochKeys | undefined
  /** What came from a host, by the relay's stamp. What `from` has not signed changes nothing. */
  receive(from: number, message: HostMessage, now: Ms): readonly GroupEffect[]
  /** The host has signed that `to` follows it. */
  handedTo(to: number, now: Ms): readonly GroupEffect[]
  /** True if `roster` may be this member's: by its host, or by one who has a right to host. */
  mayAdopt(roster: Roster, now: Ms): boolean
  /** It is brought in again: verified, and opened. */
  adopt(roster: Roster, what: BroughtIn, now: Ms): readonly GroupEffect[]
  /** What its own host has signed, and this member has missed: it still has to be brought in. */
  learn(roster: Roster): void
  /** Messages are lost: it has to be brought in again. `sequence`: its host has signed an entry of that place. */
  fallBehind(sequence?: number): void
  tick(now: Ms): readonly GroupEffect[]
  wakesAt(): Ms
  /** True if it knows of the group all that a host has to. */
  readonly mayHost: boolean
  /** Once it is deaf: when it is to take the group over; `absent`: those who are not there. */
  takesOverAt(absent: ReadonlySet<number>): Ms
  /** Who has claimed to be host for long, and has not brought this member in. */
  idle(now: Ms): readonly number[]
  /** Gives up being a member: its keys are whose it hands them to. Undefined if it has had none in use. */
  release(now: Ms): Held | undefined
  /** The highest epoch that it knows of. */
  readonly latest: number
  /** Signed messages that were not: somebody in between, or a member, makes them up. */
  readonly forged: number
  close(): void
}
