import type { GroupEffect } from '../../group/effects.ts'
import { memberGroup } from '../../group/member.ts'
import type { MemberGroup, MemberStart, MemberTrouble } from '../../group/member-group.ts'
import { rosterOf, type Roster } from '../../group/roster.ts'
import type { ErrorCode } from '../../wire/errors.ts'
import { after as later, type Ms } from '../../wire/units.ts'
import { broughtInAgain } from './brought-in.ts'
import type { CallEffect } from './effects.ts'
import { endPayload, signSaid, type CallTrust } from './proofs.ts'
import { handing, hostSaid } from './handing.ts'
import type { SeatChoice } from './seat-start.ts'
import type { CallTalk } from './talk.ts'
import { openWelcome, verifyWelcome, type Told, type Welcomed } from './welcome.ts'
import { earlyTalk } from './early.ts'
import type { CallMember, CallMemberStart } from './call-member.ts'

/*
 * A member of a call, from its S1 on. Nothing is decrypted before S2 is verified (A11).
 *
 *   waiting ─ image, batch, sealed: all good ─→ opening (the KEY agrees) ─ agreed ─→ in ─ end, bye, fault ─→ over
 *      └─ any of it bad, or 2 min: over                                                        │
 *                                                  behind, or another hosts: return ─┴─ again ─→ in
 *
 * What is said to all while this end is not in yet is kept, and heard once it is.
 */

type State =
  | { readonly at: 'waiting'; readonly told: Partial<Told> }
  | ({ readonly at: 'opening' } & Welcomed)
  | { readonly at: 'in'; readonly group: MemberGroup; readonly choice: SeatChoice }
  | { readonly at: 'over' }

/** Milliseconds in which a host's welcome comes, or does not. Our choice: its KEY may have to be touched first. */
const WELCOME_MS = 120_000

