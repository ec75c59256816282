import {
  equal,
  hex,
  sha256,
  type Random,
  type Secret,
  type SigningKey,
} from '../../crypto/index.ts'
import type { GroupEffect } from '../../group/effects.ts'
import { hostGroup, type HostGroup } from '../../group/host.ts'
import { policyIsGood, type GroupPolicy } from '../../group/policy.ts'
import { firstRoster, type Roster } from '../../group/roster.ts'
import type { ScheduleName } from '../../group/schedules.ts'
import type { CallContext } from '../../group/signed.ts'
import { wrapFirst, type FirstWrap } from '../../group/wraps.ts'
import type { VerifiedKey } from '../../identity/verify.ts'
import { HufuError, type ErrorCode } from '../../wire/errors.ts'
import { after as later, type Ms } from '../../wire/units.ts'
import { bundleHash, type Bundle } from './bundle.ts'
import type { CallEffect } from './effects.ts'
import { framesOf, talkReader } from './parts.ts'
import {
  endPayload,
  rosterMember,
  sealInfo,
  signSaid,
  verifyBundle,
  wasSaid,
  type CallTrust,
} from './proofs.ts'
import { MOST_IN_BATCH } from './sizes.ts'
import { welcomeStatement, type Batch } from './statements.ts'
import type { CallTalk } from './talk.ts'

/*
 * Whoever hosts a call, from the first ring to the end. Of each joiner:
 *
 *   S1 arrives ─ good ─→ waiting ─ admit ─→ in the roster, S2 asked of the KEY ─ signed ─→ welcomed
 *       └─ bad: refused
 *
 * Those who wait when `admit` is called are one batch: one fresh secret, one signature S2.
 */

/** What a host begins with. */
export interface CallHostStart {
  readonly context: CallContext
  /** Its own S1: user and host are the same, and R1 is what everybody was rung with. */
  readonly bundle: Bundle
  readonly keyId: Uint8Array
  /** Its per-call Ed25519 key. */
  readonly key: SigningKey
  readonly schedule: ScheduleName
  readonly policy: GroupPolicy
  readonly random: Random
  /** Makes a call's secret, 32 octets: the KEY does it where it can (A10). */
  readonly makeSecret: () => Secret
}

