import { equal, sha256, type Random, type Secret, type SigningKey } from '../../crypto/index.ts'
import type { HpkeDecapsulationKey } from '../../crypto/more.ts'
import type { GroupEffect } from '../../group/effects.ts'
import { memberGroup, type MemberGroup, type MemberTrouble } from '../../group/member.ts'
import type { HostMessage } from '../../group/messages.ts'
import { rosterOf, type Roster, type RosterMember } from '../../group/roster.ts'
import type { CallContext } from '../../group/signed.ts'
import { encOf, openFirst } from '../../group/wraps.ts'
import type { PublicKeys } from '../../identity/security-key.ts'
import { verifySignature } from '../../identity/verify.ts'
import type { ErrorCode } from '../../wire/errors.ts'
import type { MessageOf } from '../../wire/schema.ts'
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
import { welcomeStatement } from './statements.ts'
import type { BatchOf, CallTalk, Image, Sealed } from './talk.ts'

/*
 * A member of a call, from its S1 on. Nothing is decrypted before S2 is verified (A11).
 *
 *   waiting ─ image, batch, sealed: all good ─→ opening (the KEY agrees) ─ agreed ─→ in ─ end, bye, fault ─→ over
 *      └─ any of it bad: over
 *
 * What the host says to all while this end is not in yet is kept, and heard once it is.
 */

/** What a member begins with. */
export interface CallMemberStart {
  readonly context: CallContext
  /** As the server has told; the roster must say the same. */
  readonly self: number
  /** Its own S1, as it was sent. */
  readonly bundle: Bundle
  /** Of its KEY. */
  readonly publicKeys: PublicKeys
  readonly keyId: Uint8Array
  /** Its per-call keys. */
  readonly key: SigningKey
  readonly sealing: HpkeDecapsulationKey
  readonly random: Random
}

/** A member's part of a call. */
export interface CallMember {
  readonly at: 'waiting' | 'opening' | 'in' | 'over'
  readonly roster: Roster | undefined
  readonly group: MemberGroup | undefined
  /** A frame of the signalling session; `from` is the relay's stamp. */
  receive(from: number, frame: Uint8Array, now: Ms, trust: CallTrust): readonly CallEffect[]
  /** What the KEY agreed on, 32 octets, which is the caller's to wipe; undefined if it did not. */
  agreed(shared: Secret | undefined, now: Ms, trust: CallTrust): readonly CallEffect[]
  /** Says `octets` to all, reliably: 1 to 65,000, sealed by the caller. Nothing while it is not in. */
  data(octets: Uint8Array): readonly CallEffect[]
  tick(now: Ms): readonly CallEffect[]
  wakesAt(): Ms
  /** Leaves. */
  bye(): readonly CallEffect[]
}

interface Opened {
  readonly host: Bundle
  readonly roster: Roster
  readonly batch: MessageOf<typeof BatchOf>
  readonly sealed: Uint8Array
}

type State =
  | {
      readonly at: 'waiting'
      readonly image?: MessageOf<typeof Image>
      readonly batch?: MessageOf<typeof BatchOf>
    }
  | ({ readonly at: 'opening' } & Opened)
  | { readonly at: 'in'; readonly group: MemberGroup }
  | { readonly at: 'over' }

/** Messages kept for one who is not in yet. Our choice: more than come in the seconds that a slow token takes. */
const MOST_KEPT = 256
/** S1s kept that come before their owners' entries. Our choice: a batch that comes at once. */
const MOST_EARLY = 64
/** S1s asked for at a time, and milliseconds between. Our choice: the host sends some 2,500 octets for each. */
const MOST_WANTED = 64
const WANT_MS = 5_000

