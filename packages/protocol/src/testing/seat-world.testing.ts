import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import type { Bundle } from '../ceremonies/call/bundle.ts'
import type { CallEffect } from '../ceremonies/call/effects.ts'
import { verifyBundle, type CallTrust } from '../ceremonies/call/proofs.ts'
import type { CallSeat } from '../ceremonies/call/call-seat.ts'
import { hostSeat, memberSeat } from '../ceremonies/call/seat.ts'
import type { SeatStart } from '../ceremonies/call/seat-start.ts'
import { joinStatement } from '../ceremonies/call/statements.ts'
import { callTalk } from '../ceremonies/call/talk.ts'
import { ed25519, hex, Secret, seededRandomForTests, utf8, x25519, xwing } from '../crypto/index.ts'
import type { Random } from '../crypto/index.ts'
import { GROUP_DEFAULTS, type GroupPolicy } from '../group/policy.ts'
import type { Roster } from '../group/roster.ts'
import type { ScheduleName } from '../group/schedules.ts'
import type { CallContext } from '../group/signed.ts'
import { certificateCache } from '../identity/certificate-cache.ts'
import { statementOctets, type Statement } from '../wire/statement.ts'
import { after, type Ms } from '../wire/units.ts'
import { NOW, testKey, trusted, type TestKey } from './certificates.testing.ts'
import { authority } from './signin.testing.ts'

/*
 * A call in one process by whole seats, in which anybody may host: people come and go, connections are lost and come back, hosts
 * leave, hand over and die. The relay is honest: it keeps the order of each connection, and may be slow on any of them. What
 * must hold is checked at every step.
 */

export type SeatDoing =
  | { readonly do: 'join'; readonly count: number }
  /** Leaves by itself: the host too, who then hands over. */
  | { readonly do: 'bye'; readonly which: number }
  /** The host takes it out; the relay goes on to let it hear all but that. */
  | { readonly do: 'remove'; readonly which: number }
  | { readonly do: 'hand'; readonly which: number }
  | { readonly do: 'hop' }
  | { readonly do: 'speak' }
  /** A connection is lost, with all that is on its way; it is back. */
  | { readonly do: 'drop'; readonly which: number }
  | { readonly do: 'return'; readonly which: number }
  /** A terminal dies. */
  | { readonly do: 'die'; readonly which: number }
  | { readonly do: 'deliver'; readonly which: number; readonly count: number }
  | { readonly do: 'wait'; readonly ms: number }

const which = fc.nat(30)
const one = <D extends string>(name: D): fc.Arbitrary<{ do: D; which: number }> =>
  fc.record({ do: fc.constant(name), which })

