import type { Held } from '../../group/held.ts'
import type { HostGroup } from '../../group/host-group.ts'
import type { Roster } from '../../group/roster.ts'
import type { Ms } from '../../wire/units.ts'
import type { Bundle } from './bundle.ts'
import type { Was } from './call-member.ts'
import type { CallEffect } from './effects.ts'
import type { CallTrust } from './proofs.ts'
import type { SeatChoice, SeatParts } from './seat-start.ts'
import type { CallTalk } from './talk.ts'

/** What a host begins with. */
export interface CallHostStart extends SeatParts, SeatChoice {
  /** Of one who takes a call over: the roster before, what it held, and by what right. */
  readonly takes?: TakenOver
}

/** What a member has of a call that it takes over. */
export interface TakenOver {
  readonly roster: Roster
  readonly held: Held
  readonly firstEpoch: number
  readonly how: 'handed' | 'taken'
  readonly idle: readonly number[]
}

/** A host's part of a call. */
export interface CallHost {
  readonly at: 'in' | 'over'
  readonly roster: Roster
  readonly group: HostGroup
  /** Who is to be host instead, once this end may be none. */
  readonly successor: number | undefined
  /** Says that it is host, where it has taken the call over. */
  begin(): readonly CallEffect[]
  /** A member has come in at that index, with this S1 (A9, A12). Codes of a refusal: those of `verifyBundle`. */
  joining(index: number, bundle: Bundle, trust: CallTrust): readonly CallEffect[]
  /** Lets all who wait in, as one batch. */
  admit(now: Ms): readonly CallEffect[]
  /** The KEY has signed what it was asked to. */
  signed(batch: number, signature: Uint8Array): readonly CallEffect[]
  /** A message of the signalling session; `from` is the relay's stamp. */
  hear(from: number, message: CallTalk, now: Ms, trust: CallTrust): readonly CallEffect[]
  /** Members are out for good: by themselves, or taken out. */
  leave(indices: readonly number[], now: Ms, how: 'left' | 'removed'): readonly CallEffect[]
  lost(index: number, now: Ms): readonly CallEffect[]
  back(index: number, now: Ms): readonly CallEffect[]
  /** Its own connection is back: it says at once that it is there. */
  online(now: Ms): readonly CallEffect[]
  hop(now: Ms): readonly CallEffect[]
  passed(octets: number, now: Ms): readonly CallEffect[]
  tick(now: Ms): readonly CallEffect[]
  wakesAt(): Ms
  /** Wants that member for its successor, once it has shown that it lacks nothing. */
  handOver(to: number): void
  /** Signs that `to` follows it, and gives up what it has. */
  release(to: number, now: Ms): { readonly effects: readonly CallEffect[]; readonly was: Was }
  /** Ends the call for all (A18). */
  end(): readonly CallEffect[]
}
