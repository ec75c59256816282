import type { Random, Secret, SigningKey } from '../crypto/index.ts'
import type { Ms } from '../wire/units.ts'
import type { GroupEffect } from './effects.ts'
import type { Held } from './held.ts'
import type { MemberMessage } from './messages.ts'
import type { GroupPolicy } from './policy.ts'
import type { ChainPlace, Departure, Roster, RosterMember } from './roster.ts'
import type { ScheduleName } from './schedules.ts'
import type { EpochKeys } from './secrets.ts'
import type { CallContext } from './signed.ts'

/** What a host begins with. */
export interface HostStart {
  readonly context: CallContext
  /** The host's own entry is in it. */
  readonly roster: Roster
  readonly self: number
  /** Its per-call key. */
  readonly key: SigningKey
  /** Makes a call's secret, 32 octets: the host's KEY does it where it can (A10). */
  readonly makeSecret: () => Secret
  readonly schedule: ScheduleName
  readonly policy: GroupPolicy
  readonly random: Random
  /** The number of the first epoch that it makes: above all that were used before. */
  readonly firstEpoch: number
  /** Of one who takes a group over: what it held as a member. Nothing hops before the members have been let `join`. */
  readonly held?: Held | undefined
}

/** One who joins or comes back, once everything about it is verified. */
export interface Joiner {
  readonly member: RosterMember
  /** Seals the fresh secret to it; undefined if that cannot be. */
  readonly seal: (
    secret: Secret,
  ) => { readonly sealed: Uint8Array; readonly pairwise: Secret } | undefined
  /** Its nonce, 32 octets. */
  readonly nonce: Uint8Array
}

/** What a joiner is to be sent, under the host's signature. */
export interface Welcome {
  readonly index: number
  readonly nonce: Uint8Array
  readonly sealed: Uint8Array
  readonly epoch: number
  readonly commitment: Uint8Array
  /** Of the go that ends it, 32 octets. */
  readonly lock: Uint8Array
}

/** The other part of a call, as its host has left it. */
export interface OtherPart extends ChainPlace {
  /** The highest epoch that it has made. */
  readonly epoch: number
  /** Those of it whom this host does not know, those who have left it by themselves, and those who were taken out. */
  readonly added: readonly RosterMember[]
  readonly left: readonly number[]
  readonly removed: readonly number[]
}

/** A host's part of a group. All times are on one monotonic clock. */
export interface HostGroup {
  readonly roster: Roster
  /** The keys in use. */
  readonly keys: EpochKeys
  /** `gathering`: it has taken over, and nobody has come over yet. */
  readonly at: 'gathering' | 'steady' | 'hopping' | 'renewing'
  /** Somebody has left, and the key is still the one from before. */
  readonly departed: boolean
  /** The epoch of the last go, and how many were ready for it. */
  readonly answered: { readonly epoch: number; readonly ready: number }
  /** Who has shown that it has the newest keys that anybody has, and so the roster that they are over. */
  readonly ready: ReadonlySet<number>
  /**
   * Lets verified members in, all in one batch: new ones, and those in the roster who lack a step. Those who cannot be sealed
   * to are not among the result.
   */
  join(
    joiners: readonly Joiner[],
    now: Ms,
  ): { readonly welcomes: readonly Welcome[]; readonly effects: readonly GroupEffect[] }
  /** Members are out. */
  leave(indices: readonly number[], now: Ms, how: Departure): readonly GroupEffect[]
  /** Takes over what another host had: its entry is above both chains, and a fresh secret follows. */
  merge(other: OtherPart, now: Ms): readonly GroupEffect[]
  /** Nobody waits for that member while its connection is gone. */
  absent(index: number, isAbsent: boolean, now: Ms): readonly GroupEffect[]
  /** What a member sent; its index is the relay's stamp, and proved by the tag. */
  receive(from: number, message: MemberMessage, now: Ms): readonly GroupEffect[]
  /** Frames of so many octets were sent or received. */
  passed(octets: number, now: Ms): readonly GroupEffect[]
  /** Hops now. */
  hop(now: Ms): readonly GroupEffect[]
  /** Says that it is there, before its time. */
  beat(now: Ms): readonly GroupEffect[]
  /** Time has come, by {@link wakesAt}. */
  tick(now: Ms): readonly GroupEffect[]
  wakesAt(): Ms
  /** Ends what is pending: whoever is not ready has to come back. */
  settle(now: Ms): readonly GroupEffect[]
  /** Gives up being host: its keys are whose it hands them to. */
  release(): Held
  /** Forgets all keys. */
  close(): void
}
