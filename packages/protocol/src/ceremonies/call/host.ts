import { equal, hex, sha256, type Secret } from '../../crypto/index.ts'
import type { GroupEffect } from '../../group/effects.ts'
import type { Held } from '../../group/held.ts'
import { hostGroup } from '../../group/host.ts'
import type { HostGroup, Joiner } from '../../group/host-group.ts'
import { policyIsGood } from '../../group/policy.ts'
import { firstRoster, imageOf, type Roster } from '../../group/roster.ts'
import { takeOver } from '../../group/takeover.ts'
import { wrapFirst, type FirstWrap } from '../../group/wraps.ts'
import type { VerifiedKey } from '../../identity/verify.ts'
import { HufuError, type ErrorCode } from '../../wire/errors.ts'
import type { Ms } from '../../wire/units.ts'
import { bundleHash, type Bundle } from './bundle.ts'
import { comingBack } from './coming-back.ts'
import type { CallEffect } from './effects.ts'
import {
  endPayload,
  rosterMember,
  sealInfo,
  signSaid,
  verifyBundle,
  wasSaid,
  type CallTrust,
} from './proofs.ts'
import { handOverPayload, othersOf } from './returning.ts'
import { rivals } from './rivals.ts'
import type { SeatChoice, SeatParts } from './seat-start.ts'
import { MOST_IN_BATCH } from './sizes.ts'
import { welcomeStatement, type Batch } from './statements.ts'
import type { CallTalk } from './talk.ts'

/*
 * Whoever hosts a call: from the first ring, or from when it was handed the call or took it over, until it hands it on or the
 * end. Of each joiner:
 *
 *   S1 arrives ─ good ─→ waiting ─ admit ─→ in the roster, S2 asked of the KEY ─ signed ─→ welcomed
 *       └─ bad: refused
 *
 * Those who wait when `admit` is called are one batch: one fresh secret, one signature S2. Of each member:
 *
 *   there ─ connection lost ─→ away ─ return ─→ brought in again, by a fresh secret ─→ there
 *     │                          └─ 30 s ─→ left ─ return ─→ in the roster again, under its index ─→ there
 *     └─ bye, or taken out ─→ left for good
 */

/** What a host begins with. */
export interface CallHostStart extends SeatParts, SeatChoice {
  /** Of one who takes a call over: the roster before, what it held, and by what right. */
  readonly takes?: TakenOver
}

/** What a member has of a call that it takes over. */
export interface TakenOver {
  readonly roster: Roster
  readonly held: Held
  readonly firstEpoch: number
  readonly how: 'handed' | 'taken'
}

/** A host's part of a call. */
export interface CallHost {
  readonly at: 'in' | 'over'
  readonly roster: Roster
  readonly group: HostGroup
  /** Who is to be host instead, once this end may be none. */
  readonly successor: number | undefined
  /** Says that it is host, where it has taken the call over. */
  begin(): readonly CallEffect[]
  /** A member has come in at that index, with this S1 (A9, A12). Codes of a refusal: those of `verifyBundle`. */
  joining(index: number, bundle: Bundle, trust: CallTrust): readonly CallEffect[]
  /** Lets all who wait in, as one batch. */
  admit(now: Ms): readonly CallEffect[]
  /** The KEY has signed what it was asked to. */
  signed(batch: number, signature: Uint8Array): readonly CallEffect[]
  /** A message of the signalling session; `from` is the relay's stamp. */
  hear(from: number, message: CallTalk, now: Ms, trust: CallTrust): readonly CallEffect[]
  /** Members are taken out. */
  leave(indices: readonly number[], now: Ms): readonly CallEffect[]
  lost(index: number, now: Ms): readonly CallEffect[]
  back(index: number, now: Ms): readonly CallEffect[]
  /** Its own connection is back: it says at once that it is there. */
  online(now: Ms): readonly CallEffect[]
  hop(now: Ms): readonly CallEffect[]
  passed(octets: number, now: Ms): readonly CallEffect[]
  tick(now: Ms): readonly CallEffect[]
  wakesAt(): Ms
  /** Wants that member for its successor. */
  handOver(to: number): void
  /** Signs that `to` follows it, and gives up what it has. */
  release(to: number, now: Ms): { readonly effects: readonly CallEffect[]; readonly held: Held }
  /** Ends the call for all (A18). */
  end(): readonly CallEffect[]
}

interface Waiting {
  readonly index: number
  readonly bundle: Bundle
  readonly key: VerifiedKey
}

/** A batch whose S2 is being signed. */
interface Unsigned {
  readonly batch: Batch
  readonly image: CallTalk
  readonly sealed: ReadonlyMap<number, Uint8Array>
  /** Those who were in before. */
  readonly former: readonly number[]
}

