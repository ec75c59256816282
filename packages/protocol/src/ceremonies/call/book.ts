import type { Departure, Roster, RosterMember } from '../../group/roster.ts'
import { sameMember } from '../../group/roster.ts'
import type { CallContext } from '../../group/signed.ts'
import { after, type Ms } from '../../wire/units.ts'
import type { Bundle } from './bundle.ts'
import type { CallEffect } from './effects.ts'
import { rosterMember, verifyBundle, type CallTrust } from './proofs.ts'

/** S1s that come before their owners' entries. Our choice: a batch that comes at once. */
const MOST_EARLY = 64
/**
 * S1s asked for at a time, and milliseconds between: twice as many each time that host and owners have been asked, at most so
 * many. Our choice: some 2,500 octets come for each, and who has none to show has none a minute later.
 */
const MOST_WANTED = 64
const WANT_MS = 5_000
const MOST_WANT_MS = 80_000
/** Milliseconds in which another's next question for S1s is not answered. Our choice: below `WANT_MS`. */
const SOON_MS = 2_500

/** Owners asked at a time, where the host has said that it has none of them, and milliseconds between. Our choice. */
const MOST_ASKED = 64
const ASK_MS = 500

/** S1s that are kept, of some 2,500 octets each. Our choice: whoever lacks another has it from its owner, a little later. */
const MOST_KEPT = 128

/** Whose S1 this end has verified, and the first of them: should it become the host, it shows them to those who join. */
export interface Book {
  /** This one was verified, and is as the roster has it. */
  enter(index: number, bundle: Bundle): void
  /** Those that are kept, of members alone. */
  readonly kept: ReadonlyMap<number, Bundle>
  /** They have left. */
  forget(indices: readonly number[]): void
  /** An S1 of `index` from `from`. It counts if the roster has it so, and only its owner or the host may show it. */
  take(
    roster: Roster,
    shown: { readonly from: number; readonly index: number; readonly bundle: Bundle },
    trust: CallTrust,
  ): readonly CallEffect[]
  /** The roster was `before`: who has left it, and whose S1 has waited for it. */
  follow(before: Roster, roster: Roster, trust: CallTrust | undefined): readonly CallEffect[]
  /** The host has no S1 of these: they are asked at once. */
  unshown(indices: readonly number[], now: Ms): void
  /** Whom to ask for S1s that have not come, and for which. */
  want(roster: Roster, now: Ms): readonly { readonly to: number; readonly indices: number[] }[]
  wakesAt(roster: Roster): Ms
  /** True if that member may be answered: each answer may bring 160,000 octets. */
  mayAsk(from: number, now: Ms): boolean
}

/** Nobody but oneself is verified yet. */
export function bundleBook(context: CallContext, self: number, mostKept: number = MOST_KEPT): Book {
  const verified = new Set<number>([self])
  const kept = new Map<number, Bundle>()
  const early = new Map<number, Bundle>()
  const askedAt = new Map<number, Ms>()
  let owners: readonly number[] = []
  let ownersAt = 0 as Ms
  let wantAt: Ms | undefined
  /** Questions that have brought nothing. */
  let tries = 0
  /** Those before it among the lacking have been asked. */
  let turn = 0
  /** The roster is another: what is wanted is wanted soon again. */
  let isNew = false

  const enter: Book['enter'] = (index, bundle) => {
    verified.add(index)
    tries = 0
    if (kept.has(index) || kept.size < mostKept) kept.set(index, bundle)
  }

  const drop = (index: number): void => {
    verified.delete(index)
    kept.delete(index)
  }

  const take: Book['take'] = (roster, { from, index, bundle }, trust) => {
    if (verified.has(index)) return []
    const line = roster.members.get(index)
    if (line === undefined && from === index && early.size < MOST_EARLY) early.set(index, bundle)
    if (line === undefined || (from !== index && from !== roster.host)) return []
    const owner = verifyBundle(context, bundle, trust)
    const code = owner.ok ? 'ERR_CALL_PROOF' : owner.code
    if (!owner.ok || !sameMember(line, rosterMember(index, bundle, owner.value)))
      return [{ do: 'refused', index, code }]
    enter(index, bundle)
    const { user, kind, keyId } = owner.value
    return [{ do: 'verified', index, user, kind, keyId }]
  }

  const lacking = (members: ReadonlyMap<number, RosterMember>): number[] =>
    [...members.keys()].filter((index) => !verified.has(index))

  return {
    enter,
    kept,
    forget(indices) {
      for (const index of indices) drop(index)
    },
    take,
    follow(before, roster, trust) {
      if (before.members === roster.members) return []
      tries = 0
      isNew = true
      const effects: CallEffect[] = []
      for (const [index, line] of before.members) {
        const now = roster.members.get(index)
        if (now === line) continue
        if (now === undefined) effects.push({ do: 'left', index, how: howOf(roster, index) })
        // an S1 was good for what the roster said then
        if (!sameMember(now, line)) drop(index)
      }
      for (const [index, bundle] of early) {
        if (!roster.members.has(index) || trust === undefined) continue
        early.delete(index)
        effects.push(...take(roster, { from: index, index, bundle }, trust))
      }
      return effects
    },
    unshown(indices, now) {
      owners = indices
      ownersAt = now
    },
    want(roster, now) {
      if (owners.length > 0 && now >= ownersAt) {
        const some = owners.slice(0, MOST_ASKED)
        owners = owners.slice(MOST_ASKED)
        ownersAt = after(now, ASK_MS)
        return some
          .filter((index) => roster.members.has(index) && !verified.has(index))
          .map((index) => ({ to: index, indices: [index] }))
      }
      if (isNew && wantAt !== undefined) wantAt = Math.min(wantAt, after(now, WANT_MS)) as Ms
      isNew = false
      if (verified.size >= roster.members.size || (wantAt !== undefined && now < wantAt)) {
        wantAt ??= after(now, WANT_MS)
        return []
      }
      const isFirst = wantAt === undefined
      wantAt = after(now, Math.min(WANT_MS * 2 ** Math.floor(tries / 2), MOST_WANT_MS))
      if (isFirst) return []
      tries += 1
      const all = lacking(roster.members)
      if (turn >= all.length) turn = 0
      const indices = all.slice(turn, turn + MOST_WANTED)
      // a host that has taken over does not have those who were in before it
      const isHost = roster.host === self
      if (tries % 2 === 1 && !isHost) return [{ to: roster.host, indices }]
      turn += MOST_WANTED
      return indices.map((index) => ({ to: index, indices: [index] }))
    },
    wakesAt(roster) {
      const asks = owners.length > 0 ? ownersAt : Infinity
      const wants = verified.size < roster.members.size ? (isNew ? 0 : (wantAt ?? 0)) : Infinity
      return Math.min(asks, wants) as Ms
    },
    mayAsk(from, now) {
      const asked = askedAt.get(from)
      if (asked !== undefined && now < after(asked, SOON_MS)) return false
      askedAt.set(from, now)
      return true
    },
  }
}

/** Of whom the roster says nothing, nobody has said that it is out for good. */
function howOf({ left }: Roster, index: number): Departure {
  return left.get(index)?.how ?? 'lost'
}
