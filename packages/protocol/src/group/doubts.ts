import { after, type Ms } from '../wire/units.ts'
import { patienceMs, type GroupPolicy } from './policy.ts'

/**
 * Claims to host a group that one end does not go along with, whether it is a member or hosts the group itself, and when they
 * are shown: most come to an end by themselves soon.
 */
export interface Doubts {
  /** `from` claims the group. True once, if it has gone on to for so long that nobody gives way any more. */
  claimed(from: number, term: number, policy: GroupPolicy, now: Ms): boolean
  /** It has given way, or hosts the group. */
  settled(from: number): void
  /** The group's host has taken in what it knew of: claims of earlier terms have come to an end by that. */
  outdated(term: number): void
}

/** Milliseconds without a claim after which another is a new one. Our choice: pauses do not hide it. */
const FORGET_MS = 120_000

/** Nobody has claimed anything. */
export function noDoubts(): Doubts {
  const claims = new Map<number, { term: number; since: Ms; last: Ms; isShown: boolean }>()
  return {
    claimed(from, term, policy, now) {
      const known = claims.get(from)
      const isOn = known !== undefined && now < after(known.last, FORGET_MS)
      const { since, isShown } = isOn ? known : { since: now, isShown: false }
      // who gives way does so at the first beat after its patience is at an end, and has heard another before
      const isLong = now >= after(since, patienceMs(policy) + 2 * policy.beatMs)
      claims.set(from, { term, since, last: now, isShown: isLong })
      return isLong && !isShown
    },
    settled: (from) => void claims.delete(from),
    outdated(term) {
      for (const [from, claim] of claims) if (claim.term < term) claims.delete(from)
    },
  }
}
