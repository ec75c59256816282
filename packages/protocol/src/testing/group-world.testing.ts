import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import {
  ed25519,
  hex,
  Secret,
  seededRandomForTests,
  sha256,
  utf8,
  x25519,
  xwing,
} from '../crypto/index.ts'
import type { Random, SigningKey } from '../crypto/index.ts'
import { noDoubts } from '../group/doubts.ts'
import type { GroupEffect } from '../group/effects.ts'
import { hostGroup } from '../group/host.ts'
import type { HostGroup } from '../group/host-group.ts'
import { memberGroup } from '../group/member.ts'
import type { MemberGroup } from '../group/member-group.ts'
import {
  groupMessages,
  type GroupMessage,
  type HostMessage,
  type MemberMessage,
} from '../group/messages.ts'
import { GROUP_DEFAULTS, type GroupPolicy } from '../group/policy.ts'
import { firstRoster, type RosterMember } from '../group/roster.ts'
import type { ScheduleName } from '../group/schedules.ts'
import type { CallContext } from '../group/signed.ts'
import { openFirst, wrapFirst } from '../group/wraps.ts'
import { after, type Ms } from '../wire/units.ts'

/*
 * A call in one process: a host, members who come and go, a relay that keeps the order of each connection and may be slow on
 * any of them, and frames that travel on connections of their own. What must hold is checked at every step.
 */

export type Doing =
  | { readonly do: 'join'; readonly count: number }
  | { readonly do: 'leave'; readonly which: number }
  /** The connection is lost, and the member comes back as who it was. */
  | { readonly do: 'return'; readonly which: number }
  | { readonly do: 'hop' }
  /** Everybody who may sends a frame. */
  | { readonly do: 'speak' }
  /** So many messages arrive at whoever is picked, in the order of their connection. */
  | { readonly do: 'deliver'; readonly which: number; readonly count: number }
  | { readonly do: 'wait'; readonly ms: number }

const HOW = [
  'drop',
  'repeat',
  'swap',
  'flip',
  'redirect',
  'replay',
  'delay',
  'make up a go',
] as const
/** What a relay may do to what is on its way to a member. */
export type Mischief = {
  readonly do: 'spoil'
  readonly which: number
  readonly how: (typeof HOW)[number]
  readonly at: number
}

export const anyMischief: fc.Arbitrary<Mischief> = fc.record({
  do: fc.constant('spoil'),
  which: fc.nat(20),
  how: fc.constantFrom(...HOW),
  at: fc.nat(5_000),
})

