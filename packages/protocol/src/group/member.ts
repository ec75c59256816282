import { equal, type Secret } from '../crypto/index.ts'
import type { MessageOf } from '../wire/schema.ts'
import { after, type Ms } from '../wire/units.ts'
import type { GroupEffect, HostChange } from './effects.ts'
import { hearing } from './hearing.ts'
import { formerKeys, NEVER } from './held.ts'
import { openInput } from './hop-seal.ts'
import {
  MEMBER_NONCE_OCTETS,
  type Entry,
  type Fresh,
  type Go,
  type HostMessage,
  type MemberMessage,
  type Prepare,
} from './messages.ts'
import type { BroughtIn, MemberGroup, MemberStart, MemberTrouble } from './member-group.ts'
import { changeRoster, type Roster } from './roster.ts'
import { SCHEDULES } from './schedules.ts'
import { epochKeys, hopKey, wipeEpoch, type EpochFacts, type EpochKeys } from './secrets.ts'
import { hostSigned, memberTag } from './signed.ts'
import { openLater } from './wraps.ts'

/*
 * A member of a call: it goes where its host goes, if the host has signed it.
 *
 *   joining ─ go ─→ steady ─ prepare or fresh ─→ ready ─ go ─→ steady
 *                     │                            └─ another fresh: that epoch came to nothing
 *                     ├─ a step is lacking, and asking did not help ─→ behind ─┐
 *                     └─ another hosts the call ─→ going over ─────────────────┴─ brought in again ─→ ready
 *
 * It takes frames under the keys that it is ready for before the go, as others may be ahead, and under the former ones for a
 * while after it; not after a departure. Whom it takes for its host: see `hearing.ts`.
 */

interface Ready {
  readonly keys: EpochKeys
  readonly secret: Secret | undefined
  readonly cut: boolean
}

