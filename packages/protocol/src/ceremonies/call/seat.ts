import type { Random, Secret, SigningKey } from '../../crypto/index.ts'
import type { HpkeDecapsulationKey } from '../../crypto/more.ts'
import type { GroupPolicy } from '../../group/policy.ts'
import type { Roster } from '../../group/roster.ts'
import type { ScheduleName } from '../../group/schedules.ts'
import type { EpochKeys } from '../../group/secrets.ts'
import type { CallContext } from '../../group/signed.ts'
import type { PublicKeys } from '../../identity/security-key.ts'
import type { Ms } from '../../wire/units.ts'
import type { Bundle } from './bundle.ts'
import type { CallEffect } from './effects.ts'
import { callHost, type CallHost } from './host.ts'
import { callMember, type CallMember } from './member.ts'
import type { CallTrust } from './proofs.ts'

/*
 * One end's place in a call. Who hosts may change while it lasts, and whoever holds a seat need not care.
 *
 *   member ─ handed the call, or no beat for so long and next in order ─→ host
 *   host ─ hands it over, or others have taken it over meanwhile ─→ member
 */

/** What a seat begins with. */
export interface SeatStart {
  readonly context: CallContext
  /** Index in the call's sessions, as the server has told. The initiator's is 0. */
  readonly self: number
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
  /** Makes a call's secret, 32 octets: the KEY does it where it can (A10). */
  readonly makeSecret: () => Secret
}

/** What the initiator chooses besides (A16, A17): in S2, so that all go by it. */
export interface SeatChoice {
  readonly schedule: ScheduleName
  readonly policy: GroupPolicy
}

/**
 * A seat in a call. What only a host does has no effect where `role` is `member`. `from` and `index` are the relay's stamps,
 * `now` one monotonic clock's.
 */
export interface CallSeat {
  readonly role: 'host' | 'member'
  /** `away`: it lacks a step, and has asked its host to be brought in again; it takes frames, and sends none. */
  readonly at: 'waiting' | 'opening' | 'in' | 'away' | 'over'
  readonly self: number
  readonly roster: Roster | undefined
  /** What to seal under; undefined while nothing may be sent. */
  sending(): EpochKeys | undefined
  /** A frame of the signalling session. */
  receive(from: number, frame: Uint8Array, now: Ms, trust: CallTrust): readonly CallEffect[]
  /** After `agree`: what the KEY agreed on, 32 octets, the caller's to wipe; undefined if it did not. */
  agreed(shared: Secret | undefined, now: Ms, trust: CallTrust): readonly CallEffect[]
  /** After `sign`. */
  signed(batch: number, signature: Uint8Array): readonly CallEffect[]
  /** Host: a member has come in at that index, with this S1 (A9, A12). */
  joining(index: number, bundle: Bundle, trust: CallTrust): readonly CallEffect[]
  /** Host: lets all who wait in, as one batch. */
  admit(now: Ms): readonly CallEffect[]
  /** Host: takes members out for good. */
  remove(indices: readonly number[], now: Ms): readonly CallEffect[]
  /** Host: hops now. */
  hop(now: Ms): readonly CallEffect[]
  /** Host: frames of so many octets were sent or received. */
  passed(octets: number, now: Ms): readonly CallEffect[]
  /** Says `octets` to all, reliably: 1 to 65,000, sealed by the caller. */
  data(octets: Uint8Array): readonly CallEffect[]
  /** The server's hint that another's connection is gone, or back. */
  lost(index: number, now: Ms): readonly CallEffect[]
  back(index: number, now: Ms): readonly CallEffect[]
  /** This end's own connection is gone: what it says does not arrive. */
  offline(now: Ms): readonly CallEffect[]
  /** It is back: what the others have said meanwhile is lost. */
  online(now: Ms): readonly CallEffect[]
  /** Host: that member is host from now on, and this end a member. */
  handOver(to: number, now: Ms): readonly CallEffect[]
  /** Leaves for good. A host hands over first; if nobody is there to be handed it, the call ends. */
  bye(now: Ms): readonly CallEffect[]
  /** Host: ends the call for all (A18). */
  end(): readonly CallEffect[]
  tick(now: Ms): readonly CallEffect[]
  wakesAt(): Ms
}

/**
 * The seat of who places a call, alone in it.
 *
 * @throws {HufuError} `ERR_CALL_ORDER` for a policy that no member would take.
 */
export function hostSeat(start: SeatStart & SeatChoice, startedAt: Ms): CallSeat {
  return seat(start, { role: 'host', host: callHost(start, startedAt) })
}

/** The seat of who joins one, once the server has said that it is in. */
export function memberSeat(start: SeatStart): CallSeat {
  return seat(start, { role: 'member', member: callMember(start) })
}

type Part =
  | { readonly role: 'host'; readonly host: CallHost }
  | { readonly role: 'member'; readonly member: CallMember }

const NONE: readonly CallEffect[] = []

function seat({ self }: SeatStart, begun: Part): CallSeat {
  const part = begun
  const byHost = (act: (host: CallHost) => readonly CallEffect[]): readonly CallEffect[] =>
    part.role === 'host' ? act(part.host) : NONE
  const byMember = (act: (member: CallMember) => readonly CallEffect[]): readonly CallEffect[] =>
    part.role === 'member' ? act(part.member) : NONE
  return {
    get role() {
      return part.role
    },
    get at() {
      return part.role === 'host' ? part.host.at : part.member.at
    },
    self,
    get roster() {
      return part.role === 'host' ? part.host.roster : part.member.roster
    },
    sending: () =>
      part.role === 'host'
        ? part.host.at === 'in'
          ? part.host.group.keys
          : undefined
        : part.member.group?.sending(),
    receive: (from, frame, now, trust) =>
      part.role === 'host'
        ? part.host.receive(from, frame, now)
        : part.member.receive(from, frame, now, trust),
    agreed: (shared, now, trust) => byMember((member) => member.agreed(shared, now, trust)),
    signed: (batch, signature) => byHost((host) => host.signed(batch, signature)),
    joining: (index, bundle, trust) => byHost((host) => host.joining(index, bundle, trust)),
    admit: (now) => byHost((host) => host.admit(now)),
    remove: (indices, now) => byHost((host) => host.leave(indices, now)),
    hop: (now) => byHost((host) => host.hop(now)),
    passed: (octets, now) => byHost((host) => host.passed(octets, now)),
    data: (octets) => (part.role === 'host' ? part.host.data(octets) : part.member.data(octets)),
    lost: () => NONE,
    back: () => NONE,
    offline: () => NONE,
    online: () => NONE,
    handOver: () => NONE,
    bye: () => (part.role === 'host' ? part.host.end() : part.member.bye()),
    end: () => byHost((host) => host.end()),
    tick: (now) => (part.role === 'host' ? part.host.tick(now) : part.member.tick(now)),
    wakesAt: () => (part.role === 'host' ? part.host.wakesAt() : part.member.wakesAt()),
  }
}
