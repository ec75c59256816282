import { equal, type Random, type Secret } from '../crypto/index.ts'
import type { MessageOf } from '../wire/schema.ts'
import { after, type Ms } from '../wire/units.ts'
import type { GroupEffect } from './effects.ts'
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
import type { GroupPolicy } from './policy.ts'
import { changeRoster, type Roster } from './roster.ts'
import { SCHEDULES, type ScheduleName } from './schedules.ts'
import { epochKeys, hopKey, wipeEpoch, type EpochKeys } from './secrets.ts'
import { hostSigned, memberTag, type CallContext } from './signed.ts'
import { openLater } from './wraps.ts'

/*
 * A member of a call: it goes where its host goes, if the host has signed it.
 *
 *   joining ─ go ─→ steady ─ prepare or fresh ─→ ready ─ go ─→ steady
 *                     │                            └─ another fresh: that epoch came to nothing
 *                     └─ no beat for 20 s ─→ deaf (sends nothing) ─ beat ─→ steady
 *
 * It takes frames under the keys that it is ready for before the go, as others may be ahead, and under the former ones for a
 * while after it; not after a departure.
 */

/** What a member begins with, once it has verified its host and opened what was sealed to it. */
export interface MemberStart {
  readonly context: CallContext
  readonly self: number
  /** As the host's KEY has signed it, this member in it. */
  readonly roster: Roster
  readonly secret: Secret
  readonly pairwise: Secret
  readonly epoch: number
  readonly commitment: Uint8Array
  /** The nonce that this member came with. */
  readonly nonce: Uint8Array
  readonly schedule: ScheduleName
  readonly policy: GroupPolicy
  readonly random: Random
}

/** Why a member cannot go on: it leaves and joins again, or its user is told. */
export type MemberTrouble =
  /** It lacks more than one step: join again. */
  | 'behind'
  /** Its host has signed two entries for the same place, or keys that do not come out as it committed to. */
  | 'fork'
  /** The host has taken it out. */
  | 'removed'

/** A member's part of a group. All times are on one monotonic clock. */
export interface MemberGroup {
  readonly roster: Roster
  /** What to seal under; undefined before the first go, and while no beat is heard. */
  sending(): EpochKeys | undefined
  /** What came from the host. What is not signed by it changes nothing. */
  receive(message: HostMessage, now: Ms): readonly GroupEffect[]
  tick(now: Ms): readonly GroupEffect[]
  wakesAt(): Ms
  readonly trouble: MemberTrouble | undefined
  /** Signed messages that were not: somebody in between, or a member, makes them up. */
  readonly forged: number
  close(): void
}

