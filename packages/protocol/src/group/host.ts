import { equal, wipe, type Random, type Secret, type SigningKey } from '../crypto/index.ts'
import { after, type Ms } from '../wire/units.ts'
import type { GroupEffect, HopReason } from './effects.ts'
import { sealInput } from './hop-seal.ts'
import type { Fresh, Go, HostMessage, MemberMessage, Prepare } from './messages.ts'
import type { MessageOf } from '../wire/schema.ts'
import type { GroupPolicy } from './policy.ts'
import { changeRoster, type Roster, type RosterMember } from './roster.ts'
import { SCHEDULES, type ScheduleName } from './schedules.ts'
import { epochKeys, hopKey, wipeEpoch, type EpochKeys } from './secrets.ts'
import { memberSaid, memberTag, signHost, type CallContext } from './signed.ts'
import { wrapLater } from './wraps.ts'

/*
 * The host of a call: it alone decides when the key changes.
 *
 *   steady ─ time, volume, asked ─→ hopping   prepare to all          ─ all ready, or 1 s ─→ go → steady
 *     │                               │
 *     │                  somebody leaves or joins: that epoch is skipped
 *     │                               ↓
 *     └─ leave, join, every so often → renewing  a fresh secret to each ─ all ready, or at the latest 1 s (2 s after
 *                                                                         a departure) ─→ go → steady
 *
 * A departure's go ends the old key at once; any other leaves it good for frames that are on their way.
 */

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
  /** The number of the first epoch: above all that were used before. */
  readonly firstEpoch: number
}

/** One who joins, once everything about it is verified. */
export interface Joiner {
  readonly member: RosterMember
  /** Seals the fresh secret to it for the first time; undefined if that cannot be. */
  readonly seal: (
    secret: Secret,
  ) => { readonly sealed: Uint8Array; readonly pairwise: Secret } | undefined
  /** Its nonce, 32 octets. */
  readonly nonce: Uint8Array
}

/** What a joiner is to be sent, under the host's KEY's signature. */
export interface Welcome {
  readonly index: number
  readonly sealed: Uint8Array
  readonly epoch: number
  readonly commitment: Uint8Array
}

/** A host's part of a group. All times are on one monotonic clock. */
export interface HostGroup {
  readonly roster: Roster
  /** The keys in use. */
  readonly keys: EpochKeys
  /** Lets verified members in, all in one batch. Those who cannot be sealed to are not among the result. */
  join(
    joiners: readonly Joiner[],
    now: Ms,
  ): { readonly welcomes: readonly Welcome[]; readonly effects: readonly GroupEffect[] }
  /** Members have left, were removed, or are lost. */
  leave(indices: readonly number[], now: Ms): readonly GroupEffect[]
  /** What a member sent; its index is the relay's stamp, and proved by the tag. */
  receive(from: number, message: MemberMessage, now: Ms): readonly GroupEffect[]
  /** Frames of so many octets were sent or received. */
  passed(octets: number, now: Ms): readonly GroupEffect[]
  /** Hops now. */
  hop(now: Ms): readonly GroupEffect[]
  /** Time has come, by {@link wakesAt}. */
  tick(now: Ms): readonly GroupEffect[]
  wakesAt(): Ms
  /** Forgets all keys. */
  close(): void
}

interface Peer {
  readonly pairwise: Secret
  /** The two latest, the latest first. */
  nonces: readonly Uint8Array[]
  /** What was last sealed to it alone. */
  fresh: MessageOf<typeof Fresh> | undefined
}

/** A joiner, and what the fresh secret was sealed into for it. */
interface Sealed extends Pick<Joiner, 'member' | 'nonce'> {
  readonly sealed: Uint8Array
  readonly pairwise: Secret
}

interface Kept {
  readonly keys: EpochKeys
  readonly until: Ms
}

interface Pending {
  readonly keys: EpochKeys
  /** The fresh secret, if it is no ordinary hop. */
  readonly secret: Secret | undefined
  readonly prepare: MessageOf<typeof Prepare> | undefined
  readonly cut: boolean
  readonly reason: HopReason
  readonly goBy: Ms
  readonly ready: Set<number>
}