/** Starts a member's part. Undefined if the keys do not come out as the host has committed to. */
export function memberGroup(
  start: MemberStart,
  startedAt: Ms,
): { readonly group: MemberGroup; readonly effects: readonly GroupEffect[] } | undefined {
  const { context, self, policy, random, begins } = start
  const { call } = context
  const schedule = SCHEDULES[start.schedule]
  const held = 'held' in begins ? begins.held : undefined
  const ear = hearing(policy, self, startedAt)
  const former = formerKeys(held?.former)
  const shown = new Map<number, number>()
  let { roster } = start
  let secret: Secret | undefined
  let pairwise: Secret | undefined
  let keys = held?.keys
  let latest = held?.latest ?? 0
  let readied: Ready | undefined
  let nonces: readonly Uint8Array[] = []
  let early: MessageOf<typeof Go> | undefined
  /** Somebody has left since the keys in use: the next go ends them, even if it is not the one that was for it. */
  let departed = held?.cut === true
  let askedAt: Ms | undefined
  let trouble: MemberTrouble | undefined
  let comesTo: number | undefined
  /** It was behind: it does not know which key the others use before the next go. */
  let isMute = false
  let forged = 0

  const facts = (epoch: number): EpochFacts => ({ call, epoch, rosterHash: roster.hash })

  /** To the host, under the key that only both have. */
  const say = (
    message: { readonly type: MemberMessage['type']; readonly [field: string]: unknown },
    parts: { readonly term: number; readonly epoch: number; readonly about: Uint8Array },
  ): readonly GroupEffect[] => {
    if (pairwise === undefined) return []
    const tag = memberTag(pairwise, call, message.type, parts)
    return [{ do: 'send', to: roster.host, message: { ...message, tag } as MemberMessage }]
  }

  const ready = (made: Ready): readonly GroupEffect[] => {
    const effects = dropReadied()
    readied = made
    askedAt = undefined
    const { epoch, commitment } = made.keys
    latest = epoch
    const { term } = roster
    effects.push(
      { do: 'accept', keys: made.keys },
      ...say({ type: 'ready', term, epoch }, { term, epoch, about: commitment }),
    )
    return effects
  }

  const dropReadied = (): GroupEffect[] => {
    if (readied === undefined) return []
    const { epoch } = readied.keys
    wipeEpoch(readied.keys)
    if (readied.secret !== secret) readied.secret?.wipe()
    readied = undefined
    return [{ do: 'forget', epoch }]
  }

  const ask = (now: Ms): readonly GroupEffect[] => {
    if (askedAt !== undefined || comesTo !== undefined) return []
    askedAt = now
    const { term } = roster
    const epoch = keys?.epoch ?? 0
    return say({ type: 'ask', term, epoch }, { term, epoch, about: NOTHING })
  }

  const forge = (): readonly GroupEffect[] => {
    forged += 1
    return []
  }

  const fail = (why: MemberTrouble): readonly GroupEffect[] => {
    trouble ??= why
    if (trouble === 'behind') comesTo ??= roster.host
    return []
  }

  /** What it lacked has come after all: it was slow, or was not lacking. */
  const catchUp = (): void => {
    if (trouble !== 'behind' || comesTo !== roster.host || pairwise === undefined) return
    trouble = undefined
    comesTo = undefined
    isMute = false
  }

  /** An entry of the chain, by whoever hosts the group with it. */
  const enter = (message: MessageOf<typeof Entry>): Roster | undefined => {
    const { added, removed, host } = message
    const changed = changeRoster(roster, { added, removed, host })
    // the signature is over the hash: what does not lead there is not what the host has said
    return changed !== undefined && equal(changed.hash, message.roster) ? changed : undefined
  }

  const entry = (message: MessageOf<typeof Entry>): readonly GroupEffect[] => {
    const { sequence, removed, host } = message
    if (sequence === roster.sequence && !equal(message.roster, roster.hash)) return fail('fork')
    if (sequence <= roster.sequence) return []
    if (sequence !== roster.sequence + 1) return fail('behind')
    const changed = host === null ? enter(message) : undefined
    if (changed === undefined) return forge()
    if (removed.includes(self)) return fail('removed')
    if (removed.length > 0) departed = true
    roster = changed
    return []
  }

  const prepare = (message: MessageOf<typeof Prepare>, now: Ms): readonly GroupEffect[] => {
    const { epoch, sealed, commitment } = message
    if (epoch <= latest) return []
    if (keys === undefined || secret === undefined || !equal(message.roster, roster.hash))
      return ask(now)
    const under = hopKey(secret, call)
    const place = { call, term: roster.term, epoch, rosterHash: roster.hash }
    const input = openInput(under, sealed, place)
    under.wipe()
    if (input === undefined) return ask(now)
    const current = schedule.mixesCurrent ? keys.current : undefined
    const next = epochKeys(secret, facts(epoch), input, current)
    input.fill(0)
    if (!equal(next.commitment, commitment)) {
      wipeEpoch(next)
      // another epoch was in between, and this one has grown out of that
      return epoch === keys.epoch + 1 ? fail('fork') : ask(now)
    }
    return [...ready({ keys: next, secret: undefined, cut: false }), ...goEarly(now)]
  }

  const fresh = (message: MessageOf<typeof Fresh>, now: Ms): readonly GroupEffect[] => {
    const { term, epoch, nonce, sealed, commitment, cut } = message
    if (epoch <= latest) return []
    // an old one sealed again, or one that is not for this member
    if (pairwise === undefined || !nonces.some((known) => equal(known, nonce))) return []
    if (!equal(message.roster, roster.hash)) return ask(now)
    const place = { call, term, epoch, rosterHash: roster.hash, nonce }
    const opened = openLater(pairwise, sealed, place)
    if (opened === undefined) return ask(now)
    const next = epochKeys(opened, facts(epoch), NOTHING, undefined)
    if (!equal(next.commitment, commitment)) {
      wipeEpoch(next)
      opened.wipe()
      return fail('fork')
    }
    return [...ready({ keys: next, secret: opened, cut }), ...freshNonce(nonce), ...goEarly(now)]
  }

  /** Once the newest nonce has served there is another; several secrets may have been sealed with one before that arrives. */
  const freshNonce = (used: Uint8Array): readonly GroupEffect[] => {
    if (!equal(used, nonces[0]!)) return []
    const nonce = random(MEMBER_NONCE_OCTETS)
    nonces = [nonce, used]
    return say({ type: 'nonce', nonce }, { term: 0, epoch: 0, about: nonce })
  }

  /** A go that came before what it is about. */
  const goEarly = (now: Ms): readonly GroupEffect[] => {
    const waiting = early
    early = undefined
    return waiting === undefined ? [] : go(waiting, now)
  }

  const go = (message: MessageOf<typeof Go>, now: Ms): readonly GroupEffect[] => {
    const { epoch, commitment, cut, reason } = message
    if (keys !== undefined && epoch <= keys.epoch) return []
    if (readied?.keys.epoch !== epoch) {
      early = message
      return ask(now)
    }
    if (!equal(readied.keys.commitment, commitment)) return fail('fork')
    const done = readied
    readied = undefined
    isMute = false
    catchUp()
    const effects: GroupEffect[] = [{ do: 'switch', keys: done.keys, reason }]
    if (keys !== undefined) former.keep(keys, after(now, policy.keepMs))
    if (cut || done.cut || departed) effects.push(...former.forget(NEVER))
    departed = false
    ;({ keys } = done)
    if (done.secret === undefined || done.secret === secret) return effects
    secret?.wipe()
    ;({ secret } = done)
    return effects
  }

  const fromHost = (message: HostMessage, now: Ms): readonly GroupEffect[] => {
    if (message.type === 'beat') {
      const wasDeaf = ear.isDeaf
      if (!ear.heard(now, message.count)) return []
      const hears: readonly GroupEffect[] = wasDeaf ? [{ do: 'deaf', deaf: false }] : []
      const isBehind = message.epoch > (keys?.epoch ?? 0) || !equal(message.roster, roster.hash)
      // whoever said so is not the host: this one is heard again
      if (comesTo !== undefined && ear.rightOf(comesTo, now) === undefined) comesTo = roster.host
      if (!isBehind) catchUp()
      return isBehind ? [...hears, ...ask(now)] : hears
    }
    if (message.type === 'entry') return entry(message)
    // gone over to a host that has not brought it in yet
    if (pairwise === undefined) return []
    if (message.type === 'prepare') return prepare(message, now)
    return message.type === 'fresh' ? fresh(message, now) : go(message, now)
  }

  /** Somebody says that it is the host, and it is not the one that this member has. */
  const fromOther = (from: number, message: HostMessage, now: Ms): readonly GroupEffect[] => {
    const { term } = message
    if (term < roster.term) return []
    ear.claim(from, term, now)
    const right = ear.rightOf(from, now)
    if (right === undefined) {
      if (shown.get(from) === term) return []
      shown.set(from, term)
      return [{ do: 'rival', index: from, term }]
    }
    const isNext =
      message.type === 'entry' &&
      trouble === undefined &&
      message.host === from &&
      term === roster.term + 1 &&
      message.sequence === roster.sequence + 1
    if (!isNext) return goOver(from)
    const changed = enter(message)
    if (changed === undefined) return forge()
    if (message.removed.includes(self)) return fail('removed')
    roster = changed
    return follow(right, now)
  }

  /** The chain has gone another way than this member has seen. */
  const goOver = (to: number): readonly GroupEffect[] => {
    fail('behind')
    comesTo = to
    return []
  }

  const follow = (how: HostChange, now: Ms): readonly GroupEffect[] => {
    const hears: readonly GroupEffect[] = ear.isDeaf ? [{ do: 'deaf', deaf: false }] : []
    ear.follow(now)
    pairwise?.wipe()
    pairwise = undefined
    askedAt = undefined
    early = undefined
    comesTo = roster.host
    return [{ do: 'host', index: roster.host, epoch: latest, how }, ...hears]
  }

  const adopt = (next: Roster, what: BroughtIn, now: Ms): readonly GroupEffect[] => {
    const effects: GroupEffect[] = []
    if ([...roster.members.keys()].some((index) => !next.members.has(index))) departed = true
    if (next.term !== roster.term) {
      const right = ear.rightOf(next.host, now) ?? 'taken'
      roster = next
      effects.push(...follow(right, now))
    }
    roster = next
    // others may have gone there already
    if (readied !== undefined) former.keep(readied.keys, after(now, policy.keepMs))
    if (readied?.secret !== secret) readied?.secret?.wipe()
    readied = undefined
    effects.push(...former.forgetFrom(what.epoch))
    if (keys !== undefined && keys.epoch >= what.epoch) {
      effects.push({ do: 'forget', epoch: keys.epoch })
      wipeEpoch(keys)
      keys = undefined
    }
    const made = epochKeys(what.secret, facts(what.epoch), NOTHING, undefined)
    if (!equal(made.commitment, what.commitment)) {
      wipeEpoch(made)
      return [...effects, ...fail('fork')]
    }
    pairwise?.wipe()
    ;({ pairwise } = what)
    nonces = [what.nonce]
    isMute = isMute || trouble === 'behind'
    trouble = undefined
    comesTo = undefined
    ear.heard(now)
    return [...effects, ...ready({ keys: made, secret: what.secret, cut: false })]
  }

  const mayHost = (): boolean => trouble === undefined && keys !== undefined

  const group: MemberGroup = {
    get roster() {
      return roster
    },
    get trouble() {
      return trouble
    },
    get returnsTo() {
      return comesTo
    },
    sending: () => (trouble === undefined && !ear.isDeaf && !isMute ? keys : undefined),
    receive(from, message, now) {
      const signer = roster.members.get(from)
      if (trouble === 'fork' || trouble === 'removed' || signer === undefined) return []
      if (!hostSigned(signer.signing, context, message)) return forge()
      return from === roster.host && message.term === roster.term
        ? fromHost(message, now)
        : fromOther(from, message, now)
    },
    handedTo(to, now) {
      ear.hand(to)
      return ear.successor(now) === to ? goOver(to) : []
    },
    mayAdopt(next, now) {
      const { host } = next
      const known = roster.members.get(host)
      const same = next.members.get(host)
      if (known === undefined || !equal(known.signing, same?.signing ?? NOTHING)) return false
      if (next.sequence < roster.sequence) return false
      if (next.sequence === roster.sequence) return equal(next.hash, roster.hash)
      if (next.term === roster.term && host === roster.host) return true
      return next.term >= roster.term && ear.rightOf(host, now) !== undefined
    },
    adopt,
    fallBehind: () => void fail('behind'),
    tick(now) {
      const effects = former.forget(now)
      if (ear.tick(now)) effects.push({ do: 'deaf', deaf: true })
      const successor = ear.isDeaf ? ear.successor(now) : undefined
      if (successor !== undefined && comesTo !== successor) goOver(successor)
      if (askedAt !== undefined && now >= after(askedAt, policy.cutMs)) {
        // what was asked for did not come
        askedAt = undefined
        fail('behind')
      }
      return effects
    },
    wakesAt() {
      const asked = askedAt === undefined ? NEVER : after(askedAt, policy.cutMs)
      return Math.min(ear.wakesAt(), asked, former.wakesAt()) as Ms
    },
    get mayHost() {
      return mayHost()
    },
    takesOverAt: (absent) => (mayHost() ? ear.turn(roster, absent) : NEVER),
    release(now) {
      if (keys === undefined) return undefined
      const cut = departed || readied?.cut === true
      if (readied !== undefined) former.keep(readied.keys, after(now, policy.keepMs))
      if (readied?.secret !== secret) readied?.secret?.wipe()
      secret?.wipe()
      pairwise?.wipe()
      return { keys, former: former.hand(), latest, cut }
    },
    get latest() {
      return latest
    },
    get forged() {
      return forged
    },
    close() {
      dropReadied()
      former.forget(NEVER)
      if (keys !== undefined) wipeEpoch(keys)
      secret?.wipe()
      pairwise?.wipe()
    },
  }

  if ('held' in begins) {
    ear.hand(begins.to)
    return { group, effects: [] }
  }
  const first = epochKeys(begins.secret, facts(begins.epoch), NOTHING, undefined)
  if (!equal(first.commitment, begins.commitment)) {
    wipeEpoch(first)
    return undefined
  }
  ;({ secret, pairwise } = begins)
  nonces = [begins.nonce]
  return { group, effects: ready({ keys: first, secret, cut: false }) }
}

const NOTHING = new Uint8Array(0)