export const anyDoing: fc.Arbitrary<Doing> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('join'), count: fc.integer({ min: 1, max: 3 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('leave'), which: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('return'), which: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.constant({ do: 'hop' }) },
  { weight: 5, arbitrary: fc.constant({ do: 'speak' }) },
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('deliver'),
      which: fc.nat(20),
      count: fc.integer({ min: 1, max: 6 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait'), ms: fc.nat(3_000) }) },
)

/** What somebody in the call can open, and what it could not. */
interface Ear {
  /** The epoch that it joined with: what was before is none of its business. */
  readonly since: number
  /** Commitments by epoch. */
  readonly open: Map<number, string>
  readonly early: Frame[]
  heard: number
  /** Frames of an epoch that is gone. */
  readonly lost: Frame[]
}

interface Frame {
  readonly epoch: number
  readonly commitment: string
  readonly from: number
}

interface Member {
  readonly index: number
  readonly entry: RosterMember
  readonly signing: SigningKey
  readonly key: ReturnType<typeof x25519.generate>
  readonly call: ReturnType<typeof xwing.generate>
  group: MemberGroup | undefined
  ear: Ear
  /** Control messages on their way, and frames. */
  readonly inbox: Uint8Array[]
  readonly outbox: Uint8Array[]
  readonly frames: Frame[]
  live: boolean
}

/** One call. */
export interface GroupWorld {
  act(doing: Doing | Mischief): void
  /** Lets a member see this, whether it is in the call or not. */
  show(member: Member, octets: Uint8Array): void
  /** Lets everything arrive, and time pass, until nothing more happens. */
  settle(): void
  /** What every live member must agree on once it is quiet. */
  checkAgreement(): void
  /** Frames that a departure cost, and those that nothing explains. */
  readonly lost: { readonly cut: number; readonly unexplained: readonly Frame[] }
  readonly heard: number
  readonly epoch: number
  /** Every message that the host has sent to all, in order. */
  readonly broadcast: readonly Uint8Array[]
  readonly members: readonly Member[]
  readonly now: Ms
}

const CONTEXT: CallContext = {
  call: sha256(utf8('call')).slice(0, 16),
  server: 'hufu.example:4680',
}

/** A call with its host alone. `tamper` may change what is on its way to a member: undefined drops it. */
export function groupWorld(
  seed: number,
  schedule: ScheduleName,
  changes: Partial<GroupPolicy> = {},
): GroupWorld {
  const random: Random = seededRandomForTests(
    Uint8Array.of(seed & 255, (seed >> 8) & 255, (seed >> 16) & 255),
  )
  const policy = { ...GROUP_DEFAULTS, ...changes }
  let now = 1_000 as Ms
  let nextIndex = 1
  /** Milliseconds since everything last arrived. */
  let quiet = 0
  const broadcast: Uint8Array[] = []
  const members: Member[] = []
  const hostKey = ed25519.generate(random)
  const hostEntry = entryOf(0, hostKey.publicKey, sha256(utf8('host')))
  const host: HostGroup = hostGroup(
    {
      context: CONTEXT,
      roster: firstRoster(CONTEXT.call, hostEntry),
      self: 0,
      key: hostKey,
      makeSecret: () => new Secret(random(32)),
      schedule,
      policy,
      random,
      firstEpoch: 1,
    },
    now,
  )
  const hostEar: Ear = newEar(1)
  hostEar.open.set(1, hex(host.keys.commitment))
  /** The epoch that the last departure ended: what is under it or an earlier one is not taken any more. */
  let cutEpoch = 0
  let lostToCuts = 0
  /** Something was done to messages: those that do not decode are no wonder. */
  let spoiled = false
  /** What the host has made, by epoch. */
  const issued = new Map<number, string>()
  let hostEpoch = 1

  const live = (): Member[] => members.filter((member) => member.live)

  const obey = (effects: readonly GroupEffect[]): void => {
    for (const effect of effects) {
      if (effect.do === 'send') {
        const octets = groupMessages.encode(effect.message)
        if (effect.to === 'all') broadcast.push(octets)
        const to = effect.to === 'all' ? live() : live().filter(({ index }) => index === effect.to)
        for (const member of to) member.inbox.push(octets)
        if (effect.message.type === 'go' && effect.message.cut) cutEpoch = hostEpoch
      } else listen(hostEar, effect)
      if (effect.do === 'switch') hostEpoch = effect.keys.epoch
    }
  }

  const spoil = (member: Member, { how, at }: Mischief): void => {
    spoiled = true
    const { inbox } = member
    const place = at % Math.max(1, inbox.length)
    const octets = inbox[place]
    switch (how) {
      case 'replay':
        if (broadcast.length > 0) inbox.splice(place, 0, broadcast[at % broadcast.length]!)
        return
      case 'drop':
        return void inbox.splice(place, 1)
      case 'repeat':
        if (octets !== undefined) inbox.push(octets)
        return
      case 'swap':
        return void inbox.splice(0, inbox.length, ...inbox.toReversed())
      case 'delay':
        return void inbox.push(...inbox.splice(place, 1))
      case 'make up a go': {
        const { term } = host.roster
        const go = { type: 'go', term, cut: at % 2 === 0, reason: 'left', preimage: NONCE } as const
        const octets = groupMessages.encode({ ...go, epoch: host.keys.epoch + (at % 4) })
        return void inbox.splice(place, 0, octets)
      }
      case 'redirect':
        if (octets !== undefined) pick(at)?.inbox.push(octets)
        return
      case 'flip': {
        if (octets === undefined) return
        const altered = octets.slice()
        altered[at % altered.length]! ^= 1 << (at % 8)
        inbox[place] = altered
      }
    }
  }

  const listen = (ear: Ear, effect: GroupEffect): void => {
    if (effect.do === 'accept' || effect.do === 'switch')
      ear.open.set(effect.keys.epoch, hex(effect.keys.commitment))
    if (ear === hostEar && (effect.do === 'accept' || effect.do === 'switch'))
      issued.set(effect.keys.epoch, hex(effect.keys.commitment))
    if (effect.do === 'forget') ear.open.delete(effect.epoch)
    const waiting = ear.early.splice(0)
    for (const frame of waiting) hear(ear, frame)
  }

  const hear = (ear: Ear, frame: Frame): void => {
    const known = ear.open.get(frame.epoch)
    if (known !== undefined) {
      assert.equal(known, frame.commitment, 'two keys for one epoch')
      ear.heard += 1
      return
    }
    const newest = Math.max(0, ...ear.open.keys())
    if (frame.epoch > newest) ear.early.push(frame)
    else if (frame.epoch <= cutEpoch) lostToCuts += 1
    else if (frame.epoch >= ear.since) ear.lost.push(frame)
  }

  const answer = (member: Member, effects: readonly GroupEffect[]): void => {
    for (const effect of effects) {
      if (effect.do === 'switch')
        assert.ok(effect.keys.epoch <= hostEpoch, 'a go that its host has not said')
      if (effect.do === 'send') member.outbox.push(groupMessages.encode(effect.message))
      else listen(member.ear, effect)
    }
  }

  const join = (joining: readonly Member[]): void => {
    const info = utf8('info')
    const { welcomes, effects } = host.join(
      joining.map((member) => ({
        member: member.entry,
        nonce: NONCE,
        seal: (secret) =>
          wrapFirst(
            {
              keyAlgorithm: 'x25519',
              keyPublic: member.key.publicKey,
              callPublic: member.call.publicKey,
            },
            secret,
            info,
            random,
          ),
      })),
      now,
    )
    // who joins is in the session before the others hear of it
    for (const member of joining) {
      member.live = true
      member.inbox.length = 0
      member.outbox.length = 0
      member.frames.length = 0
      const welcome = welcomes.find(({ index }) => index === member.index)!
      member.ear = newEar(welcome.epoch)
      const opened = openFirst(
        { keyAlgorithm: 'x25519', key: member.key, call: member.call },
        welcome.sealed,
        info,
      )!
      const started = memberGroup(
        {
          context: CONTEXT,
          self: member.index,
          roster: host.roster,
          schedule,
          policy,
          random,
          doubts: noDoubts(),
          begins: {
            ...opened,
            epoch: welcome.epoch,
            commitment: welcome.commitment,
            lock: welcome.lock,
            nonce: NONCE,
          },
        },
        now,
      )
      assert.ok(started !== undefined)
      member.group = started.group
      answer(member, started.effects)
    }
    const skip = new Set(joining.map(({ index }) => index))
    for (const effect of effects) {
      // the entry that lets them in is in the image that they were given
      if (effect.do === 'send' && effect.message.type === 'entry') {
        const octets = groupMessages.encode(effect.message)
        broadcast.push(octets)
        for (const member of live()) if (!skip.has(member.index)) member.inbox.push(octets)
      } else obey([effect])
    }
  }

  const newMember = (): Member => {
    const signing = ed25519.generate(random)
    const key = x25519.generate(random)
    const call = xwing.generate(random)
    const index = nextIndex++
    const member: Member = {
      index,
      entry: entryOf(index, signing.publicKey, sha256(call.publicKey)),
      signing,
      key,
      call,
      group: undefined,
      ear: newEar(0),
      inbox: [],
      outbox: [],
      frames: [],
      live: false,
    }
    members.push(member)
    return member
  }

  const speak = (): void => {
    const speakers: {
      index: number
      keys: { epoch: number; commitment: Uint8Array } | undefined
    }[] = [
      { index: 0, keys: host.keys },
      ...live().map((member) => ({ index: member.index, keys: member.group!.sending() })),
    ]
    for (const { index, keys } of speakers) {
      if (keys === undefined) continue
      const frame: Frame = { epoch: keys.epoch, commitment: hex(keys.commitment), from: index }
      if (index !== 0) hear(hostEar, frame)
      for (const member of live()) if (member.index !== index) member.frames.push(frame)
    }
  }

  const deliver = (member: Member, count: number): void => {
    for (let n = 0; n < count; n++) {
      const octets = member.inbox.shift()
      if (octets !== undefined && member.group !== undefined) {
        const decoded = groupMessages.decode(octets, 1_000_000)
        assert.ok(decoded.ok || spoiled)
        if (decoded.ok && isFromHost(decoded.value))
          answer(member, member.group.receive(0, decoded.value, now))
      }
      const said = member.outbox.shift()
      if (said !== undefined) {
        const decoded = groupMessages.decode(said)
        assert.ok(decoded.ok)
        obey(host.receive(member.index, decoded.value as MemberMessage, now))
      }
      const frame = member.frames.shift()
      if (frame !== undefined) hear(member.ear, frame)
    }
    assert.notEqual(member.group?.trouble, 'fork', 'an honest host is taken for a fork')
    const keys = member.group?.sending()
    if (keys !== undefined)
      assert.equal(hex(keys.commitment), issued.get(keys.epoch), 'keys that the host has not made')
  }

  const wait = (ms: number): void => {
    quiet += ms
    if (quiet >= SLOWEST_MS) {
      quiet = 0
      for (const member of live()) deliver(member, 1_000)
      comeBack()
    }
    const end = after(now, ms)
    for (;;) {
      const next = Math.min(host.wakesAt(), ...live().map(({ group }) => group!.wakesAt()))
      if (next > end) break
      now = Math.max(now, next) as Ms
      obey(host.tick(now))
      for (const member of live()) answer(member, member.group!.tick(now))
      comeBack()
    }
    now = end
  }

  /** Who is behind joins again, as a terminal does by itself. */
  const comeBack = (): void => {
    const behind = live().filter(({ group }) => group!.trouble === 'behind')
    for (const member of behind) member.live = false
    if (behind.length === 0) return
    obey(
      host.leave(
        behind.map(({ index }) => index),
        now,
        'lost',
      ),
    )
    join(behind)
  }

  const pick = (which: number): Member | undefined => {
    const all = live()
    return all.length === 0 ? undefined : all[which % all.length]
  }

  return {
    act(doing) {
      switch (doing.do) {
        case 'join':
          return join(Array.from({ length: doing.count }, newMember))
        case 'leave': {
          const member = pick(doing.which)
          if (member === undefined) return
          member.live = false
          return obey(host.leave([member.index], now, 'left'))
        }
        case 'return': {
          const member = pick(doing.which)
          if (member === undefined) return
          member.live = false
          obey(host.leave([member.index], now, 'lost'))
          return join([member])
        }
        case 'hop':
          return obey(host.hop(now))
        case 'speak':
          return speak()
        case 'deliver': {
          const member = pick(doing.which)
          if (member !== undefined) deliver(member, doing.count)
          return comeBack()
        }
        case 'wait':
          return wait(doing.ms)
        case 'spoil': {
          const member = pick(doing.which)
          return member === undefined ? undefined : spoil(member, doing)
        }
      }
    },
    show(member, octets) {
      const decoded = groupMessages.decode(octets, 1_000_000)
      if (decoded.ok && isFromHost(decoded.value))
        answer(member, member.group!.receive(0, decoded.value, now))
    },
    settle() {
      for (let round = 0; round < 50; round++) {
        for (const member of live()) deliver(member, 1_000)
        comeBack()
        if (round % 5 === 4) wait(500)
      }
    },
    checkAgreement() {
      for (const { group, index, ear } of live()) {
        const keys = group!.sending()
        assert.ok(keys !== undefined, `member ${index} has no key`)
        assert.equal(keys.epoch, host.keys.epoch)
        assert.equal(hex(keys.commitment), hex(host.keys.commitment))
        assert.equal(hex(group!.roster.hash), hex(host.roster.hash))
        if (!spoiled) assert.equal(group!.forged, 0)
        assert.equal(ear.early.length, 0, `member ${index} waits for a key that does not come`)
      }
    },
    get lost() {
      const unexplained = [hostEar, ...live().map(({ ear }) => ear)].flatMap(({ lost }) => lost)
      return { cut: lostToCuts, unexplained }
    },
    get heard() {
      return live().reduce((sum, { ear }) => sum + ear.heard, hostEar.heard)
    },
    get epoch() {
      return host.keys.epoch
    },
    broadcast,
    members,
    get now() {
      return now
    },
  }

  function newEar(since: number): Ear {
    return { since, open: new Map(), early: [], heard: 0, lost: [] }
  }
}

/** A connection that takes longer is a lost one. */
const SLOWEST_MS = 3_000

const NONCE = sha256(utf8('nonce'))

function entryOf(index: number, signing: Uint8Array, sealing: Uint8Array): RosterMember {
  return { index, user: `user${index}@example`, keyId: sha256(signing), signing, sealing }
}

/** What a relay may have sent to a member is not what only members say. */
function isFromHost(message: GroupMessage): message is HostMessage {
  return message.type !== 'ready' && message.type !== 'nonce' && message.type !== 'ask'
}

/** Only so that it is not lost sight of that all kinds of messages are in play. */
export function kindsIn(messages: readonly Uint8Array[]): ReadonlySet<GroupMessage['type']> {
  return new Set(
    messages.map((octets) => {
      const decoded = groupMessages.decode(octets, 1_000_000)
      assert.ok(decoded.ok)
      return decoded.value.type
    }),
  )
}
