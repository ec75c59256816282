import { equal } from '../../crypto/index.ts'
import type { GroupEffect } from '../../group/effects.ts'
import type { HostGroup, OtherPart } from '../../group/host-group.ts'
import type { HostMessage } from '../../group/messages.ts'
import { patienceMs } from '../../group/policy.ts'
import {
  lineOf,
  rosterOf,
  type Departure,
  type Roster,
  type RosterMember,
} from '../../group/roster.ts'
import { hostSigned } from '../../group/signed.ts'
import type { MessageOf } from '../../wire/schema.ts'
import { after, type Ms } from '../../wire/units.ts'
import { wasSaid } from './proofs.ts'
import { handOverPayload, othersOf } from './returning.ts'
import type { SeatChoice, SeatParts } from './seat-start.ts'
import type { Cede } from './talk.ts'

/*
 * What a host makes of a member that says it hosts the call. It may be so: this end was cut off for a while, and the others
 * have gone over; or both took it over at once. It may be a lie.
 *
 *   claimed ─┬─ a host was out of reach of late ─┬─ the claim is above this one ─→ gives way at once
 *            │                                   └─ below ─ made still after a while ─→ gives way
 *            └─ otherwise: hop ─┬─ half of those who are there, or more, are ready ─→ stays
 *                               └─ fewer ─→ gives way
 *
 * Above is the higher term; in one term, the lower index. The one below gives way first: not both may. A claim that goes on
 * for longer than that takes is shown.
 */
export interface Rivals {
  /** What only a host says, of `from`. */
  hear(from: number, message: HostMessage, now: Ms): readonly GroupEffect[]
  /** The member to give way to. */
  winner(): number | undefined
  /** What another host has left to this one; undefined if it has not, or there is nothing in it. */
  ceded(message: MessageOf<typeof Cede>, now: Ms): (OtherPart & { roster: Roster }) | undefined
}

interface Claim {
  readonly term: number
  /** When it was made first, and last. */
  readonly since: Ms
  readonly last: Ms
  /** When the members were asked. */
  readonly askedAt: Ms | undefined
}

/** Nobody has claimed anything. `idle`: those whose claims have come to nothing. */
export function rivals(
  start: SeatParts & SeatChoice,
  group: HostGroup,
  idle: readonly number[],
): Rivals {
  const { context, self, absent, policy, unrest, doubts } = start
  const claims = new Map<number, Claim>()
  const cededAt = new Map<number, Ms>()
  let rival: { readonly index: number; readonly since: number } | undefined
  let winner: number | undefined

  const claimed = (from: number, term: number, now: Ms): Claim => {
    const known = claims.get(from)
    const isOn = known?.term === term && now < after(known.last, 3 * policy.beatMs)
    const claim = { term, since: isOn ? known.since : now, last: now, askedAt: known?.askedAt }
    claims.set(from, claim)
    return claim
  }

  /** Whom the members follow, their answers tell. */
  const ask = (from: number, claim: Claim, now: Ms): readonly GroupEffect[] => {
    const { askedAt } = claim
    if (rival !== undefined || (askedAt !== undefined && now < after(askedAt, policy.deafMs)))
      return []
    claims.set(from, { ...claim, askedAt: now })
    rival = { index: from, since: group.answered.epoch }
    return group.hop(now)
  }

  return {
    hear(from, message, now) {
      const { roster } = group
      const signer = lineOf(roster, from)
      const known = claims.get(from)
      // a go says nothing to whoever was not told of it
      if (signer === undefined || from === self || message.type === 'go') return []
      const isNew = known === undefined || message.term > known.term
      if (!isNew && (message.term < known.term || now < after(known.last, policy.beatMs / 2)))
        return []
      if (!hostSigned(signer.signing, context, message)) return []
      const claim = claimed(from, message.term, now)
      const { term } = claim
      const isAbove = term > roster.term || (term === roster.term && from < self)
      const shown = (): readonly GroupEffect[] =>
        doubts.claimed(from, term, policy, now) ? [{ do: 'rival', index: from, term }] : []
      // the one below gives way once it hears of this one
      if (!isAbove && now < after(claim.since, patienceMs(policy)))
        return isNew ? [...shown(), ...group.beat(now)] : shown()
      if (!unrest.is(now) || idle.includes(from)) return [...shown(), ...ask(from, claim, now)]
      winner = from
      return []
    },
    winner() {
      if (winner !== undefined) return winner
      const { epoch, ready } = group.answered
      if (rival === undefined || epoch <= rival.since) return undefined
      const { index } = rival
      rival = undefined
      const there = othersOf(group.roster, self).filter((one) => !absent.has(one)).length
      if (there === 0 || 2 * ready < there) winner = index
      return winner
    },
    ceded({ image, epoch, to, signature }, now) {
      const { roster } = group
      const other = rosterOf(context.call, image)
      const { host, term, sequence, hash } = other
      const signer = lineOf(roster, host)
      const last = cededAt.get(host)
      if (signer === undefined || host === self) return undefined
      if (last !== undefined && now < after(last, policy.cutMs)) return undefined
      if (Math.max(term - roster.term, sequence - roster.sequence) > MOST_AHEAD) return undefined
      if (epoch - group.keys.epoch > MOST_AHEAD) return undefined
      if (!equal(other.members.get(host)?.signing ?? NOTHING, signer.signing)) return undefined
      const payload = handOverPayload({ term, sequence, roster: hash, epoch, to })
      const by = { publicKey: signer.signing, signature }
      if (!wasSaid(by, context, 'call-hand-over', payload)) return undefined
      const isBelieved = unrest.is(now) && !idle.includes(host)
      const added = isBelieved ? unknownTo(roster, other) : []
      const gone = (how: Departure): readonly number[] =>
        isBelieved ? goneFrom(roster, other, how).filter((index) => index !== self) : []
      const [left, removed] = [gone('left'), gone('removed')]
      const isAbove = roster.term > term && roster.sequence > sequence
      if (isAbove && added.length + left.length + removed.length === 0) return undefined
      cededAt.set(host, now)
      claims.delete(host)
      doubts.settled(host)
      if (winner === host) winner = undefined
      if (rival?.index === host) rival = undefined
      return { term, sequence, epoch, added, left, removed, roster: other }
    },
  }
}

/** How much further another chain may be. Our choice: no chain comes to its end by that. */
const MOST_AHEAD = 1_048_576

const NOTHING = new Uint8Array(0)

/** Whom another host has let in. */
function unknownTo({ members, left }: Roster, other: Roster): readonly RosterMember[] {
  const lost = [...other.left.values()].flatMap((one) => (one.how === 'lost' ? [one.line] : []))
  return [...other.members.values(), ...lost].filter(
    ({ index }) => !members.has(index) && !left.has(index),
  )
}

/** Who is out of another host's part in that way, for good, and not of this one's. */
function goneFrom(roster: Roster, other: Roster, how: Departure): readonly number[] {
  return [...other.left].flatMap(([index, one]) => {
    const line = lineOf(roster, index)
    const isSame = line !== undefined && equal(line.signing, one.signing)
    return one.how === how && isSame ? [index] : []
  })
}
