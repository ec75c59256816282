import { MOST_RUNG, type CallEffect, type CallSeat } from '@hufu/protocol/call'
import type { CertificatePair } from '@hufu/protocol/identity'
import { HufuError, type Ms } from '@hufu/protocol/wire'
import type { Connection } from '../connection/connection.ts'
import type { Asking } from './asking.ts'
import type { Call } from './call.ts'
import type { Crowd } from './crowd.ts'

/** What only a call's host may do. */
export type HostActs = Pick<Call, 'invite' | 'remove' | 'hand' | 'hop'>

export interface HostActsPorts {
  readonly id: Uint8Array
  readonly seat: CallSeat
  /** What those whom this end has rung are shown. */
  readonly r1: Uint8Array
  readonly certificates: CertificatePair
  readonly connection: Connection
  readonly asking: Asking
  readonly crowd: Crowd
  readonly now: () => Ms
  readonly act: (effects: readonly CallEffect[]) => void
  /** Throws `ERR_CALL_HOST`, or `ERR_CALL_UNKNOWN` once it is over. */
  readonly hostOnly: () => void
}

export function hostActs(ports: HostActsPorts): HostActs {
  const { id, seat, r1, certificates, connection, asking, crowd, now, act, hostOnly } = ports

  const indexOf = (user: string): number => {
    const found = [...crowd.known.values()].find((member) => member.user === user)
    if (found === undefined) throw new HufuError('ERR_USER_UNKNOWN', user)
    return found.index
  }

  /**
   * Who is lost, or has been given up, and is called again: its user knows better than to wait for it. Its seat was kept,
   * and whoever has one is not rung.
   */
  const clear = async (users: readonly string[]): Promise<void> => {
    const called = new Set(users)
    const lost = [...crowd.known.values()].filter(
      ({ user, state }) => state === 'lost' && called.has(user),
    )
    if (lost.length > 0)
      act(
        seat.remove(
          lost.map(({ index }) => index),
          now(),
        ),
      )
    for (const index of users.flatMap((user) => crowd.seatsOf(user))) {
      const ref = connection.nextRef()
      await asking.done({ type: 'call.remove', ref, call: id, index })
    }
  }

  return {
    async invite(users) {
      hostOnly()
      await clear(users)
      for (let at = 0; at < users.length; at += MOST_RUNG) {
        const some = users.slice(at, at + MOST_RUNG)
        const ref = connection.nextRef()
        // before the answer: who is rung may be in before it
        crowd.ring(some)
        try {
          const asked = {
            type: 'call.invite',
            ref,
            call: id,
            users: some,
            r1,
            certificates,
          } as const
          await asking.done(asked)
        } catch (error) {
          for (const user of some)
            crowd.declined(user, error instanceof HufuError ? error.code : 'ERR_INTERNAL')
          throw error
        }
      }
    },
    async remove(user) {
      hostOnly()
      if (crowd.rung.has(user)) {
        const ref = connection.nextRef()
        await asking.done({ type: 'call.withdraw', ref, call: id, user })
        crowd.unring(user)
        return
      }
      act(seat.remove([indexOf(user)], now()))
    },
    async hand(user) {
      hostOnly()
      act(seat.handOver(indexOf(user), now()))
    },
    async hop() {
      hostOnly()
      act(seat.hop(now()))
    },
  }
}