interface Kept {
  readonly keys: EpochKeys
  readonly until: Ms
}

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
  const { context, self, pairwise, policy, random } = start
  const { call } = context
  const schedule = SCHEDULES[start.schedule]
  let { roster } = start
  let { secret } = start
  let keys: EpochKeys | undefined
  let readied: Ready | undefined
  /** Former keys, for frames that are on their way. */
  let kept: readonly Kept[] = []
  let nonces: readonly Uint8Array[] = [start.nonce]
  let early: MessageOf<typeof Go> | undefined
  let heardAt = startedAt
  /** Count of the last beat: an old one, said again, keeps nobody from becoming deaf. */
  let beats = 0
  let askedAt: Ms | undefined
  let trouble: MemberTrouble | undefined
  let forged = 0

  const facts = (epoch: number): { call: Uint8Array; epoch: number; rosterHash: Uint8Array } => ({
    call,
    epoch,
    rosterHash: roster.hash,
  })

  const tagged = (
    type: MemberMessage['type'],
    epoch: number,
    about: Uint8Array,
    term: number = roster.term,
  ): Uint8Array => memberTag(pairwise, call, type, { term, epoch, about })

  const ready = (made: Ready): readonly GroupEffect[] => {
    const effects = dropReadied()
    readied = made
    const { epoch, commitment } = made.keys
    const tag = tagged('ready', epoch, commitment)
    effects.push(
      { do: 'accept', keys: made.keys },
      { do: 'send', to: roster.host, message: { type: 'ready', term: roster.term, epoch, tag } },
    )
    askedAt = undefined
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

  const forget = (now: Ms): GroupEffect[] => {
    const over = kept.filter(({ until }) => now >= until)
    kept = kept.filter(({ until }) => now < until)
    return over.map((one) => {
      wipeEpoch(one.keys)
      return { do: 'forget', epoch: one.keys.epoch }
    })
  }

  /** The last epoch that this member has keys of. */
  const latest = (): number => readied?.keys.epoch ?? keys?.epoch ?? 0

  const ask = (now: Ms): readonly GroupEffect[] => {
    if (askedAt !== undefined) return []
    askedAt = now
    const { term, host } = roster
    const epoch = keys?.epoch ?? 0
    const tag = tagged('ask', epoch, NOTHING)
    return [{ do: 'send', to: host, message: { type: 'ask', term, epoch, tag } }]
  }

  const entry = (message: MessageOf<typeof Entry>): readonly GroupEffect[] => {
    const { sequence, added, removed, host } = message
    if (sequence === roster.sequence && !equal(message.roster, roster.hash)) return fail('fork')
    if (sequence <= roster.sequence) return []
    if (sequence !== roster.sequence + 1) return fail('behind')
    if (removed.includes(self)) return fail('removed')
    const changed = changeRoster(roster, { added, removed, host })
    // the signature is over the hash: what does not lead there is not what the host has said
    if (changed === undefined || !equal(changed.hash, message.roster)) return forge()
    roster = changed
    return []
  }

  const forge = (): readonly GroupEffect[] => {
    forged += 1
    return []
  }

  const fail = (why: MemberTrouble): readonly GroupEffect[] => {
    trouble ??= why
    return []
  }

  const prepare = (message: MessageOf<typeof Prepare>, now: Ms): readonly GroupEffect[] => {
    const { epoch, sealed, commitment } = message
    if (epoch <= latest()) return []
    if (keys === undefined || !equal(message.roster, roster.hash)) return ask(now)
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
    if (epoch <= latest()) return []
    // an old one sealed again, or one that is not for this member
    if (!nonces.some((known) => equal(known, nonce))) return []
    if (!equal(message.roster, roster.hash)) return ask(now)
    const opened = openLater(pairwise, sealed, {
      call,
      term,
      epoch,
      rosterHash: roster.hash,
      nonce,
    })
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
    const tag = tagged('nonce', 0, nonce, 0)
    return [{ do: 'send', to: roster.host, message: { type: 'nonce', nonce, tag } }]
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
    const effects: GroupEffect[] = [{ do: 'switch', keys: done.keys, reason }]
    if (keys !== undefined) kept = [...kept, { keys, until: after(now, policy.keepMs) }]
    if (cut || done.cut) effects.push(...forget(FOREVER))
    ;({ keys } = done)
    if (done.secret === undefined || done.secret === secret) return effects
    secret.wipe()
    ;({ secret } = done)
    return effects
  }

  const group: MemberGroup = {
    get roster() {
      return roster
    },
    sending: () => (trouble === undefined && !isDeaf ? keys : undefined),
    receive(message, now) {
      if (trouble !== undefined) return []
      const host = roster.members.get(roster.host)!
      if (message.term !== roster.term || !hostSigned(host.signing, context, message))
        return forge()
      switch (message.type) {
        case 'entry':
          return entry(message)
        case 'prepare':
          return prepare(message, now)
        case 'fresh':
          return fresh(message, now)
        case 'go':
          return go(message, now)
        case 'beat':
          if (message.count <= beats) return []
          beats = message.count
          heardAt = now
          isDeaf = false
          if (message.epoch > (keys?.epoch ?? 0) || !equal(message.roster, roster.hash))
            return ask(now)
          return []
      }
    },
    tick(now) {
      const effects = forget(now)
      if (now >= after(heardAt, policy.deafMs)) isDeaf = true
      if (askedAt !== undefined && now >= after(askedAt, policy.cutMs)) {
        // what was asked for did not come: only a new beginning helps
        askedAt = undefined
        fail('behind')
      }
      return effects
    },
    wakesAt() {
      const asked = askedAt === undefined ? undefined : after(askedAt, policy.cutMs)
      const deaf = isDeaf ? undefined : after(heardAt, policy.deafMs)
      const times = [deaf, asked, ...kept.map(({ until }) => until)]
      return Math.min(...times.filter((at) => at !== undefined)) as Ms
    },
    get trouble() {
      return trouble
    },
    get forged() {
      return forged
    },
    close() {
      dropReadied()
      forget(FOREVER)
      if (keys !== undefined) wipeEpoch(keys)
      secret.wipe()
      pairwise.wipe()
    },
  }
  let isDeaf = false

  const first = epochKeys(secret, facts(start.epoch), NOTHING, undefined)
  if (!equal(first.commitment, start.commitment)) {
    wipeEpoch(first)
    return undefined
  }
  return { group, effects: ready({ keys: first, secret, cut: false }) }
}

const NOTHING = new Uint8Array(0)
const FOREVER = Infinity as Ms
