import { equal, wipe, type Secret } from '../crypto/index.ts'
import type { MessageOf } from '../wire/schema.ts'
import { after, type Ms } from '../wire/units.ts'
import type { GroupEffect, HopReason } from './effects.ts'
import { formerKeys, NEVER } from './held.ts'
import type { HostGroup, HostStart, Joiner, Welcome } from './host-group.ts'
import { sealInput } from './hop-seal.ts'
import { MOST_CHANGES, type Go, type HostMessage, type Prepare } from './messages.ts'
import { hostPeers } from './peers.ts'
import {
  changeRoster,
  lineOf,
  sameMember,
  type Roster,
  type RosterChange,
  type RosterMember,
} from './roster.ts'
import { SCHEDULES } from './schedules.ts'
import { epochKeys, hopKey, wipeEpoch, type EpochFacts, type EpochKeys } from './secrets.ts'
import { signHost } from './signed.ts'

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

/** A joiner, and what the fresh secret was sealed into for it. */
interface Sealed extends Pick<Joiner, 'member' | 'nonce'> {
  readonly sealed: Uint8Array
  readonly pairwise: Secret
}

interface Pending {
  readonly keys: EpochKeys
  /** The fresh secret, if it is no ordinary hop. */
  readonly secret: Secret | undefined
  readonly prepare: MessageOf<typeof Prepare> | undefined
  readonly cut: boolean
  readonly reason: HopReason
  readonly goBy: Ms
  /** Those who are there and not ready, and those who are ready. */
  readonly awaited: Set<number>
  readonly ready: Set<number>
}

