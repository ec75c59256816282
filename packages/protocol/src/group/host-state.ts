import type { Secret } from '../crypto/index.ts'
import type { MessageOf } from '../wire/schema.ts'
import { after, type Ms } from '../wire/units.ts'
import type { GroupEffect } from './effects.ts'
import { formerKeys, type FormerKeys } from './held.ts'
import type { HostStart } from './host-group.ts'
import type { Go, Prepare, SignedMessage } from './messages.ts'
import { hostPeers, type Peers } from './peers.ts'
import type { Roster } from './roster.ts'
import { SCHEDULES, type Inputs } from './schedules.ts'
import { epochKeys, wipeEpoch, type EpochFacts, type EpochKeys } from './secrets.ts'
import { signHost } from './signed.ts'

/** What a host has, while it is one: `host.ts` says when it changes. */
export interface HostState {
  readonly start: HostStart
  readonly peers: Peers
  /** Those whose connections are gone: nobody waits for them. */
  readonly absent: Set<number>
  readonly former: FormerKeys
  roster: Roster
  /** The call's; undefined while those who are in it have not come over to a new host. */
  secret: Secret | undefined
  inputs: Inputs
  /** The number of the last epoch that was made. */
  lastEpoch: number
  /** In use. */
  keys: EpochKeys
  /** Somebody left before there was anybody to seal a fresh secret to. */
  cutDue: boolean
  /** Since the last go: when it was, and how many octets of frames. */
  since: Ms
  octets: number
  /** Since the last fresh secret. */
  hops: number
  pending: Pending | undefined
  /** The epoch of the last go, and how many were ready for it. */
  answered: { readonly epoch: number; readonly ready: number }
  /** Those who have shown that they have the keys in use. */
  inStep: Set<number>
  beats: number
  beatAt: Ms
  /** What a straggler who asks is sent again. */
  last:
    | { readonly prepare: MessageOf<typeof Prepare> | undefined; readonly go: MessageOf<typeof Go> }
    | undefined
}

/** An epoch that members get ready for. */
export interface Pending {
  readonly keys: EpochKeys
  /** The fresh secret, if it is no ordinary hop. */
  readonly secret: Secret | undefined
  readonly prepare: MessageOf<typeof Prepare> | undefined
  /** What is said once it is time to. */
  readonly go: MessageOf<typeof Go>
  readonly goBy: Ms
  /** Those who are there and not ready, and those who are ready. */
  readonly awaited: Set<number>
  readonly ready: Set<number>
}

/** Nothing to be sealed, or to be mixed in. */
export const NOTHING: Uint8Array = new Uint8Array(0)

/** Begins alone, or with what it held as a member. */
export function hostState(start: HostStart, startedAt: Ms): HostState {
  const { context, policy, random, held, roster, firstEpoch } = start
  const secret = held === undefined ? start.makeSecret() : undefined
  const first = { call: context.call, epoch: firstEpoch, rosterHash: roster.hash }
  return {
    start,
    peers: hostPeers(context.call),
    absent: new Set(),
    former: formerKeys(held?.former),
    roster,
    secret,
    inputs: SCHEDULES[start.schedule].start(random, policy.listLength),
    lastEpoch: held === undefined ? firstEpoch : firstEpoch - 1,
    keys: secret === undefined ? held!.keys : epochKeys(secret, first, NOTHING, undefined),
    cutDue: held?.cut === true,
    since: startedAt,
    octets: 0,
    hops: 0,
    pending: undefined,
    answered: { epoch: 0, ready: 0 },
    inStep: new Set(),
    beats: 0,
    beatAt: after(startedAt, policy.beatMs),
    last: undefined,
  }
}

/** What the latest epoch is, under the roster that the host has. */
export function latestFacts({ start, lastEpoch, roster }: HostState): EpochFacts {
  return { call: start.context.call, epoch: lastEpoch, rosterHash: roster.hash }
}

/** A message under the host's signature. */
export function signed<M extends Omit<SignedMessage, 'signature'>>(
  { start: { key, context } }: HostState,
  message: M,
): M & { signature: Uint8Array } {
  return { ...message, signature: signHost(key, context, message as never) }
}

/** An epoch that was prepared and comes to nothing. Its number is not used again. */
export function cancel(state: HostState): GroupEffect[] {
  const { pending } = state
  if (pending === undefined) return []
  const { epoch } = pending.keys
  wipeEpoch(pending.keys)
  pending.secret?.wipe()
  state.pending = undefined
  return [{ do: 'forget', epoch }]
}

/** Says that the host is there. */
export function beat(state: HostState, now: Ms): GroupEffect {
  const { roster, keys, start } = state
  state.beats += 1
  state.beatAt = after(now, start.policy.beatMs)
  const { term, hash } = roster
  const what = { term, epoch: keys.epoch, roster: hash, count: state.beats }
  return { do: 'send', to: 'all', message: signed(state, { type: 'beat', ...what } as const) }
}