/** Starts a group of which this end is the host: alone, or with whom the roster of a takeover has, once they have joined. */
export function hostGroup(start: HostStart, startedAt: Ms): HostGroup {
  const { context, self, key, policy, random } = start
  const { call } = context
  const schedule = SCHEDULES[start.schedule]
  const peers = new Map<number, Peer>()
  let { roster } = start
  let secret = start.makeSecret()
  let inputs = schedule.start(random, policy.listLength)
  let lastEpoch = start.firstEpoch
  let keys = epochKeys(
    secret,
    { call, epoch: lastEpoch, rosterHash: roster.hash },
    NOTHING,
    undefined,
  )
  let since = startedAt
  let octets = 0
  let hops = 0
  let pending: Pending | undefined
  /** Former keys, for frames that are on their way. */
  let kept: readonly Kept[] = []
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

  const dismiss = (index: number): void => {
    peers.get(index)?.pairwise.wipe()
    peers.delete(index)
  }

  const facts = (): { call: Uint8Array; epoch: number; rosterHash: Uint8Array } => ({
    call,
    epoch: lastEpoch,
    rosterHash: roster.hash,
  })

  const renew = (
    why: HopReason,
    now: Ms,
    fresh: Secret = start.makeSecret(),
    joiners: readonly Sealed[] = [],
  ): { welcomes: Welcome[]; effects: GroupEffect[] } => {
    const cut = why === 'left' || pending?.cut === true
    // whoever comes and goes meanwhile does not put off the departure's go
    const cutBy = pending?.cut === true ? pending.goBy : FOREVER
    const effects = cancel()
    for (const { member } of joiners) dismiss(member.index)
    lastEpoch += 1
    const next = epochKeys(fresh, facts(), NOTHING, undefined)
    const { term, hash } = roster
    const common = {
      type: 'fresh',
      term,
      epoch: lastEpoch,
      roster: hash,
      cut,
      commitment: next.commitment,
    } as const
    const { signature } = signed({ ...common, nonce: NOTHING, sealed: NOTHING })
    for (const [index, peer] of peers) {
      const nonce = peer.nonces[0]!
      const sealed = wrapLater(peer.pairwise, fresh, {
        call,
        term,
        epoch: lastEpoch,
        rosterHash: hash,
        nonce,
      })
      peer.fresh = { ...common, nonce, sealed, signature }
      effects.push({ do: 'send', to: index, message: peer.fresh })
    }
    const welcomes: Welcome[] = []
    for (const { member, sealed, pairwise, nonce } of joiners) {
      peers.set(member.index, { pairwise, nonces: [nonce], fresh: undefined })
      welcomes.push({
        index: member.index,
        sealed,
        epoch: lastEpoch,
        commitment: next.commitment,
      })
    }
    const goBy = Math.min(cutBy, after(now, cut ? policy.cutMs : policy.readyMs)) as Ms
    const reason = cut ? 'left' : why
    pending = { keys: next, secret: fresh, prepare: undefined, cut, reason, goBy, ready: new Set() }
    effects.push({ do: 'accept', keys: next })
    return { welcomes, effects: [...effects, ...goIfReady(now)] }
  }

  const hop = (why: HopReason, now: Ms): readonly GroupEffect[] => {
    if (pending !== undefined) return []
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
    pending = {
      keys: next,
      secret: undefined,
      prepare,
      cut: false,
      reason: why,
      goBy: after(now, policy.readyMs),
      ready: new Set(),
    }
    return [
      { do: 'send', to: 'all', message: prepare },
      { do: 'accept', keys: next },
      ...goIfReady(now),
    ]
  }

  const goIfReady = (now: Ms): readonly GroupEffect[] =>
    pending !== undefined && pending.ready.size === peers.size ? go(now) : []

  const go = (now: Ms): readonly GroupEffect[] => {
    const done = pending!
    pending = undefined
    const { epoch, commitment } = done.keys
    const message = signed({
      type: 'go',
      term: roster.term,
      epoch,
      cut: done.cut,
      reason: done.reason,
      commitment,
    } as const)
    last = { prepare: done.prepare, go: message }
    const effects: GroupEffect[] = [
      { do: 'send', to: 'all', message },
      { do: 'switch', keys: done.keys, reason: done.reason },
    ]
    kept = [...kept, { keys, until: after(now, policy.keepMs) }]
    if (done.cut) effects.push(...forget(FOREVER))
    ;({ keys } = done)
    since = now
    octets = 0
    hops += 1
    if (done.secret === undefined) return effects
    secret.wipe()
    ;({ secret } = done)
    hops = 0
    inputs.wipe()
    inputs = schedule.start(random, policy.listLength)
    return effects
  }

  const forget = (now: Ms): GroupEffect[] => {
    const over = kept.filter(({ until }) => now >= until)
    kept = kept.filter(({ until }) => now < until)
    return over.map((one) => {
      wipeEpoch(one.keys)
      return { do: 'forget', epoch: one.keys.epoch }
    })
  }

  const enter = (
    added: readonly RosterMember[],
    removed: readonly number[],
  ): GroupEffect | undefined => {
    const changed = changeRoster(roster, { added, removed, host: null })
    if (changed === undefined) return undefined
    roster = changed
    const { term, sequence, hash } = roster
    const entry = signed({
      type: 'entry',
      term,
      sequence,
      added,
      removed,
      host: null,
      roster: hash,
    } as const)
    return { do: 'send', to: 'all', message: entry }
  }

  const ready = (
    from: number,
    peer: Peer,
    message: Extract<MemberMessage, { type: 'ready' }>,
    now: Ms,
  ): readonly GroupEffect[] => {
    if (pending === undefined || message.epoch !== pending.keys.epoch) return []
    const expected = memberTag(peer.pairwise, call, 'ready', {
      term: roster.term,
      epoch: message.epoch,
      about: pending.keys.commitment,
    })
    if (message.term !== roster.term || !memberSaid(message.tag, expected)) return []
    pending.ready.add(from)
    return goIfReady(now)
  }

  /** A straggler lacks one step: it is sent again as it was. Who lacks more has to join again. */
  const again = (
    from: number,
    peer: Peer,
    message: Extract<MemberMessage, { type: 'ask' }>,
  ): readonly GroupEffect[] => {
    const { term, epoch } = message
    const expected = memberTag(peer.pairwise, call, 'ask', { term, epoch, about: NOTHING })
    if (term !== roster.term || !memberSaid(message.tag, expected)) return []
    const send = (one: HostMessage): GroupEffect => ({ do: 'send', to: from, message: one })
    const step = (prepare: MessageOf<typeof Prepare> | undefined): readonly GroupEffect[] =>
      prepare === undefined ? (peer.fresh === undefined ? [] : [send(peer.fresh)]) : [send(prepare)]
    if (epoch === keys.epoch) return pending === undefined ? [] : step(pending.prepare)
    if (last === undefined || last.go.epoch !== keys.epoch || pending !== undefined) return []
    return [...step(last.prepare), send(last.go)]
  }

  return {
    get roster() {
      return roster
    },
    get keys() {
      return keys
    },
    join(joiners, now) {
      const fresh = start.makeSecret()
      // nobody is in the roster who cannot be given the key
      const sealed = joiners.flatMap(({ member, seal, nonce }): Sealed[] => {
        const wrapped = seal(fresh)
        return wrapped === undefined ? [] : [{ member, nonce, ...wrapped }]
      })
      const added = sealed.map(({ member }) => member)
      const entry = added.length === 0 ? undefined : enter(added, [])
      if (entry === undefined) {
        wipe(fresh, ...sealed.map(({ pairwise }) => pairwise))
        return { welcomes: [], effects: [] }
      }
      const { welcomes, effects } = renew('joined', now, fresh, sealed)
      return { welcomes, effects: [entry, ...effects] }
    },
    leave(indices, now) {
      const gone = indices.filter((index) => index !== self && roster.members.has(index))
      const entry = gone.length === 0 ? undefined : enter([], gone)
      if (entry === undefined) return []
      for (const index of gone) dismiss(index)
      return [entry, ...renew('left', now).effects]
    },
    receive(from, message, now) {
      const peer = peers.get(from)
      if (peer === undefined) return []
      if (message.type === 'ready') return ready(from, peer, message, now)
      if (message.type === 'ask') return again(from, peer, message)
      const expected = memberTag(peer.pairwise, call, 'nonce', {
        term: 0,
        epoch: 0,
        about: message.nonce,
      })
      const isNew = peer.nonces.every((known) => !equal(known, message.nonce))
      if (isNew && memberSaid(message.tag, expected)) peer.nonces = [message.nonce, peer.nonces[0]!]
      return []
    },
    passed(more, now) {
      octets += more
      return octets >= policy.hopOctets ? hop('volume', now) : []
    },
    hop: (now) => hop('asked', now),
    tick(now) {
      const effects = forget(now)
      if (pending !== undefined && now >= pending.goBy) effects.push(...go(now))
      if (now >= after(since, policy.hopMs)) effects.push(...hop('time', now))
      if (now >= beatAt) {
        beats += 1
        beatAt = after(now, policy.beatMs)
        const { term, hash } = roster
        const beat = signed({
          type: 'beat',
          term,
          epoch: keys.epoch,
          roster: hash,
          count: beats,
        } as const)
        effects.push({ do: 'send', to: 'all', message: beat })
      }
      return effects
    },
    wakesAt() {
      const next = pending === undefined ? after(since, policy.hopMs) : pending.goBy
      return Math.min(beatAt, next, ...kept.map(({ until }) => until)) as Ms
    },
    close() {
      cancel()
      forget(FOREVER)
      wipeEpoch(keys)
      secret.wipe()
      inputs.wipe()
      for (const { pairwise } of peers.values()) pairwise.wipe()
      peers.clear()
    },
  }
}

const NOTHING = new Uint8Array(0)
const FOREVER = Infinity as Ms
