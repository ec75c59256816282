import { equal, wipe } from '../crypto/index.ts'
import { after, type Ms } from '../wire/units.ts'
import type { GroupEffect, HostChange } from './effects.ts'
import type { BroughtIn } from './member-group.ts'
import { goEarly } from './member-hops.ts'
import {
  enter,
  factsOf,
  fail,
  forge,
  getReady,
  keepReadied,
  NOTHING,
  NOWHERE,
  type MemberState,
} from './member-state.ts'
import type { SignedMessage } from './messages.ts'
import { lineOf, type Roster } from './roster.ts'
import { epochKeys, wipeEpoch } from './secrets.ts'
import { rosterSigned } from './signed.ts'

/** Somebody has signed that it is the host, and it is not the one that this member has. */
export function fromOther(
  state: MemberState,
  from: number,
  message: SignedMessage,
  now: Ms,
): readonly GroupEffect[] {
  const { ear, roster, trouble, start } = state
  const { term } = message
  if (term < roster.term) return []
  ear.claim(from, term, now)
  const right = ear.rightOf(from, now)
  if (right === undefined) {
    const isShown = start.doubts.claimed(from, term, start.policy, now)
    return isShown ? [{ do: 'rival', index: from, term }] : []
  }
  const isNext =
    message.type === 'entry' &&
    trouble === undefined &&
    message.host === from &&
    term === roster.term + 1 &&
    message.sequence === roster.sequence + 1
  if (!isNext) return goOver(state, from)
  const changed = enter(state, message)
  if (changed === undefined) return forge(state)
  if (message.removed.includes(start.self)) return fail(state, 'removed')
  state.roster = changed
  return follow(state, right, now)
}

/** The chain has gone another way than this member has seen: `to` has to bring it in. */
export function goOver(state: MemberState, to: number): readonly GroupEffect[] {
  const isLed = state.trouble === undefined || state.isLed
  fail(state, 'behind')
  state.isLed = isLed
  state.comesTo = to
  return []
}

/** Whom it has gone over to has not brought it in for so long: it has its own host again, or nobody. */
export function turnBack(state: MemberState, now: Ms): void {
  const { comesTo, roster, ear, isLed } = state
  if (comesTo === undefined || comesTo === roster.host || !ear.isSpent(comesTo, now)) return
  state.comesTo = isLed ? undefined : roster.host
  if (isLed) state.trouble = undefined
  state.isLed = false
}

/** Its roster has another host. The keys in use stay so until that one has brought it in. */
function follow(state: MemberState, how: HostChange, now: Ms): readonly GroupEffect[] {
  const { ear, roster, latest, start } = state
  const hears: readonly GroupEffect[] = ear.isDeaf ? [{ do: 'deaf', deaf: false }] : []
  ear.follow(now)
  start.doubts.settled(roster.host)
  state.pairwise?.wipe()
  state.pairwise = undefined
  state.askedAt = undefined
  state.signed = NOWHERE
  state.comesTo = roster.host
  return [{ do: 'host', index: roster.host, epoch: latest, how }, ...hears]
}

/** True if `next` may be this member's roster: by its host, or by one whom it knows and who has a right to host. */
export function mayAdopt({ roster, ear, signed }: MemberState, next: Roster, now: Ms): boolean {
  const { host } = next
  const known = lineOf(roster, host)
  const same = next.members.get(host)
  if (known === undefined || !equal(known.signing, same?.signing ?? NOTHING)) return false
  // back to before what its own host has signed: never
  if (next.sequence < roster.sequence) return false
  if (host === roster.host && (next.term < signed.term || next.sequence < signed.sequence))
    return false
  if (next.sequence === roster.sequence) return equal(next.hash, roster.hash)
  if (next.term >= roster.term && host === roster.host) return true
  return next.term >= roster.term && ear.mayBring(host, now) !== undefined
}

/** Entries of its own host that it has missed. */
export function learn(state: MemberState, next: Roster): void {
  const { roster, trouble, start } = state
  const { host, term, sequence } = next
  if (trouble !== 'behind' || host !== roster.host || term !== roster.term) return
  if (sequence <= roster.sequence) return
  const signer = roster.members.get(host)
  if (signer === undefined || !rosterSigned(signer.signing, start.context, next)) return
  if (lineOf(next, start.self) === undefined) state.trouble = 'removed'
  if ([...roster.members.keys()].some((index) => !next.members.has(index)))
    state.departedAt = sequence
  state.roster = next
}

/** Its host has brought it in again. */
export function adopt(
  state: MemberState,
  next: Roster,
  what: BroughtIn,
  now: Ms,
): readonly GroupEffect[] {
  const { ear, former, roster, start } = state
  const effects: GroupEffect[] = []
  if ([...roster.members.keys()].some((index) => !next.members.has(index)))
    state.departedAt = next.sequence
  const isOther = next.host !== roster.host
  const right = ear.mayBring(next.host, now) ?? 'taken'
  state.roster = next
  if (isOther) effects.push(...follow(state, right, now))
  else if (next.term !== roster.term) {
    ear.follow(now)
    start.doubts.outdated(next.term)
  }
  keepReadied(state, after(now, start.policy.keepMs))
  effects.push(...former.forgetFrom(what.epoch), ...forgetFrom(state, what.epoch))
  const { secret, lock } = what
  const made = epochKeys(secret, factsOf(state, what.epoch), NOTHING, undefined)
  if (!equal(made.commitment, what.commitment)) {
    wipeEpoch(made)
    wipe(secret, what.pairwise)
    return [...effects, ...fail(state, 'fork')]
  }
  state.pairwise?.wipe()
  state.pairwise = what.pairwise
  state.nonces = [what.nonce]
  state.isMute ||= state.trouble === 'behind'
  state.trouble = undefined
  state.comesTo = undefined
  state.isLed = false
  if (ear.isDeaf) effects.push({ do: 'deaf', deaf: false })
  ear.heard(now)
  const ready = getReady(state, { keys: made, secret, cut: false, lock })
  return [...effects, ...ready, ...goEarly(state, now)]
}

/** A new host has epochs of its own from that one on. */
function forgetFrom(state: MemberState, epoch: number): readonly GroupEffect[] {
  const { keys } = state
  if (keys === undefined || keys.epoch < epoch) return []
  wipeEpoch(keys)
  state.keys = undefined
  return [{ do: 'forget', epoch: keys.epoch }]
}
