import { after, type Ms } from '../wire/units.ts'
import type { HostChange } from './effects.ts'
import { NEVER } from './held.ts'
import type { GroupPolicy } from './policy.ts'
import type { Roster } from './roster.ts'

/*
 * Whether a member hears its host, and whom it would take for its host instead.
 *
 *   hears ─ no beat for 20 s ─→ deaf: sends nothing
 *     │                          ├─ a beat ─→ hears
 *     │                          ├─ somebody has said that it hosts the group ─→ goes over to it
 *     │                          └─ it is its turn ─→ takes the group over itself
 *     └─ the host has signed that another follows it, and that one says so ─→ goes over to it
 *
 * Only one's own missed beats and the host's own signature count: nobody becomes host by saying so.
 */
export interface Hearing {
  readonly isDeaf: boolean
  /** The host has said something new; `count`, if it was a beat. False if it was an old beat. */
  heard(now: Ms, count?: number): boolean
  /** The host has signed that this member follows it. */
  hand(to: number): void
  /** `from` says that it hosts the group, in that term. It counts for three beats: who hosts goes on to say so. */
  claim(from: number, term: number, now: Ms): void
  /** By what right `from` would host the group; undefined if by none. */
  rightOf(from: number, now: Ms): HostChange | undefined
  /** Who has claimed to be host, and has a right to by now. */
  successor(now: Ms): number | undefined
  /** Once it is deaf: when it is this member's turn to take over, if nobody else does; `absent`: those who are not there. */
  turn(roster: Roster, absent: ReadonlySet<number>): Ms
  /** True if it has become deaf just now. */
  tick(now: Ms): boolean
  wakesAt(): Ms
  /** Another hosts the group. */
  follow(now: Ms): void
}

/** Begins to listen. */
export function hearing(policy: GroupPolicy, self: number, startedAt: Ms): Hearing {
  let heardAt = startedAt
  let beats = 0
  let isDeaf = false
  let handed: number | undefined
  let claimed: { readonly index: number; readonly term: number; readonly until: Ms } | undefined

  /** One beat earlier than deaf: others may have heard the last one a little earlier. */
  const missesBeats = (now: Ms): boolean => now >= after(heardAt, policy.deafMs - policy.beatMs)
  const rightOf = (from: number, now: Ms): HostChange | undefined =>
    handed === from ? 'handed' : missesBeats(now) ? 'taken' : undefined

  return {
    get isDeaf() {
      return isDeaf
    },
    heard(now, count) {
      if (count !== undefined && count <= beats) return false
      beats = count ?? beats
      heardAt = now
      isDeaf = false
      return true
    },
    hand(to) {
      handed = to
    },
    claim(index, term, now) {
      const isBetter =
        claimed === undefined ||
        now >= claimed.until ||
        term > claimed.term ||
        (term === claimed.term && index <= claimed.index)
      if (isBetter) claimed = { index, term, until: after(now, 3 * policy.beatMs) }
    },
    rightOf,
    successor: (now) =>
      claimed !== undefined && now < claimed.until && rightOf(claimed.index, now) !== undefined
        ? claimed.index
        : undefined,
    turn({ members, host }, absent) {
      if (!isDeaf) return NEVER
      let rank = 0
      // one who has handed the group over, in vain, is the last
      for (const index of members.keys())
        if (index !== host && !absent.has(index) && (index < self || host === self)) rank += 1
      const turn = after(heardAt, policy.deafMs + rank * policy.beatMs)
      return claimed !== undefined && claimed.until > turn ? claimed.until : turn
    },
    tick(now) {
      if (isDeaf || now < after(heardAt, policy.deafMs)) return false
      isDeaf = true
      return true
    },
    wakesAt: () => (isDeaf ? NEVER : after(heardAt, policy.deafMs)),
    follow(now) {
      heardAt = now
      beats = 0
      isDeaf = false
      handed = undefined
      claimed = undefined
    },
  }
}
