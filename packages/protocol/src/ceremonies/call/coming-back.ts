import { equal, hex, sha256 } from '../../crypto/index.ts'
import type { GroupEffect } from '../../group/effects.ts'
import type { HostGroup, Joiner } from '../../group/host-group.ts'
import { imageOf, lineOf, type RosterMember } from '../../group/roster.ts'
import type { MessageOf } from '../../wire/schema.ts'
import { after, type Ms } from '../../wire/units.ts'
import type { CallEffect } from './effects.ts'
import { signSaid, wasSaid } from './proofs.ts'
import { againPayload, othersOf, returnPayload, sealAgain } from './returning.ts'
import type { SeatChoice, SeatParts } from './seat-start.ts'
import type { Return } from './talk.ts'

/** Those who are away from a host, and those who have come back to it. */
export interface ComingBack {
  /** `from` asks to be brought in again. */
  take(from: number, message: MessageOf<typeof Return>, now: Ms): readonly CallEffect[]
  /** Brings in whoever waits, in one batch, if it may be done now. */
  serve(now: Ms): readonly CallEffect[]
  /** They were in another host's part of the call, and have a while to come over. */
  expect(indices: readonly number[], now: Ms): void
  lost(index: number, now: Ms): readonly GroupEffect[]
  back(index: number, now: Ms): readonly GroupEffect[]
  /** They have left. */
  gone(indices: readonly number[]): void
  /** Those who were away for too long. */
  expired(now: Ms): readonly number[]
  wakesAt(): Ms
}

interface Comer {
  readonly member: RosterMember
  readonly message: MessageOf<typeof Return>
}

/** Nonces of one member that are remembered: an old `return`, said again, brings nobody in. Our choice. */
const MOST_NONCES = 64

/** Begins; a host that has taken the call over gathers those who were in it. `missing`: the one before, if it was not heard. */
export function comingBack(
  start: SeatParts & SeatChoice,
  group: HostGroup,
  missing: number | undefined,
  startedAt: Ms,
): ComingBack {
  const { context, self, key, random, line, absent, formers, policy } = start
  const away = new Map<number, Ms>()
  const comers = new Map<number, Comer>()
  const nonces = new Map<number, string[]>()
  const tookAt = new Map<number, Ms>()
  /** The former key serves until then; not for long if somebody has left. */
  const gatherBy = (): Ms =>
    after(startedAt, group.departed ? policy.cutMs : Math.max(policy.cutMs, policy.deafMs / 2))

  const lost = (index: number, now: Ms): readonly GroupEffect[] => {
    absent.add(index)
    if (index === self || !group.roster.members.has(index) || away.has(index)) return []
    away.set(index, after(now, policy.graceMs))
    return group.absent(index, true, now)
  }

  /** All who are there have come over. */
  const isGathered = (now: Ms): boolean =>
    now >= gatherBy() ||
    (comers.size + absent.size >= group.roster.members.size - 1 &&
      othersOf(group.roster, self).every((index) => comers.has(index) || absent.has(index)))

  const joinerOf = ({ member, message }: Comer): Joiner => {
    const { nonce, sealing } = message
    const { term, members } = group.roster
    const place = { context, term, host: members.get(self)!, member, nonce }
    return { member, nonce, seal: (secret) => sealAgain(place, sealing, secret, random) }
  }

  const serve = (now: Ms): readonly CallEffect[] => {
    const isGathering = group.at === 'gathering'
    if (isGathering ? !isGathered(now) : group.at === 'renewing' || comers.size === 0) return []
    const served = new Map(comers)
    comers.clear()
    const before = group.roster
    const { welcomes, effects } = group.join([...served.values()].map(joinerOf), now)
    const { roster } = group
    const image = { type: 'image', ...imageOf(roster) } as const
    const lacking = welcomes
      .filter(({ index }) => !equal(served.get(index)!.message.roster, roster.hash))
      .map(({ index }) => index)
    const again = welcomes.flatMap(({ index, nonce, sealed, epoch, commitment, lock }) => {
      const { term, hash } = roster
      const unsigned = { term, epoch, commitment, lock, roster: hash, nonce, sealed }
      const signature = signSaid(key, context, 'call-again', againPayload(index, unsigned))
      return line.send(index, { type: 'again', ...unsigned, signature })
    })
    const back = welcomes
      .filter(({ index }) => away.delete(index) || !before.members.has(index))
      .map(({ index }): CallEffect => ({ do: 'back', index }))
    for (const { index } of welcomes) absent.delete(index)
    // who has not come over by now has a while for it
    if (isGathering)
      for (const index of othersOf(roster, self))
        if (!served.has(index)) away.set(index, after(now, policy.graceMs))
    const done = line.obey(effects)
    return [
      ...done,
      ...(lacking.length === 0 ? [] : line.sendEach(lacking, image)),
      ...again,
      ...back,
    ]
  }

  if (missing !== undefined) absent.add(missing)

  return {
    take(from, message, now) {
      const member = lineOf(group.roster, from)
      if (member === undefined || from === self || message.term > group.roster.term) return []
      const soon = tookAt.get(from)
      if (soon !== undefined && now < after(soon, policy.cutMs / 2)) return []
      const known = nonces.get(from) ?? []
      const nonce = hex(message.nonce)
      if (known.includes(nonce) || !equal(sha256(message.sealing), member.sealing)) return []
      const by = { publicKey: member.signing, signature: message.signature }
      if (!wasSaid(by, context, 'call-return', returnPayload(from, message))) return []
      nonces.set(from, [nonce, ...known.slice(0, MOST_NONCES - 1)])
      tookAt.set(from, now)
      comers.set(from, { member, message })
      const former = formers.of(message.term)
      const isBehind = former !== undefined && !equal(former.hash, message.roster)
      return isBehind ? line.send(from, { type: 'former', image: imageOf(former) }) : []
    },
    serve,
    expect(indices, now) {
      for (const index of indices)
        if (!comers.has(index)) away.set(index, after(now, policy.graceMs))
    },
    lost,
    back(index, now) {
      absent.delete(index)
      return away.delete(index) ? group.absent(index, false, now) : []
    },
    gone(indices) {
      for (const index of indices) {
        away.delete(index)
        comers.delete(index)
      }
    },
    expired: (now) => [...away].filter(([, until]) => now >= until).map(([index]) => index),
    wakesAt() {
      const gathers = group.at === 'gathering' ? [gatherBy()] : []
      return Math.min(...gathers, ...away.values()) as Ms
    },
  }
}