const always: fc.WeightedArbitrary<SeatDoing>[] = [
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('join'), count: fc.integer({ min: 1, max: 3 }) }),
  },
  { weight: 2, arbitrary: one('remove') },
  { weight: 2, arbitrary: one('hand') },
  { weight: 3, arbitrary: fc.constant({ do: 'hop' }) },
  { weight: 6, arbitrary: fc.constant({ do: 'speak' }) },
  {
    weight: 14,
    arbitrary: fc.record({
      do: fc.constant('deliver'),
      which,
      count: fc.integer({ min: 1, max: 8 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('wait'), ms: fc.nat(2_500) }) },
]
/** While nobody's connection or terminal fails. */
export const anySound: fc.Arbitrary<SeatDoing> = fc.oneof(...always)
/** With all that can go wrong at the ends. */
export const anyFault: fc.Arbitrary<SeatDoing> = fc.oneof(
  ...always,
  { weight: 2, arbitrary: one('bye') },
  { weight: 2, arbitrary: one('drop') },
  { weight: 2, arbitrary: one('return') },
  { weight: 1, arbitrary: one('die') },
)

interface Frame {
  readonly from: number
  readonly epoch: number
  readonly commitment: string
}

type Mail =
  | { readonly is: 'frame'; readonly from: number; readonly octets: Uint8Array }
  | { readonly is: 'hint'; readonly index: number; readonly present: boolean }
  | { readonly is: 'joining'; readonly index: number; readonly bundle: Bundle }

/** One end, and what it can open. */
export interface Party {
  readonly index: number
  readonly seat: CallSeat
  readonly key: TestKey
  /** Number of keys that had been made when it came. */
  readonly since: number
  /** Number of the first key that it was given: others still use the one before until the go. */
  first: number | undefined
  /** Number of keys that had been made when it was out. */
  until: number | undefined
  /** Taken out: the server takes nothing of it any more. */
  isOut: boolean
  isOnline: boolean
  /** The relay takes what it says and keeps from it what others say: none of this world's own doing. */
  isKeptFrom: boolean
  isDead: boolean
  readonly open: Map<number, string>
  /** It was host when it was last heard of: what it has done since may still be a host's. */
  hosted: boolean
  readonly inbox: Mail[]
  readonly outbox: { readonly to: 'all' | number; readonly frame: Uint8Array }[]
  readonly media: Frame[]
  readonly early: Frame[]
  readonly lost: Frame[]
  heard: number
  readonly told: CallEffect[]
}

export interface SeatWorld {
  act(doing: SeatDoing): void
  settle(): void
  checkAgreement(): void
  readonly parties: readonly Party[]
  readonly live: readonly Party[]
  readonly hosts: readonly Party[]
  /** Frames that a departure cost, and others. */
  readonly lost: { readonly cut: number; readonly other: readonly Frame[] }
  readonly heard: number
  readonly now: Ms
}

const CONTEXT: CallContext = { call: utf8('a call: 16 octet'), server: 'hufu.example:443' }
const TRUST: CallTrust = {
  issuers: [trusted(authority, ['example.org'])],
  nowUnixMs: NOW,
  cache: certificateCache(1_000),
}
const POLICY: GroupPolicy = {
  ...GROUP_DEFAULTS,
  hopMs: 4_000,
  freshEvery: 3,
  beatMs: 2_000,
  deafMs: 10_000,
  graceMs: 8_000,
}
/** A connection that takes longer is a lost one. */
const SLOWEST_MS = 1_500
const R1 = new Uint8Array(32).fill(1)

/** A call with its initiator alone. */
export function seatWorld(
  seed: number,
  schedule: ScheduleName,
  { keeps, ...changes }: Partial<GroupPolicy> & { readonly keeps?: number } = {},
): SeatWorld {
  const random = seededRandomForTests(Uint8Array.of(seed & 255, (seed >> 8) & 255, seed >> 16))
  const policy = { ...POLICY, ...changes }
  let now = 1_000 as Ms
  let quiet = 0
  /** All keys that hosts have made, in order, and those that a departure has ended, and begun. */
  const made = new Map<string, number>()
  const ended = new Set<string>()
  const begun = new Set<string>()
  const parties: Party[] = []
  const reigns = new Map<string, Set<number>>()
  /** As the server knows it. */
  let hostIndex = 0
  let cutLosses = 0

  const there = (): Party[] =>
    parties.filter(
      ({ seat, until, isDead }) => !isDead && until === undefined && seat.at !== 'over',
    )
  const online = (): Party[] => there().filter(({ isOnline }) => isOnline)
  const inCall = (): Party[] => online().filter(({ seat }) => seat.roster !== undefined)

  const relay = (from: Party): void => {
    const said = from.outbox.shift()
    if (said === undefined || !from.isOnline || from.isOut) return
    const { to, frame } = said
    for (const party of parties)
      if (party !== from && !party.isDead && party.isOnline && !party.isKeptFrom)
        if (to === 'all' || party.index === to) {
          if (party.until !== undefined && (to !== 'all' || tellsOfRemoval(frame))) continue
          party.inbox.push({ is: 'frame', from: from.index, octets: frame })
        }
  }

  const hint = (index: number, present: boolean): void => {
    for (const party of online())
      if (party.index !== index) party.inbox.push({ is: 'hint', index, present })
  }

  const obey = (party: Party, effects: readonly CallEffect[]): void => {
    for (const effect of effects) {
      party.told.push(effect)
      switch (effect.do) {
        case 'send':
          noteCut(party, effect.frame)
          if (party.isOnline) party.outbox.push(effect)
          break
        case 'accept':
        case 'switch': {
          const { keys } = effect
          const commitment = hex(keys.commitment)
          // one who was taken out may host a call of its own
          if (party.until !== undefined && party.seat.role === 'host') break
          const isHost = party.seat.role === 'host' || party.hosted
          if (isHost && !made.has(commitment)) made.set(commitment, made.size)
          assert.ok(made.has(commitment), 'a key that no host has made')
          const until = party.until ?? Infinity
          assert.ok(made.get(commitment)! < until, `a key for ${party.index}, who has left`)
          assert.ok(made.get(commitment)! >= party.since, 'a key from before it came')
          party.first ??= made.get(commitment)!
          party.open.set(keys.epoch, commitment)
          for (const frame of party.early.splice(0)) hear(party, frame)
          break
        }
        case 'forget': {
          party.open.delete(effect.epoch)
          break
        }
        case 'sign':
          obey(party, party.seat.signed(effect.batch, signs(party.key, effect.statement)))
          break
        case 'agree': {
          const pair = x25519.fromSecret(party.key.secrets.agreement)
          const shared = new Secret(pair.agree(effect.share)!)
          obey(party, party.seat.agreed(shared, now, TRUST))
          break
        }
        case 'left':
          if (party.seat.role === 'host' && effect.how !== 'lost') goes(effect.index)
          break
        case 'refused':
          if (party.seat.role === 'host') goes(effect.index)
          break
        case 'host':
          if (effect.index === party.index) hostIndex = party.index
          break
        case 'over':
          party.until ??= made.size
          hint(party.index, false)
          break
        default:
      }
    }
    party.hosted = party.seat.role === 'host'
    const { roster } = party.seat
    if (party.hosted) for (const index of roster!.members.keys()) signedFor(roster!).add(index)
  }

  /** All whom its host has had in it, in that term. */
  const signedFor = ({ host, term }: Roster): Set<number> => {
    const all = reigns.get(`${host} ${term}`) ?? new Set()
    reigns.set(`${host} ${term}`, all)
    return all
  }

  const goes = (index: number): void => {
    const party = parties[index]
    if (party?.until !== undefined) return
    if (party !== undefined) {
      party.until = made.size
      party.isOut = true
    }
    hint(index, false)
  }

  const hear = (party: Party, frame: Frame): void => {
    const known = party.open.get(frame.epoch)
    if (known === frame.commitment) {
      party.heard += 1
      return
    }
    const newest = Math.max(0, ...party.open.keys())
    if (frame.epoch > newest) party.early.push(frame)
    else if (ended.has(frame.commitment) || begun.has(frame.commitment)) cutLosses += 1
    else if ((made.get(frame.commitment) ?? 0) >= party.first!) party.lost.push(frame)
  }

  const read = (party: Party): void => {
    const mail = party.inbox.shift()
    if (mail === undefined) return
    const { seat } = party
    switch (mail.is) {
      case 'frame':
        return obey(party, seat.receive(mail.from, mail.octets, now, TRUST))
      case 'hint':
        return obey(party, mail.present ? seat.back(mail.index, now) : seat.lost(mail.index, now))
      case 'joining':
        obey(party, seat.joining(mail.index, mail.bundle, TRUST))
        return obey(party, seat.admit(now))
    }
  }

  /** A departure's go ends the key that was in use, for whoever has it. */
  const noteCut = ({ open }: Party, octets: Uint8Array): void => {
    const read = callTalk.decode(octets, 100_000)
    if (!read.ok || read.value.type !== 'go' || !read.value.cut) return
    const cut = open.get(read.value.epoch)!
    begun.add(cut)
    const next = made.get(cut) ?? 0
    for (const [commitment, number] of made) if (number < next) ended.add(commitment)
  }

  const deliver = (party: Party, count: number): void => {
    for (let n = 0; n < count; n += 1) {
      relay(party)
      read(party)
      const frame = party.media.shift()
      if (frame !== undefined && party.until === undefined) hear(party, frame)
    }
    const keys = party.seat.sending()
    if (keys !== undefined && party.until === undefined) assert.ok(made.has(hex(keys.commitment)))
  }

  const deliverAll = (): void => {
    for (let n = 0; n < 400; n += 1) {
      const busy = parties.filter(
        ({ isDead, inbox, outbox, media }) =>
          !isDead && inbox.length + outbox.length + media.length > 0,
      )
      if (busy.length === 0) return
      for (const party of busy) deliver(party, 20)
    }
    assert.fail('messages without end')
  }

  const wait = (ms: number): void => {
    for (let left = ms; left > 0; left -= SLOWEST_MS) waitLess(Math.min(left, SLOWEST_MS))
  }

  const waitLess = (ms: number): void => {
    const end = after(now, ms)
    for (let n = 0; ; n += 1) {
      assert.ok(n < 3_000, 'time stands still')
      const next = Math.min(...there().map(({ seat }) => seat.wakesAt()))
      if (next > end) break
      now = Math.max(now, next) as Ms
      for (const party of there()) obey(party, party.seat.tick(now))
    }
    now = end
    quiet += ms
    if (quiet < SLOWEST_MS) return
    quiet = 0
    deliverAll()
  }

  const pick = (from: readonly Party[], at: number): Party | undefined =>
    from.length === 0 ? undefined : from[at % from.length]

  const newParty = (make: (start: SeatStart) => CallSeat): { party: Party; bundle: Bundle } => {
    const index = parties.length
    const start = startOf(index, parties[hostIndex]?.seat === undefined ? 0 : hostIndex, random)
    const party: Party = {
      index,
      seat: make(keeps === undefined ? start.start : { ...start.start, keeps }),
      key: start.key,
      since: made.size,
      first: undefined,
      until: undefined,
      isOut: false,
      isOnline: true,
      isKeptFrom: false,
      isDead: false,
      open: new Map(),
      hosted: false,
      inbox: [],
      outbox: [],
      media: [],
      early: [],
      lost: [],
      heard: 0,
      told: [],
    }
    parties.push(party)
    return { party, bundle: start.start.bundle }
  }

  const { party: first } = newParty((start) => hostSeat({ ...start, schedule, policy }, now))
  first.hosted = true
  first.first = 0
  const firstKeys = first.seat.sending()!
  made.set(hex(firstKeys.commitment), 0)
  first.open.set(firstKeys.epoch, hex(firstKeys.commitment))

  const join = (count: number): void => {
    for (let n = 0; n < count; n += 1) {
      const { party, bundle } = newParty(memberSeat)
      const host = parties[hostIndex]!
      host.inbox.push({ is: 'joining', index: party.index, bundle })
    }
  }

  const act = (doing: SeatDoing): void => {
    switch (doing.do) {
      case 'join':
        return join(doing.count)
      case 'bye': {
        const party = pick(inCall(), doing.which)
        if (party !== undefined && there().length > 2) obey(party, party.seat.bye(now))
        // what it has said last arrives
        while (party !== undefined && party.outbox.length > 0) relay(party)
        return
      }
      case 'remove': {
        const host = pick(
          inCall().filter(({ seat }) => seat.role === 'host'),
          0,
        )
        const party = pick(
          inCall().filter((each) => each !== host),
          doing.which,
        )
        if (host === undefined || party === undefined) return
        const effects = host.seat.remove([party.index], now)
        if (effects.some((each) => each.do === 'left')) goes(party.index)
        return obey(host, effects)
      }
      case 'hand': {
        const host = inCall().find(({ seat }) => seat.role === 'host')
        const to = pick(
          inCall().filter((each) => each !== host),
          doing.which,
        )
        if (host === undefined || to === undefined) return
        return obey(host, host.seat.handOver(to.index, now))
      }
      case 'hop': {
        for (const { seat, ...party } of inCall())
          if (seat.role === 'host') obey(parties[party.index]!, seat.hop(now))
        return
      }
      case 'speak': {
        for (const party of inCall()) {
          const keys = party.seat.sending()
          if (keys === undefined) continue
          const frame = {
            from: party.index,
            epoch: keys.epoch,
            commitment: hex(keys.commitment),
          }
          for (const each of inCall()) if (each !== party) each.media.push(frame)
        }
        return
      }
      case 'drop': {
        const party = pick(inCall(), doing.which)
        if (party === undefined) return
        party.isOnline = false
        party.inbox.length = 0
        party.outbox.length = 0
        party.media.length = 0
        obey(party, party.seat.offline(now))
        return hint(party.index, false)
      }
      case 'return': {
        const party = pick(
          there().filter(({ isOnline }) => !isOnline),
          doing.which,
        )
        if (party === undefined) return
        party.isOnline = true
        hint(party.index, true)
        return obey(party, party.seat.online(now))
      }
      case 'die': {
        const party = pick(inCall(), doing.which)
        if (party === undefined || there().length < 3) return
        party.isDead = true
        party.until = made.size
        party.inbox.length = 0
        return hint(party.index, false)
      }
      case 'deliver': {
        const party = pick(parties, doing.which)
        if (party !== undefined && !party.isDead) deliver(party, doing.count)
        return
      }
      case 'wait':
        return wait(doing.ms)
    }
  }

  return {
    act,
    settle() {
      for (const party of there()) if (!party.isOnline) act({ do: 'return', which: 0 })
      for (let round = 0; round < 120; round += 1) {
        wait(500)
        deliverAll()
      }
    },
    checkAgreement() {
      const all = there().filter(({ seat }) => seat.at !== 'waiting')
      const hosts = all.filter(({ seat }) => seat.role === 'host')
      const state = (): string =>
        parties
          .map(
            ({ index, seat, isDead, until }) =>
              `${index} ${seat.role} ${seat.at} ${isDead ? 'dead' : ''} ${until ?? ''} term ${seat.roster?.term} host ${seat.roster?.host} epoch ${seat.sending()?.epoch}`,
          )
          .join('\n')
      // nobody who has seen the last host's last word is left: the call is lost, and they will be told
      if (hosts.length === 0 && all.every(({ seat }) => seat.at === 'away')) return
      assert.equal(hosts.length, 1, `hosts: ${hosts.length}\n${state()}`)
      const host = hosts[0]!
      const keys = host.seat.sending()!
      for (const { seat, early, index } of all) {
        // away since before its host came, whom nobody has let in whom it knows
        if (seat.at === 'away' && !signedFor(seat.roster!).has(host.index)) continue
        const own = seat.sending()
        assert.equal(seat.at, 'in', `${index} is not in\n${state()}`)
        assert.ok(own !== undefined, `${index} may not send\n${state()}`)
        assert.equal(own.epoch, keys.epoch, state())
        assert.equal(hex(own.commitment), hex(keys.commitment))
        assert.equal(hex(seat.roster!.hash), hex(host.seat.roster!.hash))
        assert.deepEqual(early, [], `${index} waits for a key that does not come`)
      }
    },
    parties,
    get live() {
      return there()
    },
    get hosts() {
      return there().filter(({ seat }) => seat.role === 'host')
    },
    get lost() {
      return { cut: cutLosses, other: there().flatMap(({ lost }) => lost) }
    },
    get heard() {
      return parties.reduce((sum, { heard }) => sum + heard, 0)
    },
    get now() {
      return now
    },
  }
}

/** One who was taken out hears all but that: the relay is on its side. */
function tellsOfRemoval(frame: Uint8Array): boolean {
  const read = callTalk.decode(frame, 100_000)
  return read.ok && read.value.type === 'entry'
}

function signs(key: TestKey, statement: Statement): Uint8Array {
  return key.signer.sign(statementOctets(statement))
}

const keys = new Map<number, TestKey>()

function startOf(
  index: number,
  host: number,
  random: Random,
): { readonly start: SeatStart; readonly key: TestKey } {
  const user = `user${index}@example.org`
  const key = keys.get(index) ?? testKey(authority, `user${index}`, { emails: [user] })
  keys.set(index, key)
  const signing = ed25519.generate(random)
  const sealing = xwing.generate(random)
  const unsigned = {
    user,
    certificates: key.certificates,
    terminal: random(32),
    host: `user${host}@example.org`,
    r1: R1,
    r2: random(32),
    signing: signing.publicKey,
    sealing: sealing.publicKey,
    media: random(32),
  }
  const bundle = { ...unsigned, signature: signs(key, joinStatement(CONTEXT, unsigned)) }
  const verified = verifyBundle(CONTEXT, bundle, TRUST)
  assert.ok(verified.ok)
  const { publicKeys, keyId } = verified.value
  const start: SeatStart = {
    context: CONTEXT,
    self: index,
    bundle,
    publicKeys,
    keyId,
    key: signing,
    sealing,
    random,
    makeSecret: () => new Secret(random(32)),
  }
  return { start, key }
}
