import { equal, hex, sha256, type Secret } from '../../crypto/index.ts'
import type { HostGroup, Joiner } from '../../group/host-group.ts'
import { imageOf, isForGood, type RosterMember } from '../../group/roster.ts'
import { wrapFirst, type FirstWrap } from '../../group/wraps.ts'
import type { VerifiedKey } from '../../identity/verify.ts'
import type { ErrorCode } from '../../wire/errors.ts'
import type { Ms } from '../../wire/units.ts'
import { bundleHash, type Bundle } from './bundle.ts'
import type { CallEffect } from './effects.ts'
import { rosterMember, sealInfo, verifyBundle, type CallTrust } from './proofs.ts'
import { othersOf } from './returning.ts'
import type { SeatChoice, SeatParts } from './seat-start.ts'
import { MOST_IN_BATCH } from './sizes.ts'
import { welcomeStatement, type Batch } from './statements.ts'
import type { CallTalk } from './talk.ts'

/*
 * How a host lets members in (A9, A10, A12). Of each:
 *
 *   S1 arrives ─ good ─→ waiting ─ admit ─→ in the roster, S2 asked of the KEY ─ signed ─→ welcomed
 *       └─ bad: refused
 *
 * Those who wait when `admit` is called are one batch: one fresh secret, one signature S2.
 */
export interface Admission {
  /** The KEY is about to sign an S2. */
  readonly isSigning: boolean
  /** A member has come in at that index, with this S1. Codes of a refusal: `ERR_CALL_PROOF`, those of `verifyBundle`. */
  joining(index: number, bundle: Bundle, trust: CallTrust): readonly CallEffect[]
  /** Lets all who wait in. */
  admit(now: Ms): readonly CallEffect[]
  /** The KEY has signed what it was asked to. */
  signed(batch: number, signature: Uint8Array): readonly CallEffect[]
  /** The S1 of a member, where this host has it: of those whom it has let in, and who have shown it since. */
  bundleOf(index: number): Bundle | undefined
  keep(index: number, bundle: Bundle): void
  /** They have come in by another host: nobody else comes by their keys. */
  know(lines: readonly RosterMember[]): void
  /** They wait no longer. */
  dismiss(indices: readonly number[]): void
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

/** Nobody waits yet. */
export function admission(start: SeatParts & SeatChoice, group: HostGroup): Admission {
  const { context, self, bundle, random, line, book, schedule, policy } = start
  const bundles = new Map<number, Bundle>([...book.kept, [self, bundle]])
  /** Whose a per-call key is: it came with an S1 that was good, and serves at no other index. */
  const owners = new Map<string, number>(
    [...group.roster.members].map(([index, { signing }]) => [hex(signing), index]),
  )
  for (const [index, { signing }] of group.roster.left) owners.set(hex(signing), index)
  const unsigned = new Map<number, Unsigned>()
  let waiting: readonly Waiting[] = []
  let batches = 0

  /** An S1 for this call, and of the one whose index it is; nor does it bring back who has left for good. */
  const mayCome = (index: number, theirs: Bundle): boolean => {
    const isOurs = theirs.host === bundle.user && equal(theirs.r1, bundle.r1)
    const { members, left } = group.roster
    const departed = left.get(index)
    const known = (members.get(index) ?? departed)?.signing
    const signing = hex(theirs.signing)
    const isOwn = known === undefined || equal(known, theirs.signing)
    const owner = owners.get(signing) ?? index
    return isOurs && index !== self && isOwn && owner === index && !isForGood(departed)
  }

  const sealTo = (
    { bundle: theirs, key: { publicKeys } }: Waiting,
    secret: Secret,
  ): FirstWrap | undefined => {
    const target = {
      keyAlgorithm: publicKeys.algorithm === 'p256' ? 'p256' : 'x25519',
      keyPublic: publicKeys.agreement,
      callPublic: theirs.sealing,
    } as const
    return wrapFirst(target, secret, sealInfo(context, group.roster.term, bundle, theirs), random)
  }

  const joinerOf = (one: Waiting): Joiner => ({
    member: rosterMember(one.index, one.bundle, one.key),
    seal: (secret) => sealTo(one, secret),
    nonce: one.bundle.r2,
  })

  const admit = (now: Ms): readonly CallEffect[] => {
    // who has taken the call over first gathers those who were in it
    if (group.at === 'gathering') return []
    const joiners = waiting.slice(0, MOST_IN_BATCH)
    waiting = waiting.slice(MOST_IN_BATCH)
    if (joiners.length === 0) return []
    const former = othersOf(group.roster, self)
    const { welcomes, effects } = group.join(joiners.map(joinerOf), now)
    const isIn = new Set(welcomes.map(({ index }) => index))
    // a key that nothing can be sealed to; or an index that the roster does not take, and then nobody of the batch is in
    const refused = joiners
      .filter(({ index }) => !isIn.has(index))
      .map(({ index }): CallEffect => ({ do: 'refused', index, code: 'ERR_CALL_PROOF' }))
    const others = (): readonly CallEffect[] => (waiting.length > 0 ? admit(now) : [])
    const [first] = welcomes
    if (first === undefined) return [...refused, ...others()]
    for (const one of joiners) if (isIn.has(one.index)) keep(one.index, one.bundle)
    const { roster } = group
    const batch: Batch = {
      term: roster.term,
      epoch: first.epoch,
      commitment: first.commitment,
      lock: first.lock,
      roster: roster.hash,
      schedule,
      policy,
      lines: welcomes.map(({ index, nonce, sealed }) => ({
        index,
        r2: nonce,
        bundle: bundleHash(bundles.get(index)!),
        sealed: sha256(sealed),
      })),
    }
    batches += 1
    const sealed = new Map(welcomes.map((one) => [one.index, one.sealed]))
    unsigned.set(batches, { batch, image: { type: 'image', ...imageOf(roster) }, sealed, former })
    const statement = welcomeStatement(context, bundle, batch)
    const sign: CallEffect = { do: 'sign', batch: batches, statement }
    return [...line.obey(effects), ...refused, sign, ...others()]
  }

  const keep = (index: number, theirs: Bundle): void => {
    bundles.set(index, theirs)
    book.enter(index, theirs)
  }

  return {
    get isSigning() {
      return unsigned.size > 0
    },
    joining(index, theirs, trust) {
      const refused = (code: ErrorCode): readonly CallEffect[] => [{ do: 'refused', index, code }]
      if (!mayCome(index, theirs)) return refused('ERR_CALL_PROOF')
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
      if (one === undefined) return []
      const s2: CallTalk = { type: 'batch', host: bundle, ...one.batch, signature }
      const joiners = [...one.sealed.keys()]
      const indices = one.former.filter((index) => !bundles.has(index))
      return [
        ...line.sendEach(joiners, one.image),
        ...line.sendEach(joiners, s2),
        ...[...one.sealed].flatMap(([to, sealed]) =>
          line.send(to, { type: 'sealed', epoch: one.batch.epoch, sealed }),
        ),
        ...one.former.flatMap((index) => {
          const shown = bundles.get(index)
          return shown === undefined
            ? []
            : line.sendEach(joiners, { type: 'bundle', index, bundle: shown })
        }),
        ...(indices.length === 0 ? [] : line.sendEach(joiners, { type: 'unshown', indices })),
      ]
    },
    bundleOf: (index) => bundles.get(index),
    keep,
    know(lines) {
      for (const { index, signing } of lines) {
        const own = hex(signing)
        if (!owners.has(own)) owners.set(own, index)
      }
    },
    dismiss(indices) {
      waiting = waiting.filter(({ index }) => !indices.includes(index))
    },
  }
}
