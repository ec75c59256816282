import type { Secret } from '../../crypto/index.ts'
import type { Roster } from '../../group/roster.ts'
import type { EpochKeys } from '../../group/secrets.ts'
import type { Ms } from '../../wire/units.ts'
import type { Bundle } from './bundle.ts'
import type { CallEffect } from './effects.ts'
import type { CallTrust } from './proofs.ts'
import type { SeatChoice } from './seat-start.ts'

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
  /** How the call hops, and when: its host's choice. Undefined before the welcome. */
  readonly choice: SeatChoice | undefined
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
  /** Says `octets` to all or to one, reliably: 1 to 65,000, sealed by the caller. */
  data(octets: Uint8Array, to?: 'all' | number): readonly CallEffect[]
  /** The server's hint that another's connection is gone, or back. */
  lost(index: number, now: Ms): readonly CallEffect[]
  back(index: number, now: Ms): readonly CallEffect[]
  /** Host: the server says that another has left for good. */
  left(index: number, now: Ms): readonly CallEffect[]
  /** This end's own connection is gone: what it says does not arrive. */
  offline(now: Ms): readonly CallEffect[]
  /** It is back: what the others have said meanwhile is lost. */
  online(now: Ms): readonly CallEffect[]
  /** Host: that member is host from now on, and this end a member. If it lacks a step, once it has been brought in again. */
  handOver(to: number, now: Ms): readonly CallEffect[]
  /** Leaves for good. A host hands over first; if nobody is there to be handed it, the call ends. */
  bye(now: Ms): readonly CallEffect[]
  /** Host: ends the call for all (A18). */
  end(): readonly CallEffect[]
  tick(now: Ms): readonly CallEffect[]
  wakesAt(): Ms
}
