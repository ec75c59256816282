import { equal } from '../crypto/index.ts'
import { after, type Ms } from '../wire/units.ts'
import type { GroupEffect } from './effects.ts'
import { NEVER } from './held.ts'
import type { MemberGroup, MemberStart } from './member-group.ts'
import { fromHost, fromHigher, go } from './member-hops.ts'
import {
  dropReadied,
  factsOf,
  fail,
  forge,
  getReady,
  keepReadied,
  lack,
  memberState,
  NOTHING,
  type MemberState,
} from './member-state.ts'
import { lineOf } from './roster.ts'
import { epochKeys, wipeEpoch } from './secrets.ts'
import { hostSigned } from './signed.ts'
import { adopt, fromOther, goOver, learn, mayAdopt, turnBack } from './succession.ts'

/*
 * A member of a call: it goes where its host goes, if the host has signed it.
 *
 *   joining ─ go ─→ steady ─ prepare or fresh ─→ ready ─ go ─→ steady
 *                     │                            └─ another fresh: that epoch came to nothing
 *                     ├─ a step is lacking, and asking did not help ─→ behind ─┐
 *                     └─ another hosts the call ─→ going over ─────────────────┴─ brought in again ─→ ready
 *
 * It takes frames under the keys that it is ready for before the go, as others may be ahead, and under the former ones for a
 * while after it; not after a departure. Whom it takes for its host: see `hearing.ts`.
 */

/** Starts a member's part. Undefined if the keys do not come out as the host has committed to. */
export function memberGroup(
  start: MemberStart,
  startedAt: Ms,
): { readonly group: MemberGroup; readonly effects: readonly GroupEffect[] } | undefined {
  const { begins } = start
  const state = memberState(start, startedAt)
  const group = groupOf(state)
  if ('held' in begins) {
    state.ear.hand(begins.to)
    return { group, effects: [] }
  }
  const { secret, lock } = begins
  const first = epochKeys(secret, factsOf(state, begins.epoch), NOTHING, undefined)
  if (!equal(first.commitment, begins.commitment)) {
    wipeEpoch(first)
    return undefined
  }
  state.secret = secret
  state.pairwise = begins.pairwise
  state.nonces = [begins.nonce]
  return { group, effects: getReady(state, { keys: first, secret, cut: false, lock }) }
}

function groupOf(state: MemberState): MemberGroup {
  const { start, ear, former } = state
  const { context, policy } = start
  const mayHost = (): boolean => state.trouble === undefined && state.keys !== undefined
  const keysAreLacking = (): boolean => state.trouble === undefined && state.keys === undefined

  return {
    get roster() {
      return state.roster
    },
    get trouble() {
      return state.trouble
    },
    get isStuck() {
      return state.trouble === 'behind' && !state.isLed
    },
    get returnsTo() {
      return state.comesTo
    },
    get latest() {
      return state.latest
    },
    get forged() {
      return state.forged
    },
    get mayHost() {
      return mayHost()
    },
    sending: () =>
      state.trouble === undefined && !ear.isDeaf && !state.isMute ? state.keys : undefined,
    receive(from, message, now) {
      const { roster, trouble } = state
      const signer = lineOf(roster, from)
      if (trouble === 'fork' || trouble === 'removed' || signer === undefined) return []
      const isOwn = from === roster.host
      // its host has raised its term since: old news
      if (isOwn && message.term < state.signed.term) return []
      if (message.type === 'go')
        return isOwn && message.term === roster.term ? go(state, message, now) : []
      if (!hostSigned(signer.signing, context, message)) return forge(state)
      if (isOwn && message.term >= roster.term)
        return message.term === roster.term
          ? fromHost(state, message, now)
          : fromHigher(state, message, now)
      return fromOther(state, from, message, now)
    },
    handedTo(to, now) {
      ear.hand(to)
      return ear.successor(now) === to ? goOver(state, to) : []
    },
    mayAdopt: (next, now) => mayAdopt(state, next, now),
    adopt: (next, what, now) => adopt(state, next, what, now),
    learn: (next) => learn(state, next),
    fallBehind(sequence = 0) {
      lack(state, sequence)
      ear.forgive()
      fail(state, 'behind')
    },
    tick(now) {
      const effects = former.forget(now)
      if (ear.tick(now)) effects.push({ do: 'deaf', deaf: true })
      turnBack(state, now)
      // let in, and its first go has not come: it has nothing to go on with by itself
      if (ear.isDeaf && keysAreLacking()) fail(state, 'behind')
      const successor = ear.isDeaf ? ear.successor(now) : undefined
      if (successor !== undefined && state.comesTo !== successor) goOver(state, successor)
      if (state.askedAt !== undefined && now >= after(state.askedAt, policy.cutMs)) {
        // what was asked for did not come
        state.askedAt = undefined
        fail(state, 'behind')
      }
      return effects
    },
    wakesAt() {
      const asked = state.askedAt === undefined ? NEVER : after(state.askedAt, policy.cutMs)
      return Math.min(ear.wakesAt(), asked, former.wakesAt()) as Ms
    },
    takesOverAt: (absent) => (mayHost() ? ear.turn(state.roster, absent) : NEVER),
    idle: (now) => ear.spent(now),
    release(now) {
      const { keys, latest, secret, pairwise } = state
      if (keys === undefined) return undefined
      const cut = state.departedAt !== undefined || state.readied?.cut === true
      keepReadied(state, after(now, policy.keepMs))
      secret?.wipe()
      pairwise?.wipe()
      return { keys, former: former.hand(), latest, cut }
    },
    close() {
      dropReadied(state)
      former.forget(NEVER)
      if (state.keys !== undefined) wipeEpoch(state.keys)
      state.secret?.wipe()
      state.pairwise?.wipe()
    },
  }
}
