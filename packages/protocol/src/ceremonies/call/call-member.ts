import type { Secret } from '../../crypto/index.ts'
import type { Held } from '../../group/held.ts'
import type { MemberGroup } from '../../group/member-group.ts'
import type { Roster } from '../../group/roster.ts'
import type { MessageOf } from '../../wire/schema.ts'
import type { Ms } from '../../wire/units.ts'
import type { CallEffect } from './effects.ts'
import type { CallTrust } from './proofs.ts'
import type { SeatChoice, SeatParts } from './seat-start.ts'
import type { CallTalk, HandOver } from './talk.ts'

/** What a member begins with; `was`: one that has been host itself. */
export interface CallMemberStart extends SeatParts {
  readonly was?: SeatChoice & Was
}

/** What a host has when it is one no longer: the roster and the keys, and what it has said. */
export interface Was {
  readonly roster: Roster
  readonly held: Held
  readonly said: MessageOf<typeof HandOver>
}

/** A member's part of a call. */
export interface CallMember {
  readonly at: 'waiting' | 'opening' | 'in' | 'away' | 'over'
  readonly roster: Roster | undefined
  readonly group: MemberGroup | undefined
  readonly choice: SeatChoice | undefined
  /** A message of the signalling session; `from` is the relay's stamp. */
  hear(from: number, message: CallTalk, now: Ms, trust: CallTrust): readonly CallEffect[]
  /** What the KEY agreed on, 32 octets, which is the caller's to wipe; undefined if it did not. */
  agreed(shared: Secret | undefined, now: Ms, trust: CallTrust): readonly CallEffect[]
  /** Its own connection is gone, or back: it has to be brought in again. */
  offline(): void
  online(now: Ms): readonly CallEffect[]
  tick(now: Ms): readonly CallEffect[]
  wakesAt(): Ms
  /** By what right this end is to host the call now, if it is. */
  turn(now: Ms): 'handed' | 'taken' | undefined
  /** Gives up being a member, for being host. */
  release(now: Ms): Released
  /** Leaves. */
  bye(): readonly CallEffect[]
}

/** What one who takes a call over has of it. */
export interface Released extends SeatChoice {
  readonly roster: Roster
  readonly held: Held
  readonly firstEpoch: number
  /** Who has claimed it before, and brought nobody in. */
  readonly idle: readonly number[]
}
