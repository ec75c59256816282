import type { GroupEffect } from '../../group/effects.ts'
import { hostGroup } from '../../group/host.ts'
import { policyIsGood } from '../../group/policy.ts'
import { firstRoster, imageOf, lineOf, type Departure } from '../../group/roster.ts'
import { takeOver } from '../../group/takeover.ts'
import { HufuError } from '../../wire/errors.ts'
import type { MessageOf } from '../../wire/schema.ts'
import type { Ms } from '../../wire/units.ts'
import { admission } from './admission.ts'
import { comingBack } from './coming-back.ts'
import type { CallEffect } from './effects.ts'
import { endPayload, rosterMember, signSaid, wasSaid, type CallTrust } from './proofs.ts'
import { handOverPayload } from './returning.ts'
import { rivals } from './rivals.ts'
import type { CallHost, CallHostStart } from './call-host.ts'
import type { CallTalk, Cede } from './talk.ts'

/*
 * Whoever hosts a call: from the first ring, or from when it was handed the call or took it over, until it hands it on or the
 * end. How members come in: see `admission.ts`. Of each member:
 *
 *   there ─ connection lost ─→ away ─ return ─→ brought in again, by a fresh secret ─→ there
 *     │                          └─ 30 s ─→ left ─ return ─→ in the roster again, under its index ─→ there
 *     └─ bye ─→ left; or taken out ─→ removed: for good
 *
 * Of those who would host it instead: see `rivals.ts`.
 */

/**
 * Starts a call with its initiator alone, or goes on with one that was taken over.
 *
 * @throws {HufuError} `ERR_CALL_ORDER` for a policy that no member would take.
 */