/** Starts a member's part, once the server has said that it is in. */
export function callMember(start: CallMemberStart): CallMember {
  const { context, self, bundle, key } = start
  const reader = talkReader()
  const verified = new Set<number>([self])
  let state: State = { at: 'waiting' }
  let kept: readonly (readonly [number, CallTalk])[] = []
  let numbers = 0
  let told: MemberTrouble | undefined
  /** S1s of those who are not in the roster yet: their host's entry is on its way. */
  const early = new Map<number, Bundle>()
  let wantAt: Ms | undefined

  const send = (to: 'all' | number, message: CallTalk): readonly CallEffect[] => {
    numbers += 1
    return framesOf(message, numbers).map((frame) => ({ do: 'send', to, frame }))
  }

  const fail = (code: ErrorCode): readonly CallEffect[] => {
    if (state.at === 'in') state.group.close()
    state = { at: 'over' }
    kept = []
    return [{ do: 'over', code }]
  }

  const obey = (effects: readonly GroupEffect[]): readonly CallEffect[] =>
    effects.flatMap((effect) => (effect.do === 'send' ? send(effect.to, effect.message) : [effect]))

  /** What the group has done, and what became of it. */
  const after = (group: MemberGroup, effects: readonly GroupEffect[]): readonly CallEffect[] => {
    const done = obey(effects)
    if (group.trouble === told || group.trouble === undefined) return done
    told = group.trouble
    return [...done, ...fail(TROUBLE[group.trouble])]
  }

  const sealedIn = (message: MessageOf<typeof Sealed>, trust: CallTrust): readonly CallEffect[] => {
    if (state.at !== 'waiting') return []
    const { image, batch } = state
    const { sealed } = message
    const roster = image && rosterOf(context.call, image)
    const isGood =
      batch !== undefined &&
      roster !== undefined &&
      message.epoch === batch.epoch &&
      hostIsGood(batch, roster, trust) &&
      lineIsGood(batch, roster, sealed)
    const share = encOf(sealed)
    if (!isGood || share === undefined) return fail('ERR_CALL_PROOF')
    state = { at: 'opening', host: batch.host, roster, batch, sealed }
    return [{ do: 'agree', share }]
  }

  /** S2, by the KEY of the user who has rung, and its own S1. */
  const hostIsGood = (
    batch: MessageOf<typeof BatchOf>,
    roster: Roster,
    trust: CallTrust,
  ): boolean => {
    const { host, signature } = batch
    if (host.user !== bundle.host || !equal(host.r1, bundle.r1)) return false
    const owner = verifyBundle(context, host, trust)
    if (!owner.ok || batch.term !== roster.term || !equal(batch.roster, roster.hash)) return false
    const statement = welcomeStatement(context, host, batch)
    if (!verifySignature(owner.value.publicKeys, statement, signature)) return false
    return sameMember(roster.members.get(roster.host), rosterMember(roster.host, host, owner.value))
  }

  /** This end's own line, and its place in the roster. */
  const lineIsGood = (
    batch: MessageOf<typeof BatchOf>,
    roster: Roster,
    sealed: Uint8Array,
  ): boolean => {
    const line = batch.lines.find(({ index }) => index === self)
    if (line === undefined || !equal(line.r2, bundle.r2)) return false
    if (!equal(line.bundle, bundleHash(bundle)) || !equal(line.sealed, sha256(sealed))) return false
    const { user, signing } = bundle
    const own = { index: self, user, keyId: start.keyId, signing, sealing: sha256(bundle.sealing) }
    return sameMember(roster.members.get(self), own)
  }

  const bundleIn = (
    from: number,
    index: number,
    theirs: Bundle,
    trust: CallTrust,
  ): readonly CallEffect[] => {
    if (state.at !== 'in' || verified.has(index)) return []
    const { roster } = state.group
    const entry = roster.members.get(index)
    if (entry === undefined && from === index && early.size < MOST_EARLY) early.set(index, theirs)
    if (entry === undefined || (from !== index && from !== roster.host)) return []
    const owner = verifyBundle(context, theirs, trust)
    const code = owner.ok ? 'ERR_CALL_PROOF' : owner.code
    if (!owner.ok || !sameMember(entry, rosterMember(index, theirs, owner.value)))
      return [{ do: 'refused', index, code }]
    verified.add(index)
    const { user, kind, keyId } = owner.value
    return [{ do: 'verified', index, user, kind, keyId }]
  }

  /** Asks the host for the S1s that have not come, every so often. */
  const want = (roster: Roster, now: Ms): readonly CallEffect[] => {
    if (wantAt === undefined || now < wantAt) {
      wantAt ??= later(now, WANT_MS)
      return []
    }
    wantAt = later(now, WANT_MS)
    const lacking = [...roster.members.keys()].filter((index) => !verified.has(index))
    const indices = lacking.slice(0, MOST_WANTED)
    return indices.length === 0 ? [] : send(roster.host, { type: 'want', indices })
  }

  const hear = (
    from: number,
    message: CallTalk,
    now: Ms,
    trust: CallTrust,
  ): readonly CallEffect[] => {
    if (state.at === 'waiting') {
      if (message.type === 'image') state = { ...state, image: message }
      if (message.type === 'batch') state = { ...state, batch: message }
      if (message.type === 'sealed') return sealedIn(message, trust)
    }
    if (state.at === 'over') return []
    if (state.at !== 'in') {
      if (kept.length < MOST_KEPT && !OF_JOINING.has(message.type))
        kept = [...kept, [from, message]]
      return []
    }
    const { group } = state
    const { roster } = group
    switch (message.type) {
      case 'entry':
      case 'prepare':
      case 'fresh':
      case 'go':
      case 'beat': {
        const before = roster.members
        const effects = after(group, group.receive(message satisfies HostMessage, now))
        const { members } = group.roster
        const gone = [...before.keys()].filter((index) => !members.has(index))
        // an S1 was good for what the roster said then
        for (const [index, one] of before)
          if (members !== before && !sameMember(members.get(index), one)) verified.delete(index)
        const waited = [...early].filter(([index]) => group.roster.members.has(index))
        for (const [index] of waited) early.delete(index)
        const shown = waited.flatMap(([index, theirs]) => bundleIn(index, index, theirs, trust))
        return [
          ...effects,
          ...shown,
          ...gone.map((index): CallEffect => ({ do: 'left', index, lost: false })),
        ]
      }
      case 'bundle':
        return bundleIn(from, message.index, message.bundle, trust)
      case 'data':
        return roster.members.has(from) ? [{ do: 'data', from, octets: message.octets }] : []
      case 'end': {
        const host = roster.members.get(roster.host)!
        const by = { publicKey: host.signing, signature: message.signature }
        const isSaid = wasSaid(by, context, 'call-end', endPayload(roster.term))
        return isSaid && message.term === roster.term ? fail('ERR_CALL_ENDED') : []
      }
      default:
        return []
    }
  }

  return {
    get at() {
      return state.at
    },
    get roster() {
      if (state.at === 'in') return state.group.roster
      return state.at === 'opening' ? state.roster : undefined
    },
    get group() {
      return state.at === 'in' ? state.group : undefined
    },
    receive(from, frame, now, trust) {
      const read = reader.read(from, frame)
      return read.ok && read.value !== undefined ? hear(from, read.value, now, trust) : []
    },
    agreed(shared, now, trust) {
      if (state.at !== 'opening') return []
      const { host, roster, batch, sealed } = state
      const { publicKeys } = start
      const opened =
        shared &&
        openFirst(
          {
            keyAlgorithm: publicKeys.algorithm === 'p256' ? 'p256' : 'x25519',
            key: { publicKey: publicKeys.agreement, agree: () => shared.expose().slice() },
            call: start.sealing,
          },
          sealed,
          sealInfo(context, batch.term, host, bundle),
        )
      const { epoch, commitment, schedule, policy } = batch
      const first = { roster, epoch, commitment, nonce: bundle.r2, schedule, policy }
      const begun = opened && memberGroup({ ...start, ...opened, ...first }, now)
      if (begun === undefined) return fail('ERR_CALL_PROOF')
      const { group } = begun
      state = { at: 'in', group }
      const shown = bundleIn(roster.host, roster.host, host, trust)
      const own = send('all', { type: 'bundle', index: self, bundle })
      const late = kept
      kept = []
      const heard = late.flatMap(([from, message]) => hear(from, message, now, trust))
      return [...obey(begun.effects), ...shown, ...own, ...heard]
    },
    data: (octets) => (state.at === 'in' ? send('all', { type: 'data', octets }) : []),
    tick(now) {
      if (state.at !== 'in') return []
      const asked = want(state.group.roster, now)
      return [...asked, ...after(state.group, state.group.tick(now))]
    },
    wakesAt() {
      if (state.at !== 'in') return Infinity as Ms
      const { roster } = state.group
      const lacks = verified.size < roster.members.size
      return Math.min(state.group.wakesAt(), lacks ? (wantAt ?? 0) : Infinity) as Ms
    },
    bye() {
      if (state.at !== 'in') return fail('ERR_CALL_ENDED')
      const signature = signSaid(key, context, 'call-leave', start.keyId)
      return [...send('all', { type: 'bye', signature }), ...fail('ERR_CALL_ENDED')]
    },
  }
}

/** Said to joiners while they join, and of no use to keep. */
const OF_JOINING: ReadonlySet<CallTalk['type']> = new Set(['image', 'batch', 'sealed', 'part'])

const TROUBLE = {
  behind: 'ERR_CALL_LOST',
  fork: 'ERR_CALL_FORK',
  removed: 'ERR_CALL_REMOVED',
} as const satisfies Record<MemberTrouble, ErrorCode>

function sameMember(a: RosterMember | undefined, b: RosterMember): boolean {
  return (
    a !== undefined &&
    a.index === b.index &&
    a.user === b.user &&
    equal(a.keyId, b.keyId) &&
    equal(a.signing, b.signing) &&
    equal(a.sealing, b.sealing)
  )
}