/** A host's part of a call. */
export interface CallHost {
  readonly at: 'in' | 'over'
  readonly roster: Roster
  readonly group: HostGroup
  /** A member has come in at that index, with this S1 (A9, A12). Codes of a refusal: those of `verifyBundle`. */
  joining(index: number, bundle: Bundle, trust: CallTrust): readonly CallEffect[]
  /** Lets all who wait in, as one batch. */
  admit(now: Ms): readonly CallEffect[]
  /** The KEY has signed what it was asked to. */
  signed(batch: number, signature: Uint8Array): readonly CallEffect[]
  /** A frame of the signalling session; `from` is the relay's stamp. */
  receive(from: number, frame: Uint8Array, now: Ms): readonly CallEffect[]
  /** Members are lost, or taken out. */
  leave(indices: readonly number[], now: Ms): readonly CallEffect[]
  hop(now: Ms): readonly CallEffect[]
  passed(octets: number, now: Ms): readonly CallEffect[]
  /** Says `octets` to all, reliably: 1 to 65,000, sealed by the caller. */
  data(octets: Uint8Array): readonly CallEffect[]
  tick(now: Ms): readonly CallEffect[]
  wakesAt(): Ms
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

/** Index of a call's initiator. */
const INITIATOR = 0
/** Milliseconds in which a member's next question for S1s is not answered: each may bring 160,000 octets. Our choice. */
const SOON_MS = 2_500

/**
 * Starts a call with its initiator alone.
 *
 * @throws {HufuError} `ERR_CALL_ORDER` for a policy that no member would take.
 */
export function callHost(start: CallHostStart, startedAt: Ms): CallHost {
  if (!policyIsGood(start.policy))
    throw new HufuError('ERR_CALL_ORDER', 'a policy outside its limits')
  const { context, bundle, key, random } = start
  const { call } = context
  const own = rosterMember(INITIATOR, bundle, start)
  const roster = firstRoster(call, own)
  const group = hostGroup({ ...start, roster, self: INITIATOR, firstEpoch: 1 }, startedAt)
  const reader = talkReader()
  const bundles = new Map<number, Bundle>([[INITIATOR, bundle]])
  /** Whose a per-call key is: it came with an S1 that was good, and serves at no other index. */
  const owners = new Map<string, number>([[hex(bundle.signing), INITIATOR]])
  /** When each member last asked for S1s. */
  const askedAt = new Map<number, Ms>()
  const unsigned = new Map<number, Unsigned>()
  let waiting: readonly Waiting[] = []
  /** Hash of the roster's entry before: what an image leads on from. */
  let previous: Uint8Array = new Uint8Array(32)
  let numbers = 0
  let over = false

  const send = (to: 'all' | number, message: CallTalk): readonly CallEffect[] => {
    numbers += 1
    return framesOf(message, numbers).map((frame) => ({ do: 'send', to, frame }))
  }

  const obey = (effects: readonly GroupEffect[]): readonly CallEffect[] =>
    effects.flatMap((effect) => (effect.do === 'send' ? send(effect.to, effect.message) : [effect]))

  const imageOf = ({ term, sequence, host, members, left }: Roster): CallTalk => ({
    type: 'image',
    term,
    sequence,
    host,
    previous,
    members: [...members.values()],
    left: [...left].map(([index, signing]) => ({ index, signing })),
  })

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
    const joiners = waiting.slice(0, MOST_IN_BATCH)
    waiting = waiting.slice(MOST_IN_BATCH)
    if (joiners.length === 0 || over) return []
    const former = [...group.roster.members.keys()].filter((index) => index !== INITIATOR)
    previous = group.roster.hash
    const { welcomes, effects } = group.join(
      joiners.map((one) => ({
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
    for (const one of joiners) if (isIn.has(one.index)) bundles.set(one.index, one.bundle)
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
    numbers += 1
    const sealed = new Map(welcomes.map((one) => [one.index, one.sealed]))
    unsigned.set(numbers, { batch, image: imageOf(group.roster), sealed, former })
    const statement = welcomeStatement(context, bundle, batch)
    const sign: CallEffect = { do: 'sign', batch: numbers, statement }
    return [...obey(effects), ...refused, sign, ...others()]
  }

  const close = (): void => {
    over = true
    waiting = []
    unsigned.clear()
    group.close()
  }

  const leave = (indices: readonly number[], now: Ms): readonly CallEffect[] => {
    if (over) return []
    waiting = waiting.filter(({ index }) => !indices.includes(index))
    const gone = indices.filter((index) => index !== INITIATOR && group.roster.members.has(index))
    previous = group.roster.hash
    const left = gone.map((index): CallEffect => ({ do: 'left', index, lost: false }))
    return [...obey(group.leave(gone, now)), ...left]
  }

  const hear = (from: number, message: CallTalk, now: Ms): readonly CallEffect[] => {
    switch (message.type) {
      case 'ready':
      case 'ask':
      case 'nonce':
        return obey(group.receive(from, message, now))
      case 'want': {
        const asked = askedAt.get(from)
        const isSoon = asked !== undefined && now < later(asked, SOON_MS)
        if (isSoon || !group.roster.members.has(from)) return []
        askedAt.set(from, now)
        return [...new Set(message.indices)].flatMap((index) => {
          const wanted = bundles.get(index)
          return wanted === undefined ? [] : send(from, { type: 'bundle', index, bundle: wanted })
        })
      }
      case 'data':
        return group.roster.members.has(from) ? [{ do: 'data', from, octets: message.octets }] : []
      case 'bye': {
        const member = group.roster.members.get(from)
        if (member === undefined) return []
        const by = { publicKey: member.signing, signature: message.signature }
        return wasSaid(by, context, 'call-leave', member.keyId) ? leave([from], now) : []
      }
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
    joining(index, theirs, trust) {
      const refused = (code: ErrorCode): readonly CallEffect[] => [{ do: 'refused', index, code }]
      const known = bundles.get(index)
      const ours = theirs.host === bundle.user && equal(theirs.r1, bundle.r1)
      if (over || !ours || index === INITIATOR) return refused('ERR_CALL_PROOF')
      const owner = owners.get(hex(theirs.signing)) ?? index
      if (owner !== index || (known !== undefined && !equal(known.signing, theirs.signing)))
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
      return [...one.sealed].flatMap(([to, sealed]) => [
        ...send(to, one.image),
        ...send(to, s2),
        ...send(to, { type: 'sealed', epoch: one.batch.epoch, sealed }),
        ...one.former.flatMap((index) =>
          send(to, { type: 'bundle', index, bundle: bundles.get(index)! }),
        ),
      ])
    },
    receive(from, frame, now) {
      const read = reader.read(from, frame)
      return !over && read.ok && read.value !== undefined ? hear(from, read.value, now) : []
    },
    leave,
    hop: (now) => (over ? [] : obey(group.hop(now))),
    passed: (octets, now) => (over ? [] : obey(group.passed(octets, now))),
    data: (octets) => (over ? [] : send('all', { type: 'data', octets })),
    tick: (now) => (over ? [] : obey(group.tick(now))),
    wakesAt: () => (over ? (Infinity as Ms) : group.wakesAt()),
    end() {
      if (over) return []
      const { term } = group.roster
      const signature = signSaid(key, context, 'call-end', endPayload(term))
      close()
      return [
        ...send('all', { type: 'end', term, signature }),
        { do: 'over', code: 'ERR_CALL_ENDED' },
      ]
    },
  }
}
