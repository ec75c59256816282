import type { Secret } from '../crypto/index.ts'
import type { MessageOf } from '../wire/schema.ts'
import { after, type Ms } from '../wire/units.ts'
import type { GroupEffect, HopReason } from './effects.ts'
import { goLock } from './go-lock.ts'
import { NEVER } from './held.ts'
import { sealInput } from './hop-seal.ts'
import type { Joiner, Welcome } from './host-group.ts'
import { cancel, latestFacts, NOTHING, signed, type HostState, type Pending } from './host-state.ts'
import { GO_PREIMAGE_OCTETS, type Go, type HostMessage, type Prepare } from './messages.ts'
import { SCHEDULES } from './schedules.ts'
import { epochKeys, hopKey } from './secrets.ts'

/** A joiner, and what the fresh secret was sealed into for it. */
export interface Sealed extends Pick<Joiner, 'member' | 'nonce'> {
  readonly sealed: Uint8Array
  readonly pairwise: Secret
}

/** A fresh secret to each; whatever was prepared comes to nothing. */
export function renew(
  state: HostState,
  why: HopReason,
  now: Ms,
  {
    fresh = state.start.makeSecret(),
    joiners = [],
  }: { readonly fresh?: Secret; readonly joiners?: readonly Sealed[] } = {},
): { readonly welcomes: readonly Welcome[]; readonly effects: readonly GroupEffect[] } {
  const { pending, peers, roster, start, absent } = state
  const { policy } = start
  const wasCut = pending?.go.cut === true
  const cut = why === 'left' || wasCut || state.cutDue
  // whoever comes and goes meanwhile does not put off the departure's go
  const cutBy = wasCut ? pending.goBy : NEVER
  const effects = cancel(state)
  state.cutDue = false
  for (const { member } of joiners) peers.dismiss(member.index)
  state.lastEpoch += 1
  const next = epochKeys(fresh, latestFacts(state), NOTHING, undefined)
  const { commitment } = next
  const { term, hash } = roster
  const epoch = state.lastEpoch
  const { go, lock } = goOf(state, cut, cut ? 'left' : why)
  const common = { type: 'fresh', term, epoch, roster: hash, cut, commitment, lock } as const
  const { signature } = signed(state, { ...common, nonce: NOTHING, sealed: NOTHING })
  const what = { ...common, signature }
  for (const index of peers.indices)
    effects.push({ do: 'send', to: index, message: peers.seal(index, fresh, what) })
  const welcomes = joiners.map(({ member: { index }, sealed, pairwise, nonce }): Welcome => {
    peers.add(index, pairwise, nonce)
    absent.delete(index)
    return { index, nonce, sealed, epoch, commitment, lock }
  })
  const goBy = Math.min(cutBy, after(now, cut ? policy.cutMs : policy.readyMs)) as Ms
  awaitReady(state, { keys: next, secret: fresh, prepare: undefined, go, goBy })
  effects.push({ do: 'accept', keys: next })
  return { welcomes, effects: [...effects, ...goIfReady(state, now)] }
}

/** An ordinary hop; a fresh secret where the schedule has run out, or that has served long enough. */
export function hop(state: HostState, why: HopReason, now: Ms): readonly GroupEffect[] {
  const { secret, roster, keys, start } = state
  const { policy, context } = start
  const { call } = context
  if (state.pending !== undefined || secret === undefined) return []
  const input = state.hops >= policy.freshEvery ? undefined : state.inputs.next()
  if (input === undefined) return renew(state, why === 'asked' ? why : 'renewed', now).effects
  state.lastEpoch += 1
  const { mixesCurrent } = SCHEDULES[start.schedule]
  const current = mixesCurrent ? keys.current : undefined
  const next = epochKeys(secret, latestFacts(state), input, current)
  const { term, hash } = roster
  const epoch = state.lastEpoch
  const under = hopKey(secret, call)
  const sealed = sealInput(under, input, { call, term, epoch, rosterHash: hash })
  under.wipe()
  input.fill(0)
  const { commitment } = next
  const { go, lock } = goOf(state, false, why)
  const what = { type: 'prepare', term, epoch, roster: hash, sealed, commitment, lock } as const
  const prepare = signed(state, what)
  const goBy = after(now, policy.readyMs)
  awaitReady(state, { keys: next, secret: undefined, prepare, go, goBy })
  return [
    { do: 'send', to: 'all', message: prepare },
    { do: 'accept', keys: next },
    ...goIfReady(state, now),
  ]
}

/** The go of the epoch that is being made, and what is signed for it now. */
function goOf(
  { roster: { term }, lastEpoch: epoch, start }: HostState,
  cut: boolean,
  reason: HopReason,
): { readonly go: MessageOf<typeof Go>; readonly lock: Uint8Array } {
  const preimage = start.random(GO_PREIMAGE_OCTETS)
  const go = { type: 'go', term, epoch, cut, reason, preimage } as const
  return { go, lock: goLock(start.context.call, go) }
}

function awaitReady(state: HostState, made: Omit<Pending, 'awaited' | 'ready'>): void {
  const { peers, absent } = state
  const awaited = new Set([...peers.indices].filter((index) => !absent.has(index)))
  state.pending = { ...made, awaited, ready: new Set() }
}

/** All who are there are ready: go. */
export function goIfReady(state: HostState, now: Ms): readonly GroupEffect[] {
  const { pending } = state
  return pending?.awaited.size === 0 ? go(state, pending, now) : []
}

/** The keys that were pending are in use from now on. */
export function go(state: HostState, done: Pending, now: Ms): readonly GroupEffect[] {
  const { former, start } = state
  const { policy } = start
  state.pending = undefined
  const { epoch, cut, reason } = done.go
  state.last = { prepare: done.prepare, go: done.go }
  state.answered = { epoch, ready: done.ready.size }
  state.inStep = done.ready
  const effects: GroupEffect[] = [
    { do: 'send', to: 'all', message: done.go },
    { do: 'switch', keys: done.keys, reason },
  ]
  former.keep(state.keys, after(now, policy.keepMs))
  if (cut) effects.push(...former.forget(NEVER))
  state.keys = done.keys
  state.since = now
  state.octets = 0
  state.hops += 1
  if (done.secret === undefined) return effects
  state.secret?.wipe()
  state.secret = done.secret
  state.hops = 0
  state.inputs.wipe()
  state.inputs = SCHEDULES[start.schedule].start(start.random, policy.listLength)
  return effects
}

/** A straggler lacks one step: it is sent again as it was. Who lacks more has to come back. */
export function again(state: HostState, from: number, epoch: number): readonly GroupEffect[] {
  const { keys, pending, last, peers } = state
  const send = (one: HostMessage): GroupEffect => ({ do: 'send', to: from, message: one })
  const step = (prepare: MessageOf<typeof Prepare> | undefined): readonly GroupEffect[] => {
    const message = prepare ?? peers.lastSealed(from)
    return message === undefined ? [] : [send(message)]
  }
  if (epoch === keys.epoch) return pending === undefined ? [] : step(pending.prepare)
  if (last === undefined || last.go.epoch !== keys.epoch || pending !== undefined) return []
  return [...step(last.prepare), send(last.go)]
}
