import { equal } from '../../crypto/index.ts'
import type { GroupEffect } from '../../group/effects.ts'
import type { MemberGroup } from '../../group/member-group.ts'
import type { Roster } from '../../group/roster.ts'
import type { CallContext } from '../../group/signed.ts'
import { EPOCHS_LEFT_OUT } from '../../group/takeover.ts'
import type { MessageOf } from '../../wire/schema.ts'
import type { Ms } from '../../wire/units.ts'
import type { CallMemberStart } from './call-member.ts'
import { wasSaid } from './proofs.ts'
import { handOverPayload } from './returning.ts'
import type { HandOver } from './talk.ts'

/** Whom a member's host has handed the call to. */
export interface Handing {
  /** What that one has signed: the last of it. */
  readonly said: MessageOf<typeof HandOver> | undefined
  /** The host makes another its successor. Whoever brings it: the host has signed it. */
  take(group: MemberGroup, message: MessageOf<typeof HandOver>, now: Ms): readonly GroupEffect[]
  /** True if the host of that roster has handed it to this member. */
  isToThis(roster: Roster): boolean
  /** The number of the first epoch that this member makes, should it host; `latest`: the highest that it knows of. */
  firstEpoch(roster: Roster, latest: number): number
}

/** Nobody yet; of one who has been host itself, whom it has handed it to. */
export function handing({ context, self, was }: CallMemberStart): Handing {
  let said = was?.said
  const isToThis = ({ term }: Roster): boolean => said?.term === term && said.to === self
  return {
    get said() {
      return said
    },
    take(group, message, now) {
      const { roster } = group
      const { term, to, signature } = message
      if (said?.term === term || term !== roster.term || to === roster.host) return []
      const payload = handOverPayload(message)
      if (!hostSaid(context, roster, 'call-hand-over', { payload, signature })) return []
      said = message
      // the host has signed entries that this member has not seen: it may not host, nor go on by itself
      if (!equal(message.roster, roster.hash)) group.fallBehind(message.sequence)
      return to === self ? [] : group.handedTo(to, now)
    },
    isToThis,
    firstEpoch: (roster, latest) =>
      said !== undefined && isToThis(roster)
        ? Math.max(said.epoch, latest) + 1
        : latest + EPOCHS_LEFT_OUT,
  }
}

/** True if the host of that roster has said it. */
export function hostSaid(
  context: CallContext,
  { members, host }: Roster,
  what: 'call-end' | 'call-hand-over',
  { payload, signature }: { readonly payload: Uint8Array; readonly signature: Uint8Array },
): boolean {
  return wasSaid({ publicKey: members.get(host)!.signing, signature }, context, what, payload)
}
