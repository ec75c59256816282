import { after, type Ms } from '../wire/units.ts'
import type { GroupEffect } from './effects.ts'
import { NEVER } from './held.ts'
import type { HostGroup, HostStart } from './host-group.ts'
import { again, go, goIfReady, hop } from './host-hops.ts'
import { join, leave, merge } from './host-members.ts'
import { beat, cancel, hostState, NOTHING, type HostState } from './host-state.ts'
import type { MemberMessage } from './messages.ts'
import { wipeEpoch } from './secrets.ts'

/*
 * The host of a call: it alone decides when the key changes.
 *
 *   steady ─ time, volume, asked ─→ hopping   prepare to all          ─ all ready, or 1 s ─→ go → steady
 *     │                               │
 *     │                  somebody leaves, joins or returns: that epoch is skipped
 *     │                               ↓
 *     └─ leave, join, return, every so often → renewing  a fresh secret to each ─ all ready, or at the latest 1 s (2 s
 *                                                                           after a departure) ─→ go → steady
 *   gathering ─ join of those who have come over to a new host ─→ renewing
 *
 * A departure's go ends the old key at once; any other leaves it good for frames that are on their way. `group.pml` beside this
 * file models hops and departures for Spin, of the members too; change both.
 */

/** Starts a group of which this end is the host: alone, or with whom the roster of a takeover has, once they have come over. */
export function hostGroup(start: HostStart, startedAt: Ms): HostGroup {
  const { policy } = start
  const state = hostState(start, startedAt)
  const { peers, former } = state
  return {
    get roster() {
      return state.roster
    },
    get keys() {
      return state.keys
    },
    get at() {
      const { pending, secret } = state
      if (pending !== undefined) return pending.secret === undefined ? 'hopping' : 'renewing'
      return secret === undefined ? 'gathering' : 'steady'
    },
    get departed() {
      return state.cutDue || state.pending?.go.cut === true
    },
    get answered() {
      return state.answered
    },
    get ready() {
      const { pending, inStep } = state
      return pending === undefined || pending.ready.size === 0 ? inStep : pending.ready
    },
    join: (joiners, now) => join(state, joiners, now),
    leave: (indices, now, why) => leave(state, indices, now, why),
    merge: (other, now) => merge(state, other, now),
    absent: (index, isAbsent, now) => setAbsent(state, index, isAbsent, now),
    receive: (from, message, now) => receive(state, from, message, now),
    passed(more, now) {
      state.octets += more
      return state.octets >= policy.hopOctets ? hop(state, 'volume', now) : []
    },
    hop: (now) => hop(state, 'asked', now),
    beat: (now) => [beat(state, now)],
    tick(now) {
      const { pending } = state
      const effects = former.forget(now)
      if (pending !== undefined && now >= pending.goBy) effects.push(...go(state, pending, now))
      if (now >= after(state.since, policy.hopMs)) effects.push(...hop(state, 'time', now))
      if (now >= state.beatAt) effects.push(beat(state, now))
      return effects
    },
    wakesAt() {
      const { secret, since, beatAt, pending } = state
      const hopAt = secret === undefined ? NEVER : after(since, policy.hopMs)
      return Math.min(beatAt, pending?.goBy ?? hopAt, former.wakesAt()) as Ms
    },
    settle: (now) => (state.pending === undefined ? [] : go(state, state.pending, now)),
    release() {
      cancel(state)
      state.secret?.wipe()
      state.inputs.wipe()
      peers.wipe()
      const { keys, lastEpoch, cutDue } = state
      return { keys, former: former.hand(), latest: lastEpoch, cut: cutDue }
    },
    close() {
      cancel(state)
      former.forget(NEVER)
      wipeEpoch(state.keys)
      state.secret?.wipe()
      state.inputs.wipe()
      peers.wipe()
    },
  }
}

function setAbsent(
  state: HostState,
  index: number,
  isAbsent: boolean,
  now: Ms,
): readonly GroupEffect[] {
  const { absent, roster, inStep, pending } = state
  if (!isAbsent) absent.delete(index)
  if (!isAbsent || !roster.members.has(index)) return []
  absent.add(index)
  inStep.delete(index)
  return pending?.awaited.delete(index) === true ? goIfReady(state, now) : []
}

function receive(
  state: HostState,
  from: number,
  message: MemberMessage,
  now: Ms,
): readonly GroupEffect[] {
  const { peers, roster, keys, pending, inStep, absent } = state
  if (message.type === 'nonce') {
    if (peers.said(from, message, message.nonce)) peers.renew(from, message.nonce)
    return []
  }
  const { term, epoch } = message
  if (term !== roster.term) return []
  if (message.type === 'ask')
    return peers.said(from, message, NOTHING) ? again(state, from, epoch) : []
  // one that was late for the last go
  if (epoch === keys.epoch && peers.said(from, message, keys.commitment)) inStep.add(from)
  if (pending === undefined || epoch !== pending.keys.epoch) return []
  if (!peers.said(from, message, pending.keys.commitment)) return []
  absent.delete(from)
  pending.awaited.delete(from)
  pending.ready.add(from)
  return goIfReady(state, now)
}
