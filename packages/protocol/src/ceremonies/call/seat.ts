import { noDoubts } from '../../group/doubts.ts'
import type { Ms } from '../../wire/units.ts'
import { bundleBook } from './book.ts'
import type { CallSeat } from './call-seat.ts'
import { restlessness } from './unrest.ts'
import type { CallEffect } from './effects.ts'
import type { CallHost } from './call-host.ts'
import type { CallMember } from './call-member.ts'
import { callHost } from './host.ts'
import { formerRosters } from './formers.ts'
import { talkLine } from './line.ts'
import { callMember } from './member.ts'
import type { CallTrust } from './proofs.ts'
import { othersOf } from './returning.ts'
import type { SeatChoice, SeatParts, SeatStart } from './seat-start.ts'
import type { CallTalk } from './talk.ts'

/*
 * One end's place in a call. Who hosts may change while it lasts, and whoever holds a seat need not care.
 *
 *   member ─ handed the call, or no beat for so long and next in order ─→ host
 *   host ─ hands it over, or others have taken it over meanwhile ─→ member
 */

/**
 * The seat of who places a call, alone in it.
 *
 * @throws {HufuError} `ERR_CALL_ORDER` for a policy that no member would take.
 */
export function hostSeat(start: SeatStart & SeatChoice, startedAt: Ms): CallSeat {
  const parts = partsOf(start)
  const { schedule, policy } = start
  const host = callHost({ ...parts, schedule, policy }, startedAt)
  return seat(parts, { role: 'host', host, choice: { schedule, policy } })
}

/** The seat of who joins one, once the server has said that it is in. */
export function memberSeat(start: SeatStart): CallSeat {
  const parts = partsOf(start)
  return seat(parts, { role: 'member', member: callMember(parts) })
}

type Part =
  | { readonly role: 'host'; readonly host: CallHost; readonly choice: SeatChoice }
  | { readonly role: 'member'; readonly member: CallMember }

const NONE: readonly CallEffect[] = []

function partsOf(start: SeatStart): SeatParts {
  const { context, self, bundle, publicKeys, keyId, key, sealing, random, makeSecret } = start
  const own = { context, self, bundle, publicKeys, keyId, key, sealing, random, makeSecret }
  const told = start.host === undefined ? {} : { host: start.host }
  const book = bundleBook(context, self, start.keeps)
  return {
    ...own,
    ...told,
    line: talkLine(),
    book,
    absent: new Set(),
    formers: formerRosters(),
    unrest: restlessness(),
    doubts: noDoubts(),
  }
}