/** Starts a member's part, once the server has said that it is in. */
export function callMember(start: CallMemberStart, startedAt: Ms = 0 as Ms): CallMember {
  const { context, self, bundle, key, line, book, absent, formers, was } = start
  const again = broughtInAgain(start)
  let state: State = { at: 'waiting', told: {} }
  const early = earlyTalk(start.host)
  const handed = handing(start)
  let isOffline = false
  let welcomeBy: Ms | undefined

  const fail = (code: ErrorCode): readonly CallEffect[] => {
    if (state.at === 'in') state.group.close()
    state = { at: 'over' }
    early.take()
    return [{ do: 'over', code }]
  }

  /** What the group has done, and what became of it. `before`: its roster until then. */
  const after = (
    effects: readonly GroupEffect[],
    before: Roster,
    { now, trust }: { readonly now: Ms; readonly trust?: CallTrust },
  ): readonly CallEffect[] => {
    const done = line.obey(effects)
    if (state.at !== 'in') return done
    const { group } = state
    const { trouble, roster } = group
    if (before.term !== roster.term) formers.keep(before)
    const shown = book.follow(before, roster, trust)
    if (trouble === 'fork' || trouble === 'removed')
      return [...done, ...shown, ...fail(TROUBLE[trouble])]
    const asked = isOffline ? [] : again.ask(group, now, handed.said)
    return asked === 'given up'
      ? [...done, ...shown, ...fail('ERR_CALL_LOST')]
      : [...done, ...shown, ...asked]
  }

  const welcome = (from: number, message: CallTalk, trust: CallTrust): readonly CallEffect[] => {
    if (state.at !== 'waiting' || (start.host ?? from) !== from) return []
    const { told } = state
    if (message.type === 'image') state = { at: 'waiting', told: { ...told, image: message } }
    if (message.type === 'batch') state = { at: 'waiting', told: { ...told, batch: message } }
    if (message.type !== 'sealed') return []
    const { image, batch } = told
    const good = image && batch && verifyWelcome(start, { image, batch, sealed: message }, trust)
    if (good === undefined) return fail('ERR_CALL_PROOF')
    state = { at: 'opening', ...good }
    return [{ do: 'agree', share: good.share }]
  }

  const hear = (
    from: number,
    message: CallTalk,
    now: Ms,
    trust: CallTrust,
  ): readonly CallEffect[] => {
    if (state.at === 'over') return []
    if (state.at !== 'in') {
      if (OF_JOINING.has(message.type)) return welcome(from, message, trust)
      early.keep(from, message)
      return []
    }
    const { group } = state
    const { roster } = group
    switch (message.type) {
      case 'entry':
      case 'prepare':
      case 'fresh':
      case 'go':
      case 'beat':
        if (from !== roster.host) again.claimed(from, now)
        return after(group.receive(from, message, now), roster, { now, trust })
      case 'former':
        group.learn(rosterOf(context.call, message.image))
        return after([], roster, { now, trust })
      case 'image':
        again.image(from, message)
        return []
      case 'again':
        return after(again.take(group, from, message, now), roster, { now, trust })
      case 'hand-over':
        return after(handed.take(group, message, now), roster, { now, trust })
      case 'bundle': {
        const { index } = message
        return book.take(roster, { from, index, bundle: message.bundle }, trust)
      }
      case 'want': {
        const isOwn = message.indices.includes(self) && roster.members.has(from)
        return isOwn && book.mayAsk(from, now)
          ? line.send(from, { type: 'bundle', index: self, bundle })
          : []
      }
      case 'unshown':
        if (from === roster.host) book.unshown(message.indices, now)
        return []
      case 'data':
        return roster.members.has(from) ? [{ do: 'data', from, octets: message.octets }] : []
      case 'end': {
        const isSaid = hostSaid(context, roster, 'call-end', {
          payload: endPayload(roster.term),
          signature: message.signature,
        })
        return isSaid && message.term === roster.term ? fail('ERR_CALL_ENDED') : []
      }
      default:
        return []
    }
  }

  const begin = (begins: MemberStart, now: Ms): readonly GroupEffect[] | undefined => {
    const begun = memberGroup(begins, now)
    if (begun === undefined) return undefined
    const { schedule, policy } = begins
    state = { at: 'in', group: begun.group, choice: { schedule, policy } }
    return begun.effects
  }

  if (was !== undefined) {
    const { held, said, ...rest } = was
    begin({ ...start, ...rest, begins: { held, to: said.to } }, startedAt)
  }

  return {
    get at() {
      if (state.at === 'in' && state.group.trouble === 'behind') return 'away'
      return state.at
    },
    get roster() {
      if (state.at === 'in') return state.group.roster
      return state.at === 'opening' ? state.roster : undefined
    },
    get group() {
      return state.at === 'in' ? state.group : undefined
    },
    get choice() {
      return state.at === 'in' ? state.choice : undefined
    },
    hear,
    agreed(shared, now, trust) {
      if (state.at !== 'opening') return []
      const { host, roster, batch } = state
      const { schedule, policy } = batch
      const begins = shared && openWelcome(start, state, shared)
      const effects = begins && begin({ ...start, roster, schedule, policy, begins }, now)
      if (effects === undefined) return fail('ERR_CALL_PROOF')
      const shown = book.take(
        roster,
        { from: roster.host, index: roster.host, bundle: host },
        trust,
      )
      const own = line.send('all', { type: 'bundle', index: self, bundle })
      const heard = early.take().flatMap(([from, message]) => hear(from, message, now, trust))
      return [...line.obey(effects), ...shown, ...own, ...heard]
    },
    offline() {
      isOffline = true
    },
    online(now) {
      isOffline = false
      if (state.at !== 'in') return []
      state.group.fallBehind()
      return after([], state.group.roster, { now })
    },
    tick(now) {
      if (state.at === 'waiting') {
        welcomeBy ??= later(now, WELCOME_MS)
        return now < welcomeBy ? [] : fail('ERR_CALL_LOST')
      }
      if (state.at !== 'in') return []
      const { roster } = state.group
      const wants = isOffline ? [] : book.want(roster, now)
      return [
        ...wants.flatMap(({ to, indices }) => line.send(to, { type: 'want', indices })),
        ...after(state.group.tick(now), roster, { now }),
      ]
    },
    wakesAt() {
      if (state.at === 'waiting') return welcomeBy ?? (0 as Ms)
      if (state.at !== 'in') return Infinity as Ms
      const { group } = state
      const { roster } = group
      const own = isOffline
        ? []
        : [again.wakesAt(), group.takesOverAt(absent), book.wakesAt(roster)]
      return Math.min(group.wakesAt(), ...own) as Ms
    },
    turn(now) {
      if (state.at !== 'in' || isOffline) return undefined
      const { group } = state
      if (group.mayHost && handed.isToThis(group.roster)) return 'handed'
      return now >= group.takesOverAt(absent) ? 'taken' : undefined
    },
    release(now) {
      if (state.at !== 'in') throw new Error('not in')
      const { group, choice } = state
      const idle = group.idle(now)
      const held = group.release(now)!
      state = { at: 'over' }
      const { roster } = group
      const firstEpoch = handed.firstEpoch(roster, held.latest)
      return { ...choice, roster, held, firstEpoch, idle }
    },
    bye() {
      if (state.at !== 'in') return fail('ERR_CALL_ENDED')
      const signature = signSaid(key, context, 'call-leave', start.keyId)
      return [...line.send('all', { type: 'bye', signature }), ...fail('ERR_CALL_ENDED')]
    },
  }
}

/** Said to joiners while they join, and of no use to keep. */
const OF_JOINING: ReadonlySet<CallTalk['type']> = new Set(['image', 'batch', 'sealed', 'again'])

const TROUBLE = {
  fork: 'ERR_CALL_FORK',
  removed: 'ERR_CALL_REMOVED',
} as const satisfies Record<Exclude<MemberTrouble, 'behind'>, ErrorCode>
