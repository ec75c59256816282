import type { GroupEffect } from '../../group/effects.ts'
import type { HostGroup } from '../../group/host-group.ts'
import type { HostMessage } from '../../group/messages.ts'
import { hostSigned } from '../../group/signed.ts'
import { after, type Ms } from '../../wire/units.ts'
import { othersOf } from './returning.ts'
import type { SeatChoice, SeatParts } from './seat-start.ts'

/*
 * What a host makes of a member that says it hosts the call. It may be so: this end was cut off for a while, and the others
 * have gone over; or both took it over at once. It may be a lie. Whom the members follow, their answers to a hop tell:
 *
 *   claimed ─ hop ─┬─ half of those who are there, or more, are ready ─→ stays, and the claim is shown
 *                  └─ fewer ─→ gives way
 *
 * Of two in one term the one that comes later in the order asks first. The other waits for it to give way: not both may.
 */
export interface Rivals {
  /** What only a host says, of `from`. */
  hear(from: number, message: HostMessage, now: Ms): readonly GroupEffect[]
  /** The member to give way to. */
  winner(): number | undefined
}

interface Claim {
  readonly term: number
  /** When the members are asked, if it is said again then. */
  readonly askAt: Ms
  isAsked: boolean
}

/** Nobody has claimed anything. */
export function rivals(start: SeatParts & SeatChoice, group: HostGroup): Rivals {
  const { context, self, absent, policy } = start
  const claims = new Map<number, Claim>()
  let rival: { readonly index: number; readonly since: number } | undefined
  return {
    hear(from, message, now) {
      const { term, members } = group.roster
      const signer = members.get(from)
      if (signer === undefined || from === self || message.term < term) return []
      const known = claims.get(from)
      const isNew = known?.term !== message.term
      if (!isNew && (known.isAsked || now < known.askAt)) return []
      if (!hostSigned(signer.signing, context, message)) return []
      const isAbove = message.term > term || from < self
      // by then the other has gathered those who come to it, and asked them
      const askAt = isAbove ? now : after(now, policy.deafMs / 2 + 2 * policy.cutMs)
      const claim = isNew ? { term: message.term, askAt, isAsked: false } : known
      claims.set(from, claim)
      const shown: readonly GroupEffect[] = isNew
        ? [{ do: 'rival', index: from, term: message.term }]
        : []
      if (now < claim.askAt || rival !== undefined) return shown
      claim.isAsked = true
      rival = { index: from, since: group.answered.epoch }
      return [...shown, ...group.hop(now)]
    },
    winner() {
      const { epoch, ready } = group.answered
      if (rival === undefined || epoch <= rival.since) return undefined
      const { index } = rival
      rival = undefined
      const there = othersOf(group.roster, self).filter((one) => !absent.has(one)).length
      return there === 0 || 2 * ready < there ? index : undefined
    },
  }
}