function seat(parts: SeatParts, begun: Part): CallSeat {
  const { self, line, absent, unrest } = parts
  let part = begun
  let isOffline = false

  const byHost = (
    act: (host: CallHost) => readonly CallEffect[],
    now: Ms,
  ): readonly CallEffect[] => (part.role === 'host' ? settle(act(part.host), now) : NONE)
  const byMember = (
    act: (member: CallMember) => readonly CallEffect[],
    now: Ms,
  ): readonly CallEffect[] => (part.role === 'member' ? settle(act(part.member), now) : NONE)

  /** Whether it is still the one that it was. */
  const settle = (effects: readonly CallEffect[], now: Ms): readonly CallEffect[] => {
    unrest.follow(effects, now)
    if (part.role === 'host') {
      const { successor } = part.host
      return successor === undefined || part.host.at === 'over'
        ? effects
        : [...effects, ...giveUp(part, successor, now)]
    }
    const how = part.member.turn(now)
    return how === undefined ? effects : [...effects, ...takeOver(part.member, how, now)]
  }

  const giveUp = (
    { host, choice }: Extract<Part, { role: 'host' }>,
    to: number,
    now: Ms,
  ): readonly CallEffect[] => {
    const { effects, was } = host.release(to, now)
    const member = callMember({ ...parts, was: { ...choice, ...was } }, now)
    if (isOffline) member.offline()
    part = { role: 'member', member }
    return effects
  }

  const takeOver = (
    member: CallMember,
    how: 'handed' | 'taken',
    now: Ms,
  ): readonly CallEffect[] => {
    const { schedule, policy, ...rest } = member.release(now)
    const host = callHost({ ...parts, schedule, policy, takes: { ...rest, how } }, now)
    part = { role: 'host', host, choice: { schedule, policy } }
    if (how === 'taken') unrest.begin(now)
    return [...host.begin(), ...host.tick(now)]
  }

  const hear = (
    from: number,
    message: CallTalk,
    now: Ms,
    trust: CallTrust,
  ): readonly CallEffect[] =>
    settle(
      part.role === 'host'
        ? part.host.hear(from, message, now, trust)
        : part.member.hear(from, message, now, trust),
      now,
    )

  const isIn = (index: number): boolean =>
    (part.role === 'host' ? part.host.roster : part.member.roster)?.members.has(index) === true

  return {
    get role() {
      return part.role
    },
    get at() {
      return part.role === 'host' ? part.host.at : part.member.at
    },
    self,
    get roster() {
      return part.role === 'host' ? part.host.roster : part.member.roster
    },
    get choice() {
      return part.role === 'host' ? part.choice : part.member.choice
    },
    sending() {
      if (part.role === 'member') return part.member.group?.sending()
      return part.host.at === 'in' ? part.host.group.keys : undefined
    },
    receive(from, frame, now, trust) {
      unrest.heard(now)
      const message = line.read(from, frame)
      return message === undefined ? NONE : hear(from, message, now, trust)
    },
    agreed: (shared, now, trust) => byMember((member) => member.agreed(shared, now, trust), now),
    signed: (batch, signature) =>
      part.role === 'host' ? part.host.signed(batch, signature) : NONE,
    joining: (index, bundle, trust) =>
      part.role === 'host' ? part.host.joining(index, bundle, trust) : NONE,
    admit: (now) => byHost((host) => host.admit(now), now),
    remove: (indices, now) => byHost((host) => host.leave(indices, now, 'removed'), now),
    hop: (now) => byHost((host) => host.hop(now), now),
    passed: (octets, now) => byHost((host) => host.passed(octets, now), now),
    data(octets, to = 'all') {
      const { at } = part.role === 'host' ? part.host : part.member
      return at === 'in' || at === 'away' ? line.send(to, { type: 'data', octets }) : NONE
    },
    lost(index, now) {
      const isNew = !absent.has(index)
      absent.add(index)
      const shown: readonly CallEffect[] = isNew && isIn(index) ? [{ do: 'away', index }] : NONE
      return [...shown, ...byHost((host) => host.lost(index, now), now)]
    },
    back(index, now) {
      const was = absent.delete(index)
      const shown: readonly CallEffect[] = was && isIn(index) ? [{ do: 'back', index }] : NONE
      return [...shown, ...byHost((host) => host.back(index, now), now)]
    },
    left: (index, now) => byHost((host) => host.leave([index], now, 'left'), now),
    offline() {
      isOffline = true
      if (part.role === 'member') part.member.offline()
      return NONE
    },
    online(now) {
      isOffline = false
      unrest.online(part.role === 'host' ? part.choice : part.member.choice, now)
      return part.role === 'host'
        ? byHost((host) => host.online(now), now)
        : byMember((member) => member.online(now), now)
    },
    handOver: (to, now) =>
      byHost((host) => {
        host.handOver(to)
        return NONE
      }, now),
    bye(now) {
      if (part.role === 'member') return part.member.bye()
      const { roster, group } = part.host
      const there = othersOf(roster, self).filter((index) => !absent.has(index))
      const to = there.find((index) => group.ready.has(index)) ?? there[0]
      if (part.host.at === 'over' || to === undefined) return part.host.end()
      const given = giveUp(part, to, now)
      return [...given, ...byMember((member) => member.bye(), now)]
    },
    end: () => (part.role === 'host' ? part.host.end() : NONE),
    tick: (now) => settle(part.role === 'host' ? part.host.tick(now) : part.member.tick(now), now),
    wakesAt: () => (part.role === 'host' ? part.host.wakesAt() : part.member.wakesAt()),
  }
}
