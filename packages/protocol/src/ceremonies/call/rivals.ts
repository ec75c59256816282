import type { GroupEffect } from '../../group/effects.ts'
import type { HostGroup } from '../../group/host-group.ts'
import type { HostMessage } from '../../group/messages.ts'
import { hostSigned, type CallContext } from '../../group/signed.ts'
import type { Ms } from '../../wire/units.ts'

/*
 * What a host makes of a member that says it hosts the call. It may be so: this end was cut off for a while, and the others
 * have gone over. It may be a lie. Whom the members follow, their answers to a hop tell:
 *
 *   claimed ─ hop ─┬─ half of them or more are ready ─→ stays, and the claim is shown
 *                  └─ fewer ─→ gives way
 */
export interface Rivals {
  /** What only a host says, of `from`. */
  hear(from: number, message: HostMessage, now: Ms): readonly GroupEffect[]
  /** The member to give way to. */
  winner(): number | undefined
}

/** Nobody has claimed anything. */
export function rivals(context: CallContext, self: number, group: HostGroup): Rivals {
  const shown = new Map<number, number>()
  let rival: { readonly index: number; readonly since: number } | undefined
  return {
    hear(from, message, now) {
      const { term, members } = group.roster
      const signer = members.get(from)
      if (signer === undefined || from === self || message.term < term) return []
      if (shown.get(from) === message.term) return []
      if (!hostSigned(signer.signing, context, message)) return []
      shown.set(from, message.term)
      const effects: GroupEffect[] = [{ do: 'rival', index: from, term: message.term }]
      // of two in one term, the one that comes later in the order asks itself
      const isAbove = message.term > term || from < self
      if (!isAbove || rival !== undefined) return effects
      rival = { index: from, since: group.answered.epoch }
      return [...effects, ...group.hop(now)]
    },
    winner() {
      const { epoch, ready, of } = group.answered
      if (rival === undefined || epoch <= rival.since) return undefined
      const { index } = rival
      rival = undefined
      return of === 0 || 2 * ready < of ? index : undefined
    },
  }
}