/**
 * Starts a call with its initiator alone, or goes on with one that was taken over.
 *
 * @throws {HufuError} `ERR_CALL_ORDER` for a policy that no member would take.
 */
export function callHost(start: CallHostStart, startedAt: Ms): CallHost {
  if (!policyIsGood(start.policy))
    throw new HufuError('ERR_CALL_ORDER', 'a policy outside its limits')
  const { context, bundle, key, random, self, line, book, absent, takes } = start
  const { call } = context
  const taken = takes && takeOver(context, takes.roster, self, key)
  const group = hostGroup(
    {
      ...start,
      roster: taken?.roster ?? firstRoster(call, rosterMember(self, bundle, start)),
      firstEpoch: takes?.firstEpoch ?? 1,
      held: takes?.held,
    },
    startedAt,
  )
  const bundles = new Map<number, Bundle>([[self, bundle]])
  /** Whose a per-call key is: it came with an S1 that was good, and serves at no other index. */
  const owners = new Map<string, number>(
    [...group.roster.members].map(([index, { signing }]) => [hex(signing), index]),
  )
  for (const [index, signing] of group.roster.left) owners.set(hex(signing), index)
  const returns = comingBack(
    start,
    group,
    takes?.how === 'taken' ? takes.roster.host : undefined,
    startedAt,
  )
  const claims = rivals(context, self, group)
  /** Per-call keys of those who have left for good: an S1 that is shown again brings nobody back. */
  const barred = new Set<string>()
  const unsigned = new Map<number, Unsigned>()
  let waiting: readonly Waiting[] = []
  let batches = 0
  let wanted: number | undefined
  let over = false

  const sealTo = (
    { bundle: theirs, key: member }: Waiting,
    secret: Secret,
  ): FirstWrap | undefined =>
    wrapFirst(
      {
        keyAlgorithm: member.publicKeys.algorithm === 'p256' ? 'p256' : 'x25519',
        keyPublic: member.publicKeys.agreement,
        callPublic: theirs.sealing,
      },
      secret,
      sealInfo(context, group.roster.term, bundle, theirs),
      random,
    )

  const admit = (now: Ms): readonly CallEffect[] => {
    // who has taken the call over first gathers those who were in it; `tick` admits then
    if (group.at === 'gathering') return []
    const joiners = waiting.slice(0, MOST_IN_BATCH)
    waiting = waiting.slice(MOST_IN_BATCH)
    if (joiners.length === 0 || over) return []
    const former = othersOf(group.roster, self).filter((index) => bundles.has(index))
    const { welcomes, effects } = group.join(
      joiners.map((one): Joiner => ({
        member: rosterMember(one.index, one.bundle, one.key),
        seal: (secret) => sealTo(one, secret),
        nonce: one.bundle.r2,
      })),
      now,
    )
    const isIn = new Set(welcomes.map(({ index }) => index))
    // a key that nothing can be sealed to; or an index that the roster does not take, and then nobody of the batch is in
    const refused = joiners
      .filter(({ index }) => !isIn.has(index))
      .map(({ index }): CallEffect => ({ do: 'refused', index, code: 'ERR_CALL_PROOF' }))
    const others = (): readonly CallEffect[] => (waiting.length > 0 ? admit(now) : [])
    const [first] = welcomes
    if (first === undefined) return [...refused, ...others()]
    for (const one of joiners)
      if (isIn.has(one.index)) {
        bundles.set(one.index, one.bundle)
        book.enter(one.index)
      }
    const batch: Batch = {
      term: group.roster.term,
      epoch: first.epoch,
      commitment: first.commitment,
      roster: group.roster.hash,
      schedule: start.schedule,
      policy: start.policy,
      lines: welcomes.map(({ index, sealed }) => ({
        index,
        r2: bundles.get(index)!.r2,
        bundle: bundleHash(bundles.get(index)!),
        sealed: sha256(sealed),
      })),
    }
    batches += 1
    const sealed = new Map(welcomes.map((one) => [one.index, one.sealed]))
    const image: CallTalk = { type: 'image', ...imageOf(group.roster) }
    unsigned.set(batches, { batch, image, sealed, former })
    const statement = welcomeStatement(context, bundle, batch)
    const sign: CallEffect = { do: 'sign', batch: batches, statement }
    return [...line.obey(effects), ...refused, sign, ...others()]
  }

  const close = (): void => {
    over = true
    waiting = []
    unsigned.clear()
  }

  const leave = (indices: readonly number[], now: Ms, lost: boolean): readonly CallEffect[] => {
    waiting = waiting.filter(({ index }) => !indices.includes(index))
    const gone = indices.filter((index) => index !== self && group.roster.members.has(index))
    if (!lost) for (const index of gone) barred.add(hex(group.roster.members.get(index)!.signing))
    returns.gone(indices, lost)
    const effects = group.leave(gone, now)
    return [
      ...line.obey(effects),
      ...gone.map((index): CallEffect => ({ do: 'left', index, lost })),
    ]
  }

  /** Whatever the group's last step made possible: whoever waits to be brought in, or a rival to give way to. */
  const after = (effects: readonly GroupEffect[], now: Ms): readonly CallEffect[] => {
    const done = line.obey(effects)
    const wasGathering = group.at === 'gathering'
    const brought = returns.serve(now)
    wanted ??= claims.winner()
    const admitted = wasGathering && group.at !== 'gathering' ? admit(now) : []
    return [...done, ...brought, ...admitted]
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
          const known = bundles.get(index)
          return known === undefined
            ? []
            : line.send(from, { type: 'bundle', index, bundle: known })
        })
      }
      case 'bundle': {
        const { index } = message
        const shown = book.take(group.roster, { from, index, bundle: message.bundle }, trust)
        if (shown.some((one) => one.do === 'verified')) bundles.set(index, message.bundle)
        return shown
      }
      case 'data':
        return member === undefined ? [] : [{ do: 'data', from, octets: message.octets }]
      case 'bye': {
        if (member === undefined) return []
        const by = { publicKey: member.signing, signature: message.signature }
        return wasSaid(by, context, 'call-leave', member.keyId) ? leave([from], now, false) : []
      }
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
      const isThere = wanted !== undefined && group.roster.members.has(wanted)
      return isThere && unsigned.size === 0 && group.at === 'steady' ? wanted : undefined
    },
    begin() {
      if (taken === undefined || takes === undefined) return []
      const { firstEpoch, how } = takes
      return [...line.send('all', taken.entry), { do: 'host', index: self, epoch: firstEpoch, how }]
    },
    joining(index, theirs, trust) {
      const refused = (code: ErrorCode): readonly CallEffect[] => [{ do: 'refused', index, code }]
      const ours = theirs.host === bundle.user && equal(theirs.r1, bundle.r1)
      if (over || !ours || index === self) return refused('ERR_CALL_PROOF')
      const { members, left } = group.roster
      const known = members.get(index)?.signing ?? left.get(index)
      const owner = owners.get(hex(theirs.signing)) ?? index
      if (barred.has(hex(theirs.signing))) return refused('ERR_CALL_PROOF')
      if (owner !== index || (known !== undefined && !equal(known, theirs.signing)))
        return refused('ERR_CALL_PROOF')
      const verified = verifyBundle(context, theirs, trust)
      if (!verified.ok) return refused(verified.code)
      const { user, kind, keyId } = verified.value
      owners.set(hex(theirs.signing), index)
      const others = waiting.filter((one) => one.index !== index)
      waiting = [...others, { index, bundle: theirs, key: verified.value }]
      return [{ do: 'verified', index, user, kind, keyId }]
    },
    admit,
    signed(number, signature) {
      const one = unsigned.get(number)
      unsigned.delete(number)
      if (one === undefined || over) return []
      const s2: CallTalk = { type: 'batch', host: bundle, ...one.batch, signature }
      const joiners = [...one.sealed.keys()]
      return [
        ...line.sendEach(joiners, one.image),
        ...line.sendEach(joiners, s2),
        ...[...one.sealed].flatMap(([to, sealed]) =>
          line.send(to, { type: 'sealed', epoch: one.batch.epoch, sealed }),
        ),
        ...one.former.flatMap((index) =>
          line.sendEach(joiners, { type: 'bundle', index, bundle: bundles.get(index)! }),
        ),
      ]
    },
    hear: (from, message, now, trust) => (over ? [] : hear(from, message, now, trust)),
    leave: (indices, now) => (over ? [] : leave(indices, now, false)),
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
      return [...done, ...(expired.length === 0 ? [] : leave(expired, now, true)), ...wants]
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
      close()
      const { term, sequence } = group.roster
      const unsaid = { term, sequence, epoch: held.latest, to }
      const signature = signSaid(key, context, 'call-hand-over', handOverPayload(unsaid))
      const said = line.send('all', { type: 'hand-over', ...unsaid, signature })
      return { effects: [...settled, ...said], held }
    },
    end() {
      if (over) return []
      const { term } = group.roster
      const signature = signSaid(key, context, 'call-end', endPayload(term))
      close()
      group.close()
      absent.clear()
      return [
        ...line.send('all', { type: 'end', term, signature }),
        { do: 'over', code: 'ERR_CALL_ENDED' },
      ]
    },
  }
}
