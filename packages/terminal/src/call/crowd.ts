import type { CallEffect } from '@hufu/protocol/call'
import type { ErrorCode } from '@hufu/protocol/wire'
import type { CallMemberInfo } from './call.ts'
import type { CallIdentity, MemberEvent } from './events.ts'
import type { People } from './people.ts'

/*
 * Who is called and who is there, as this terminal has it:
 *
 *   rung ─→ declined, unanswered
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
  /** That user does not come. */
  declined(user: string, code: ErrorCode): void
  /** A member's S1 is good. */
  verified(effect: Extract<CallEffect, { do: 'verified' }>): Promise<void>
  /** The roster may have changed: whoever was verified before is shown once it is in. */
  review(): void
  /** A member's user, once it is known; undefined if it leaves, or the call ends, before. */
  met(index: number): Promise<string | undefined>
  moved(index: number, state: 'lost' | 'back'): void
  /** This end takes a member out: it is told so once it is out. */
  removing(index: number): void
  left(index: number): void
  refused(index: number, user: string | undefined, code: ErrorCode): void
  close(): void
}

export interface CrowdPorts {
  readonly people: People
  /** Whether the host's roster has that index. */
  readonly isIn: (index: number) => boolean
  readonly tell: (event: MemberEvent) => void
}

/** Nobody there, and nobody rung. */
export function crowd({ people, isIn, tell }: CrowdPorts): Crowd {
  const known = new Map<number, CallMemberInfo>()
  /** Verified, and not in the roster yet. */
  const coming = new Map<number, CallIdentity>()
  /** Those of whom something came before they were shown. */
  const waiting = new Map<number, PromiseWithResolvers<string | undefined>>()
  const rung = new Set<string>()
  const removed = new Set<number>()
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

  return {
    known,
    rung,
    ring(users) {
      for (const user of users) {
        rung.add(user)
        tell({ type: 'member', state: 'ringing', user })
      }
    },
    unring: (user) => rung.delete(user),
    declined(user, code) {
      if (!rung.delete(user)) return
      const state = code === 'ERR_CALL_DECLINED' ? 'declined' : 'unanswered'
      tell({ type: 'member', state, user, code })
    },
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
    removing: (index) => void removed.add(index),
    left(index) {
      const user = known.get(index)?.user ?? coming.get(index)?.user
      const state = removed.delete(index) ? 'removed' : 'left'
      known.delete(index)
      coming.delete(index)
      meet(index, undefined)
      if (user !== undefined) tell({ type: 'member', state, index, user })
    },
    refused(index, user, code) {
      coming.delete(index)
      const whose = user ?? known.get(index)?.user
      tell({ type: 'member', state: 'refused', index, user: whose, code })
    },
    close() {
      isOver = true
      for (const index of waiting.keys()) meet(index, undefined)
    },
  }
}
