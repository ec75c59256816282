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
 *     │                          ├─ somebody has said that it hosts the group ─→ goes over to it ─ is not brought in ─→ deaf
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
  /**
   * `from` says that it hosts the group, in that term. It counts for three beats: who hosts goes on to say so. But for no
   * longer in all than it takes to bring everybody in: see {@link isSpent}.
   */
  claim(from: number, term: number, now: Ms): void
  /** `from` has claimed the group for so long, and has not brought this member in, that it is not believed any more. */
  isSpent(from: number, now: Ms): boolean
  /** All of whom that is so. */
  spent(now: Ms): readonly number[]
  /** What was said meanwhile is lost by this member's own connection: it believes claims anew. */
  forgive(): void
  /** By what right `from` hosts the group, if it brings this member in; undefined if by none. */
  mayBring(from: number, now: Ms): HostChange | undefined
  /** By what right `from` would host the group, if it is worth waiting for; undefined if by none. */
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
  /** Who has claimed the group since its host was heard last, and when first. */
  const firstAt = new Map<number, Ms>()
  let claimed: { readonly index: number; readonly term: number; readonly until: Ms } | undefined

  /** One beat earlier than deaf: others may have heard the last one a little earlier. */
  const missesAt = (): Ms => after(heardAt, policy.deafMs - policy.beatMs)
  /** Twice the time in which a new host waits for those who come over. Our choice. */
  const believedMs = Math.max(policy.deafMs, 2 * policy.cutMs)
  const believedUntil = (from: number): Ms => {
    const first = firstAt.get(from)
    return first === undefined ? NEVER : after(Math.max(first, missesAt()) as Ms, believedMs)
  }
  const isSpent = (from: number, now: Ms): boolean => now >= believedUntil(from)
  const mayBring = (from: number, now: Ms): HostChange | undefined =>
    handed === from ? 'handed' : now >= missesAt() ? 'taken' : undefined
  const rightOf = (from: number, now: Ms): HostChange | undefined =>
    isSpent(from, now) ? undefined : mayBring(from, now)

  return {
    get isDeaf() {
      return isDeaf
    },
    heard(now, count) {
      if (count !== undefined && count <= beats) return false
      beats = count ?? beats
      heardAt = now
      isDeaf = false
      firstAt.clear()
      return true
    },
    hand(to) {
      handed = to
    },
    claim(index, term, now) {
      if (!firstAt.has(index)) firstAt.set(index, now)
      if (isSpent(index, now)) return
      const isBetter =
        claimed === undefined ||
        now >= claimed.until ||
        term > claimed.term ||
        (term === claimed.term && index <= claimed.index)
      const until = Math.min(after(now, 3 * policy.beatMs), believedUntil(index)) as Ms
      if (isBetter) claimed = { index, term, until }
    },
    isSpent,
    spent: (now) => [...firstAt.keys()].filter((index) => isSpent(index, now)),
    forgive: () => {
      firstAt.clear()
    },
    mayBring,
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
      const from = Math.max(after(heardAt, policy.deafMs), claimed?.until ?? 0) as Ms
      return after(from, rank * policy.beatMs)
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
      firstAt.clear()
    },
  }
}
