import { equal, wipe } from '../../crypto/index.ts'
import type { GroupEffect } from '../../group/effects.ts'
import type { MemberGroup } from '../../group/member-group.ts'
import { imageOf, rosterOf, sameMember, type Roster } from '../../group/roster.ts'
import type { MessageOf } from '../../wire/schema.ts'
import { after, type Ms } from '../../wire/units.ts'
import type { CallEffect } from './effects.ts'
import { rosterMember, signSaid, wasSaid } from './proofs.ts'
import { againPayload, openSealedAgain, returnPayload } from './returning.ts'
import type { SeatParts } from './seat-start.ts'
import { RANDOM_OCTETS } from './sizes.ts'
import type { Again, CallTalk, HandOver, Image } from './talk.ts'

/*
 * A member that has to be brought in again: it asks whoever hosts the call, every 2 s, with a new nonce each time; the two latest
 * count, as an answer may be on its way. Who is not answered by one who was handed the call also shows what that one was handed.
 */
export interface BroughtIn {
  /** Asks, if it is time to. `given up`: nobody has answered for too long. */
  ask(
    group: MemberGroup,
    now: Ms,
    handed?: MessageOf<typeof HandOver>,
  ): readonly CallEffect[] | 'given up'
  /** Another than its host says that it hosts the call. */
  claimed(from: number, now: Ms): void
  /** The roster as that member has it: kept until its `again` comes. */
  image(from: number, image: MessageOf<typeof Image>): void
  /** What a host has sealed to this end; if it is good, the group takes it. */
  take(
    group: MemberGroup,
    from: number,
    message: MessageOf<typeof Again>,
    now: Ms,
  ): readonly GroupEffect[]
  wakesAt(): Ms
}

/** Milliseconds between two questions. Our choice. */
const ASK_MS = 2_000
/** Who claims the call is asked, too, for so many milliseconds, the latest so many. Our choice: beats are not further apart. */
const CLAIMED_MS = 60_000
const MOST_CLAIMANTS = 4
/** Milliseconds after which nobody is asked any more. Our choice: longer than anybody's grace. */
const GIVE_UP_MS = 120_000

/** What its own host has left to another, as a member shows it who is not known to that one. */
function cedeOf(roster: Roster, handed: MessageOf<typeof HandOver> | undefined): CallTalk[] {
  if (handed === undefined || !equal(handed.roster, roster.hash)) return []
  const { epoch, to, signature } = handed
  return [{ type: 'cede', image: imageOf(roster), epoch, to, signature }]
}

/** Nothing was asked. */
export function broughtInAgain(start: SeatParts): BroughtIn {
  const { context, self, key, sealing, bundle, random, line } = start
  let asking:
    | { readonly since: Ms; readonly to: number; readonly at: Ms; readonly isShown: boolean }
    | undefined
  let nonces: readonly Uint8Array[] = []
  let claimants: readonly (readonly [index: number, until: Ms])[] = []
  let seen: { readonly from: number; readonly image: MessageOf<typeof Image> } | undefined

  return {
    ask(group, now, handed) {
      const to = group.returnsTo
      const isBehind = group.trouble === 'behind'
      if (to === undefined) {
        const wasShown = asking?.isShown === true
        asking = undefined
        seen = undefined
        return wasShown ? [{ do: 'returned' }] : []
      }
      if (asking !== undefined && now >= after(asking.since, GIVE_UP_MS)) return 'given up'
      if (asking?.to === to && now < after(asking.at, ASK_MS)) return []
      const shows: readonly CallEffect[] =
        isBehind && asking?.isShown !== true ? [{ do: 'returning' }] : []
      const isShown = isBehind || asking?.isShown === true
      const shown =
        asking?.to === to && to !== group.roster.host ? cedeOf(group.roster, handed) : []
      asking = { since: asking?.since ?? now, to, at: now, isShown }
      // any of them may be it, also one whom its own host has let in since
      const others = group.isStuck ? claimants.filter(([, until]) => now < until) : []
      const asked = new Set([to, ...others.map(([index]) => index)])
      const nonce = random(RANDOM_OCTETS)
      nonces = [nonce, ...nonces.slice(0, 1)]
      const { term, hash } = group.roster
      const unsigned = { term, roster: hash, nonce, sealing: bundle.sealing }
      const signature = signSaid(key, context, 'call-return', returnPayload(self, unsigned))
      return [
        ...shows,
        ...shown.flatMap((one) => line.send(to, one)),
        ...line.sendEach(asked, { type: 'return', ...unsigned, signature }),
      ]
    },
    claimed(from, now) {
      const others = claimants.filter(([index]) => index !== from)
      claimants = [[from, after(now, CLAIMED_MS)] as const, ...others].slice(0, MOST_CLAIMANTS)
    },
    image(from, image) {
      seen = { from, image }
    },
    take(group, from, message, now) {
      const { term, epoch, commitment, lock, nonce, sealed, signature } = message
      if (!nonces.some((known) => equal(known, nonce))) return []
      const isKnown = equal(message.roster, group.roster.hash)
      if (!isKnown && seen?.from !== from) return []
      const next = isKnown ? group.roster : rosterOf(context.call, seen!.image)
      if (next.host !== from || next.term !== term || !equal(next.hash, message.roster)) return []
      const host = next.members.get(from)
      const own = rosterMember(self, bundle, start)
      if (host === undefined || !sameMember(next.members.get(self), own)) return []
      if (!group.mayAdopt(next, now)) return []
      const by = { publicKey: host.signing, signature }
      if (!wasSaid(by, context, 'call-again', againPayload(self, message))) return []
      const opened = openSealedAgain({ context, term, host, member: own, nonce }, sealing, sealed)
      if (opened === undefined) return []
      if (next.term === group.roster.term && epoch <= group.latest) {
        wipe(opened.secret, opened.pairwise)
        return []
      }
      return group.adopt(next, { ...opened, epoch, commitment, lock, nonce }, now)
    },
    wakesAt: () => (asking === undefined ? (Infinity as Ms) : after(asking.at, ASK_MS)),
  }
}
