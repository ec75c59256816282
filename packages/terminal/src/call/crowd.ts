import type { CallEffect } from '@hufu/protocol/call'
import type { Departure } from '@hufu/protocol/group'
import { after, type ErrorCode, type Ms } from '@hufu/protocol/wire'
import type { Clock } from '../clock.ts'
import type { CallMemberInfo } from './call.ts'
import type { CallIdentity, MemberEvent } from './events.ts'
import type { People } from './people.ts'

/*
 * Who is called and who is there, as this terminal has it:
 *
 *   rung ─→ declined, unanswered; or another hosts
 *     └─ S1 verified, and in the host's roster ─→ known ─ connection gone ─→ lost ─→ known
 *                                                  └─ out of the roster ─→ left, removed
 */

/** Those of one call, and what is told of them. */
export interface Crowd {
  /** Verified and in the roster, by index; without this end. */
  readonly known: ReadonlyMap<number, CallMemberInfo>
  readonly rung: ReadonlySet<string>
  ring(users: readonly string[]): void
  /** Stops ringing; false if that user was not rung. */
  unring(user: string): boolean
  /** Another hosts: the server rings for this end no longer. */
  withdrawn(): void
  /** That user is in another call, and still rung. */
  engaged(user: string): void
  /** That user does not come. */
  declined(user: string, code: ErrorCode): void
  /** A member's S1 is good. */
  verified(effect: Extract<CallEffect, { do: 'verified' }>): Promise<void>
  /** The roster may have changed: whoever was verified before is shown once it is in. */
  review(): void
  /** A member's user, once it is known; undefined if it leaves, or the call ends, before. */
  met(index: number): Promise<string | undefined>
  moved(index: number, state: 'lost' | 'back'): void
  /** The member is out of the roster: who is lost for so long is told to have left, as others are. */
  left(index: number, how: Departure): void
  /** Where a user has been who is not in: the server may have kept those seats, in case it comes back. */
  seatsOf(user: string): readonly number[]
  refused(index: number, user: string | undefined, code: ErrorCode): void
  close(): void
}

export interface CrowdPorts {
  readonly clock: Clock
  /** Nothing was heard of that user, who rings here no longer. */
  readonly lapsed: (user: string) => void
  readonly people: People
  /** Whether the host's roster has that index. */
  readonly isIn: (index: number) => boolean
  readonly tell: (event: MemberEvent) => void
}

/** Milliseconds after which the server says nothing any more of a user who is rung. Our choice: it says so after 45 s. */
const LAPSE_MS = 90_000

/** Nobody there, and nobody rung. */
export function crowd({ people, clock, isIn, tell, lapsed }: CrowdPorts): Crowd {
  const known = new Map<number, CallMemberInfo>()
  /** Verified, and not in the roster yet. */
  const coming = new Map<number, CallIdentity>()
  /** Those of whom something came before they were shown. */
  const waiting = new Map<number, PromiseWithResolvers<string | undefined>>()
  /** Until when each is rung. */
  const rung = new Map<string, Ms>()
  const seats = new Map<string, Set<number>>()
  let cancel: (() => void) | undefined
  let isOver = false

  const meet = (index: number, user: string | undefined): void => {
    waiting.get(index)?.resolve(user)
    waiting.delete(index)
  }

  const show = (index: number, identity: CallIdentity): void => {
    if (!isIn(index)) {
      coming.set(index, identity)
      return
    }
    coming.delete(index)
    const isNew = known.get(index)?.state !== 'here'
    known.set(index, { index, state: 'here', ...identity })
    if (isNew) tell({ type: 'member', state: 'joined', index, ...identity })
    meet(index, identity.user)
  }

  const declined = (user: string, code: ErrorCode): void => {
    if (!rung.delete(user)) return
    const state = code === 'ERR_CALL_DECLINED' ? 'declined' : 'unanswered'
    tell({ type: 'member', state, user, code })
  }

  const watch = (): void => {
    const [first] = rung.values()
    if (first === undefined || isOver) return
    cancel ??= clock.wake(first, () => {
      cancel = undefined
      for (const [user, until] of rung)
        if (clock.now() >= until) {
          declined(user, 'ERR_CALL_NO_ANSWER')
          lapsed(user)
        }
      watch()
    })
  }

  return {
    known,
    get rung() {
      return new Set(rung.keys())
    },
    ring(users) {
      const until = after(clock.now(), LAPSE_MS)
      for (const user of users) {
        // the first to lapse comes first
        rung.delete(user)
        rung.set(user, until)
        tell({ type: 'member', state: 'ringing', user })
      }
      watch()
    },
    unring: (user) => rung.delete(user),
    withdrawn() {
      for (const user of rung.keys()) declined(user, 'ERR_CALL_WITHDRAWN')
    },
    engaged(user) {
      if (rung.has(user)) tell({ type: 'member', state: 'busy', user })
    },
    declined,
    async verified({ index, user, kind, keyId }) {
      const identity = await people.meet({ user, kind, keyId })
      if (!isOver) show(index, identity)
    },
    review() {
      for (const [index, identity] of coming) if (isIn(index)) show(index, identity)
    },
    async met(index) {
      const member = known.get(index)
      if (member !== undefined || isOver) return member?.user
      const waiter = waiting.get(index) ?? Promise.withResolvers<string | undefined>()
      waiting.set(index, waiter)
      return waiter.promise
    },
    moved(index, state) {
      const member = known.get(index)
      if (member === undefined) return
      known.set(index, { ...member, state: state === 'lost' ? 'lost' : 'here' })
      tell({ type: 'member', state, index, user: member.user })
    },
    left(index, how) {
      const user = known.get(index)?.user ?? coming.get(index)?.user
      const state = how === 'removed' ? 'removed' : 'left'
      known.delete(index)
      coming.delete(index)
      meet(index, undefined)
      if (user === undefined) return
      seats.set(user, (seats.get(user) ?? new Set()).add(index))
      tell({ type: 'member', state, index, user })
    },
    seatsOf: (user) => [...(seats.get(user) ?? [])].filter((index) => !isIn(index)),
    refused(index, user, code) {
      coming.delete(index)
      const whose = user ?? known.get(index)?.user
      tell({ type: 'member', state: 'refused', index, user: whose, code })
    },
    close() {
      isOver = true
      cancel?.()
      for (const index of waiting.keys()) meet(index, undefined)
    },
  }
}