export function callHost(start: CallHostStart, startedAt: Ms): CallHost {
  if (!policyIsGood(start.policy))
    throw new HufuError('ERR_CALL_ORDER', 'a policy outside its limits')
  const { context, bundle, key, self, line, book, absent, formers, takes } = start
  const { call } = context
  const taken = takes && takeOver(context, takes.roster, self, key)
  if (takes !== undefined) formers.keep(takes.roster)
  const group = hostGroup(
    {
      ...start,
      roster: taken?.roster ?? firstRoster(call, rosterMember(self, bundle, start)),
      firstEpoch: takes?.firstEpoch ?? 1,
      held: takes?.held,
    },
    startedAt,
  )
  const joiners = admission(start, group)
  const returns = comingBack(
    start,
    group,
    takes?.how === 'taken' ? takes.roster.host : undefined,
    startedAt,
  )
  const claims = rivals(start, group, takes?.idle ?? [])
  /** Whom it is to hand the call to, and a rival whom the members follow. */
  let wanted: number | undefined
  let winner: number | undefined
  let over = false

  const leave = (indices: readonly number[], now: Ms, how: Departure): readonly CallEffect[] => {
    const { roster } = group
    const isGone = (index: number): boolean =>
      how === 'lost' ? roster.members.has(index) : lineOf(roster, index) !== undefined
    const gone = indices.filter((index) => index !== self && isGone(index))
    joiners.dismiss(indices)
    returns.gone(indices)
    book.forget(gone)
    const effects = group.leave(indices, now, how)
    return [...line.obey(effects), ...gone.map((index): CallEffect => ({ do: 'left', index, how }))]
  }

  /** Whatever the group's last step made possible: whoever waits to be brought in, or a rival to give way to. */
  const after = (effects: readonly GroupEffect[], now: Ms): readonly CallEffect[] => {
    const done = line.obey(effects)
    const wasGathering = group.at === 'gathering'
    const brought = returns.serve(now)
    winner = claims.winner()
    const admitted = wasGathering && group.at !== 'gathering' ? joiners.admit(now) : []
    return [...done, ...brought, ...admitted]
  }

  /** Another host has given way to this one. */
  const cede = (message: MessageOf<typeof Cede>, now: Ms): readonly CallEffect[] => {
    const other = claims.ceded(message, now)
    if (other === undefined) return []
    const gone = [...other.left, ...other.removed]
    joiners.dismiss(gone)
    returns.gone(gone)
    book.forget(gone)
    formers.keep(group.roster)
    formers.keep(other.roster)
    joiners.know(other.added)
    const merged = group.merge(other, now)
    returns.expect(
      other.added.map(({ index }) => index),
      now,
    )
    return [
      { do: 'host', index: self, epoch: other.epoch, how: 'handed' },
      ...after(merged, now),
      ...other.left.map((index): CallEffect => ({ do: 'left', index, how: 'left' })),
      ...other.removed.map((index): CallEffect => ({ do: 'left', index, how: 'removed' })),
    ]
  }

  const hear = (
    from: number,
    message: CallTalk,
    now: Ms,
    trust: CallTrust,
  ): readonly CallEffect[] => {
    const member = group.roster.members.get(from)
    switch (message.type) {
      case 'ready':
      case 'ask':
      case 'nonce':
        return after(group.receive(from, message, now), now)
      case 'return':
        return [...returns.take(from, message, now), ...after([], now)]
      case 'want': {
        if (member === undefined || !book.mayAsk(from, now)) return []
        return [...new Set(message.indices)].flatMap((index) => {
          const known = joiners.bundleOf(index)
          return known === undefined
            ? []
            : line.send(from, { type: 'bundle', index, bundle: known })
        })
      }
      case 'bundle': {
        const { index } = message
        const shown = book.take(group.roster, { from, index, bundle: message.bundle }, trust)
        if (shown.some((one) => one.do === 'verified')) joiners.keep(index, message.bundle)
        return shown
      }
      case 'data':
        return member === undefined ? [] : [{ do: 'data', from, octets: message.octets }]
      case 'bye': {
        if (member === undefined) return []
        const by = { publicKey: member.signing, signature: message.signature }
        return wasSaid(by, context, 'call-leave', member.keyId) ? leave([from], now, 'left') : []
      }
      case 'cede':
        return cede(message, now)
      case 'entry':
      case 'prepare':
      case 'fresh':
      case 'go':
      case 'beat':
        return after(claims.hear(from, message, now), now)
      default:
        // what only a host says, said by a member
        return []
    }
  }

  return {
    get at() {
      return over ? 'over' : 'in'
    },
    get roster() {
      return group.roster
    },
    group,
    get successor() {
      // an S2 that its KEY is about to sign is waited for, and a hop that has begun
      if (joiners.isSigning) return undefined
      if (winner !== undefined) return winner
      if (group.at !== 'steady') return undefined
      // an entry that it lacks would be undone: who was taken out would be in again
      return wanted !== undefined && group.ready.has(wanted) ? wanted : undefined
    },
    begin() {
      if (taken === undefined || takes === undefined) return []
      const { firstEpoch, how } = takes
      return [...line.send('all', taken.entry), { do: 'host', index: self, epoch: firstEpoch, how }]
    },
    joining: (index, theirs, trust) =>
      over
        ? [{ do: 'refused', index, code: 'ERR_CALL_PROOF' }]
        : joiners.joining(index, theirs, trust),
    admit: (now) => (over ? [] : joiners.admit(now)),
    signed: (number, signature) => (over ? [] : joiners.signed(number, signature)),
    hear: (from, message, now, trust) => (over ? [] : hear(from, message, now, trust)),
    leave: (indices, now, how) => (over ? [] : leave(indices, now, how)),
    lost: (index, now) => (over ? [] : after(returns.lost(index, now), now)),
    back: (index, now) => (over ? [] : after(returns.back(index, now), now)),
    online: (now) => (over ? [] : after(group.beat(now), now)),
    hop: (now) => (over ? [] : after(group.hop(now), now)),
    passed: (octets, now) => (over ? [] : after(group.passed(octets, now), now)),
    tick(now) {
      if (over) return []
      const done = after(group.tick(now), now)
      const expired = returns.expired(now)
      const wants = book
        .want(group.roster, now)
        .flatMap(({ to, indices }) => line.send(to, { type: 'want', indices }))
      return [...done, ...(expired.length === 0 ? [] : leave(expired, now, 'lost')), ...wants]
    },
    wakesAt: () =>
      over
        ? (Infinity as Ms)
        : (Math.min(group.wakesAt(), returns.wakesAt(), book.wakesAt(group.roster)) as Ms),
    handOver(to) {
      if (to !== self && group.roster.members.has(to)) wanted = to
    },
    release(to, now) {
      const settled = line.obey(group.settle(now))
      const held = group.release()
      over = true
      const { roster } = group
      const { term, sequence, hash } = roster
      const { latest: epoch } = held
      const unsaid = { term, sequence, roster: hash, epoch, to }
      const signature = signSaid(key, context, 'call-hand-over', handOverPayload(unsaid))
      const said = { type: 'hand-over', ...unsaid, signature } as const
      const image = imageOf(roster)
      const ceded =
        to === winner ? line.send(to, { type: 'cede', image, epoch, to, signature }) : []
      return {
        effects: [...settled, ...ceded, ...line.send('all', said)],
        was: { roster, held, said },
      }
    },
    end() {
      if (over) return []
      const { term } = group.roster
      const signature = signSaid(key, context, 'call-end', endPayload(term))
      over = true
      group.close()
      absent.clear()
      return [
        ...line.send('all', { type: 'end', term, signature }),
        { do: 'over', code: 'ERR_CALL_ENDED' },
      ]
    },
  }
}