/** Starts a group of which this end is the host: alone, or with whom the roster of a takeover has, once they have come over. */
export function hostGroup(start: HostStart, startedAt: Ms): HostGroup {
  const { context, self, key, policy, random, held } = start
  const { call } = context
  const schedule = SCHEDULES[start.schedule]
  const peers = hostPeers(call)
  const absent = new Set<number>()
  const former = formerKeys(held?.former)
  let { roster } = start
  let secret = held === undefined ? start.makeSecret() : undefined
  let inputs = schedule.start(random, policy.listLength)
  let lastEpoch = held === undefined ? start.firstEpoch : start.firstEpoch - 1
  const facts = (): EpochFacts => ({ call, epoch: lastEpoch, rosterHash: roster.hash })
  let keys = secret === undefined ? held!.keys : epochKeys(secret, facts(), NOTHING, undefined)
  /** Somebody left before there was anybody to seal a fresh secret to. */
  let cutDue = held?.cut === true
  let since = startedAt
  let octets = 0
  let hops = 0
  let pending: Pending | undefined
  let answered = { epoch: 0, ready: 0 }
  /** Those who have shown that they have the keys in use. */
  let inStep = new Set<number>()
  let beats = 0
  let beatAt = after(startedAt, policy.beatMs)
  /** What a straggler who asks is sent again. */
  let last:
    | { readonly prepare: MessageOf<typeof Prepare> | undefined; readonly go: MessageOf<typeof Go> }
    | undefined

  const signed = <M extends Omit<HostMessage, 'signature'>>(
    message: M,
  ): M & { signature: Uint8Array } => ({
    ...message,
    signature: signHost(key, context, message as never),
  })

  /** An epoch that was prepared and comes to nothing. Its number is not used again. */
  const cancel = (): GroupEffect[] => {
    if (pending === undefined) return []
    const { epoch } = pending.keys
    wipeEpoch(pending.keys)
    pending.secret?.wipe()
    pending = undefined
    return [{ do: 'forget', epoch }]
  }

  const awaitReady = (made: Omit<Pending, 'awaited' | 'ready'>): void => {
    const awaited = new Set([...peers.indices].filter((index) => !absent.has(index)))
    pending = { ...made, awaited, ready: new Set() }
  }

  const renew = (
    why: HopReason,
    now: Ms,
    fresh: Secret = start.makeSecret(),
    joiners: readonly Sealed[] = [],
  ): { welcomes: Welcome[]; effects: GroupEffect[] } => {
    const cut = why === 'left' || pending?.cut === true || cutDue
    // whoever comes and goes meanwhile does not put off the departure's go
    const cutBy = pending?.cut === true ? pending.goBy : NEVER
    const effects = cancel()
    cutDue = false
    for (const { member } of joiners) peers.dismiss(member.index)
    lastEpoch += 1
    const next = epochKeys(fresh, facts(), NOTHING, undefined)
    const { commitment } = next
    const { term, hash } = roster
    const common = {
      type: 'fresh',
      term,
      epoch: lastEpoch,
      roster: hash,
      cut,
      commitment,
    } as const
    const { signature } = signed({ ...common, nonce: NOTHING, sealed: NOTHING })
    const what = { ...common, signature }
    for (const index of peers.indices)
      effects.push({ do: 'send', to: index, message: peers.seal(index, fresh, what) })
    const welcomes = joiners.map(({ member: { index }, sealed, pairwise, nonce }): Welcome => {
      peers.add(index, pairwise, nonce)
      absent.delete(index)
      return { index, nonce, sealed, epoch: lastEpoch, commitment }
    })
    const goBy = Math.min(cutBy, after(now, cut ? policy.cutMs : policy.readyMs)) as Ms
    const reason = cut ? 'left' : why
    awaitReady({ keys: next, secret: fresh, prepare: undefined, cut, reason, goBy })
    effects.push({ do: 'accept', keys: next })
    return { welcomes, effects: [...effects, ...goIfReady(now)] }
  }

  const hop = (why: HopReason, now: Ms): readonly GroupEffect[] => {
    if (pending !== undefined || secret === undefined) return []
    const input = hops >= policy.freshEvery ? undefined : inputs.next()
    if (input === undefined) return renew(why === 'asked' ? why : 'renewed', now).effects
    lastEpoch += 1
    const next = epochKeys(secret, facts(), input, schedule.mixesCurrent ? keys.current : undefined)
    const { term, hash } = roster
    const place = { call, term, epoch: lastEpoch, rosterHash: hash }
    const under = hopKey(secret, call)
    const sealed = sealInput(under, input, place)
    under.wipe()
    input.fill(0)
    const prepare = signed({
      type: 'prepare',
      term,
      epoch: lastEpoch,
      roster: hash,
      sealed,
      commitment: next.commitment,
    } as const)
    const goBy = after(now, policy.readyMs)
    awaitReady({ keys: next, secret: undefined, prepare, cut: false, reason: why, goBy })
    return [
      { do: 'send', to: 'all', message: prepare },
      { do: 'accept', keys: next },
      ...goIfReady(now),
    ]
  }

  const goIfReady = (now: Ms): readonly GroupEffect[] =>
    pending?.awaited.size === 0 ? go(pending, now) : []

  const go = (done: Pending, now: Ms): readonly GroupEffect[] => {
    pending = undefined
    const { epoch, commitment } = done.keys
    const { cut, reason } = done
    const message = signed({
      type: 'go',
      term: roster.term,
      epoch,
      cut,
      reason,
      commitment,
    } as const)
    last = { prepare: done.prepare, go: message }
    answered = { epoch, ready: done.ready.size }
    inStep = done.ready
    const effects: GroupEffect[] = [
      { do: 'send', to: 'all', message },
      { do: 'switch', keys: done.keys, reason },
    ]
    former.keep(keys, after(now, policy.keepMs))
    if (cut) effects.push(...former.forget(NEVER))
    ;({ keys } = done)
    since = now
    octets = 0
    hops += 1
    if (done.secret === undefined) return effects
    secret?.wipe()
    ;({ secret } = done)
    hops = 0
    inputs.wipe()
    inputs = schedule.start(random, policy.listLength)
    return effects
  }

  const enter = (change: Partial<RosterChange> & EntryOf): GroupEffect | undefined => {
    const changed = changeRoster(roster, { host: null, ...change })
    if (changed === undefined) return undefined
    const { term, sequence, hash } = changed
    const { added, removed, forGood, host = null } = change
    const what = { added, removed, forGood, host }
    const entry = signed({ type: 'entry', term, sequence, ...what, roster: hash } as const)
    roster = { ...changed, signature: entry.signature }
    return { do: 'send', to: 'all', message: entry }
  }

  /** A straggler lacks one step: it is sent again as it was. Who lacks more has to come back. */
  const again = (from: number, epoch: number): readonly GroupEffect[] => {
    const send = (one: HostMessage): GroupEffect => ({ do: 'send', to: from, message: one })
    const step = (prepare: MessageOf<typeof Prepare> | undefined): readonly GroupEffect[] => {
      const message = prepare ?? peers.lastSealed(from)
      return message === undefined ? [] : [send(message)]
    }
    if (epoch === keys.epoch) return pending === undefined ? [] : step(pending.prepare)
    if (last === undefined || last.go.epoch !== keys.epoch || pending !== undefined) return []
    return [...step(last.prepare), send(last.go)]
  }

  const beat = (now: Ms): GroupEffect => {
    beats += 1
    beatAt = after(now, policy.beatMs)
    const { term, hash } = roster
    const message = signed({
      type: 'beat',
      term,
      epoch: keys.epoch,
      roster: hash,
      count: beats,
    } as const)
    return { do: 'send', to: 'all', message }
  }

  return {
    get roster() {
      return roster
    },
    get keys() {
      return keys
    },
    get at() {
      if (pending !== undefined) return pending.secret === undefined ? 'hopping' : 'renewing'
      return secret === undefined ? 'gathering' : 'steady'
    },
    get departed() {
      return cutDue || pending?.cut === true
    },
    get answered() {
      return answered
    },
    get ready() {
      return pending === undefined || pending.ready.size === 0 ? inStep : pending.ready
    },
    join(joiners, now) {
      const fresh = start.makeSecret()
      // nobody is in the roster who cannot be given the key
      const sealed = joiners.flatMap(({ member, seal, nonce }): Sealed[] => {
        const wrapped = seal(fresh)
        return wrapped === undefined ? [] : [{ member, nonce, ...wrapped }]
      })
      const added = sealed
        .map(({ member }) => member)
        .filter((member) => !sameMember(roster.members.get(member.index), member))
      const entry = added.length === 0 ? undefined : enter({ added, removed: [], forGood: false })
      const isRefused = entry === undefined && added.length > 0
      if (isRefused || (sealed.length === 0 && secret !== undefined)) {
        wipe(fresh, ...sealed.map(({ pairwise }) => pairwise))
        return { welcomes: [], effects: [] }
      }
      const why = secret === undefined ? 'host' : entry === undefined ? 'returned' : 'joined'
      const { welcomes, effects } = renew(why, now, fresh, sealed)
      return { welcomes, effects: entry === undefined ? effects : [entry, ...effects] }
    },
    leave(indices, now, why) {
      const { members } = roster
      const forGood = why === 'for good'
      const mayLeave = (index: number): boolean =>
        members.has(index) || (forGood && lineOf(roster, index) !== undefined)
      const removed = [...new Set(indices)].filter((index) => index !== self && mayLeave(index))
      const entry = removed.length === 0 ? undefined : enter({ added: [], removed, forGood })
      if (entry === undefined) return []
      for (const index of removed) {
        peers.dismiss(index)
        absent.delete(index)
      }
      if (secret !== undefined || pending !== undefined)
        return [entry, ...renew('left', now).effects]
      cutDue = true
      return [entry]
    },
    merge({ term, sequence, epoch, added, removed }, now) {
      const above = { term, sequence }
      const known = added.filter((line) => owns(roster, line))
      const entries = inEntries(known).map((some, at) =>
        enter({
          added: some,
          removed: [],
          forGood: false,
          ...(at === 0 ? { host: self, above } : {}),
        }),
      )
      lastEpoch = Math.max(lastEpoch, epoch)
      const effects = entries.flatMap((entry) => (entry === undefined ? [] : [entry]))
      const parts = this.leave(removed, now, 'for good')
      if (parts.length > 0 || (secret === undefined && pending === undefined))
        return [...effects, ...parts]
      return [...effects, ...renew('host', now).effects]
    },
    absent(index, isAbsent, now) {
      if (!isAbsent) absent.delete(index)
      if (!isAbsent || !roster.members.has(index)) return []
      absent.add(index)
      inStep.delete(index)
      return pending?.awaited.delete(index) === true ? goIfReady(now) : []
    },
    receive(from, message, now) {
      if (message.type === 'nonce') {
        if (peers.said(from, message, message.nonce)) peers.renew(from, message.nonce)
        return []
      }
      const { term, epoch } = message
      if (term !== roster.term) return []
      if (message.type === 'ask')
        return peers.said(from, message, NOTHING) ? again(from, epoch) : []
      // one that was late for the last go
      if (epoch === keys.epoch && peers.said(from, message, keys.commitment)) inStep.add(from)
      if (pending === undefined || epoch !== pending.keys.epoch) return []
      if (!peers.said(from, message, pending.keys.commitment)) return []
      absent.delete(from)
      pending.awaited.delete(from)
      pending.ready.add(from)
      return goIfReady(now)
    },
    passed(more, now) {
      octets += more
      return octets >= policy.hopOctets ? hop('volume', now) : []
    },
    hop: (now) => hop('asked', now),
    beat: (now) => [beat(now)],
    tick(now) {
      const effects = former.forget(now)
      if (pending !== undefined && now >= pending.goBy) effects.push(...go(pending, now))
      if (now >= after(since, policy.hopMs)) effects.push(...hop('time', now))
      if (now >= beatAt) effects.push(beat(now))
      return effects
    },
    wakesAt() {
      const hopAt = secret === undefined ? NEVER : after(since, policy.hopMs)
      return Math.min(beatAt, pending?.goBy ?? hopAt, former.wakesAt()) as Ms
    },
    settle: (now) => (pending === undefined ? [] : go(pending, now)),
    release() {
      cancel()
      secret?.wipe()
      inputs.wipe()
      peers.wipe()
      return { keys, former: former.hand(), latest: lastEpoch, cut: cutDue }
    },
    close() {
      cancel()
      former.forget(NEVER)
      wipeEpoch(keys)
      secret?.wipe()
      inputs.wipe()
      peers.wipe()
    },
  }
}

/** Nobody else has that line's index, nor has its owner left for good. */
function owns({ members, left }: Roster, line: RosterMember): boolean {
  const departed = left.get(line.index)
  const { signing } = members.get(line.index) ?? departed ?? line
  return departed?.forGood !== true && equal(signing, line.signing)
}

/** Lines as entries hold them; one entry at least. */
function inEntries(lines: readonly RosterMember[]): readonly (readonly RosterMember[])[] {
  const count = Math.max(1, Math.ceil(lines.length / MOST_CHANGES))
  return Array.from({ length: count }, (_, at) =>
    lines.slice(at * MOST_CHANGES, (at + 1) * MOST_CHANGES),
  )
}

type EntryOf = Omit<RosterChange, 'host' | 'above'>

const NOTHING = new Uint8Array(0)
