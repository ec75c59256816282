import assert from 'node:assert/strict'
import type { Bundle } from '../ceremonies/call/bundle.ts'
import type { CallEffect } from '../ceremonies/call/effects.ts'
import { verifyBundle, type CallTrust } from '../ceremonies/call/proofs.ts'
import type { SeatStart } from '../ceremonies/call/seat-start.ts'
import type { CallSeat } from '../ceremonies/call/call-seat.ts'
import { hostSeat, memberSeat } from '../ceremonies/call/seat.ts'
import { joinStatement } from '../ceremonies/call/statements.ts'
import { callTalk, type CallTalk } from '../ceremonies/call/talk.ts'
import { ed25519, hex, Secret, seededRandomForTests, utf8, x25519, xwing } from '../crypto/index.ts'
import type { Random } from '../crypto/index.ts'
import { GROUP_DEFAULTS, type GroupPolicy } from '../group/policy.ts'
import type { ScheduleName } from '../group/schedules.ts'
import type { CallContext } from '../group/signed.ts'
import { certificateCache } from '../identity/certificate-cache.ts'
import { statementOctets, type Statement } from '../wire/statement.ts'
import { after, type Ms } from '../wire/units.ts'
import { NOW, testKey, trusted, type TestKey } from './certificates.testing.ts'
import { authority } from './signin.testing.ts'

/*
 * A call in one process, by whole seats, over a relay that does as it likes: with frames, and with what only a server says. It is
 * on the side of those who have left, too: they hear everything that anybody is sent, but that they are out.
 */

export const CONTEXT: CallContext = { call: utf8('a call: 16 octet'), server: 'hufu.example:443' }
const TRUST: CallTrust = {
  issuers: [trusted(authority, ['example.org'])],
  nowUnixMs: NOW,
  cache: certificateCache(100),
}
const POLICY: GroupPolicy = {
  ...GROUP_DEFAULTS,
  hopMs: 8_000,
  freshEvery: 3,
  beatMs: 2_000,
  deafMs: 10_000,
  graceMs: 8_000,
}

/** A frame on its way. */
export interface OnItsWay {
  readonly from: number
  readonly to: number
  readonly frame: Uint8Array
}
/** What a relay makes of it: any number of frames, from and to whomever. */
export type Relay = (one: OnItsWay) => readonly OnItsWay[]

/** One who is in the call, or was, or would be. */
export interface End {
  readonly index: number
  readonly seat: CallSeat
  readonly start: SeatStart
  readonly key: TestKey
  /** Commitments of the keys that it takes frames under, by epoch. */
  readonly open: Map<number, string>
  readonly told: CallEffect[]
  /** How many keys had been made when it came. */
  readonly since: number
  isOut: boolean
  /** Its terminal sleeps: nothing of it happens. */
  isAsleep: boolean
  /** When it was last heard of: what it has done since may still be a host's. */
  wasHost: boolean
}

export interface HostileCall {
  readonly ends: readonly End[]
  readonly now: Ms
  /** Replaces the relay. */
  relay: Relay
  /** Joins as one batch; their S1s may be others on the way to the host. */
  join(count: number, alter?: (bundle: Bundle, index: number) => Bundle): readonly End[]
  /** The server has an S1 come in at that index, to whoever has begun the call, or another that hosts it. */
  show(index: number, bundle: Bundle, to?: End): void
  /** What an end does of itself. */
  act(end: End, deed: (seat: CallSeat, now: Ms) => readonly CallEffect[]): void
  /** Something as the relay would bring it. */
  say(from: number, to: number, message: CallTalk | Uint8Array): void
  /** Time passes, and everything arrives. */
  wait(ms: number): void
  /** No two with one host hold different keys of one epoch; nor anybody an old key that one who has left has too. */
  check(): void
}

/** A call with its host alone. */
export function hostileCall(seed: string, schedule: ScheduleName = 'ratchet'): HostileCall {
  const random = seededRandomForTests(utf8(`hostile ${seed}`))
  const ends: End[] = []
  /** All keys that hosts have made, in their order, and for whom: by commitment. */
  const made = new Map<string, { readonly number: number; readonly members: readonly number[] }>()
  /** Commitments of those that a host has said the go of. */
  const used = new Set<string>()
  const queue: OnItsWay[] = []
  let isBusy = false
  let now = 1_000 as Ms

  const obey = (end: End, effects: readonly CallEffect[]): void => {
    for (const effect of effects) {
      end.told.push(effect)
      switch (effect.do) {
        case 'send':
          for (const { index } of ends)
            if (index !== end.index && (effect.to === 'all' || effect.to === index))
              queue.push({ from: end.index, to: index, frame: effect.frame })
          break
        case 'accept':
        case 'switch':
          opens(end, effect.keys.epoch, hex(effect.keys.commitment))
          if (effect.do === 'switch') switches(end, hex(effect.keys.commitment))
          break
        case 'forget':
          end.open.delete(effect.epoch)
          break
        case 'sign':
          obey(end, end.seat.signed(effect.batch, signed(end.key, effect.statement)))
          break
        case 'agree': {
          const shared = x25519.fromSecret(end.key.secrets.agreement).agree(effect.share)
          obey(end, end.seat.agreed(shared && new Secret(shared), now, TRUST))
          break
        }
        case 'left':
          if (end.seat.role === 'host' && effect.how !== 'lost') goes(ends[effect.index])
          break
        case 'over':
          end.open.clear()
          goes(end)
          break
        default:
      }
    }
    end.wasHost = end.seat.role === 'host'
  }

  const opens = (end: End, epoch: number, commitment: string): void => {
    const { roster, role } = end.seat
    if ((role === 'host' || end.wasHost) && !made.has(commitment))
      made.set(commitment, { number: made.size, members: [...roster!.members.keys()] })
    const key = made.get(commitment)
    assert.ok(key !== undefined, 'a key that no host has made')
    assert.ok(key.members.includes(end.index), 'a key for one who is not in the roster')
    assert.ok(key.number >= end.since, 'a key from before it came')
    end.open.set(epoch, commitment)
  }

  const switches = ({ seat, wasHost }: End, commitment: string): void => {
    if (seat.role === 'host' || wasHost) used.add(commitment)
    assert.ok(used.has(commitment), 'a go that no host has said')
  }

  const goes = (end: End | undefined): void => {
    if (end === undefined || end.isOut) return
    end.isOut = true
    for (const each of ends)
      if (each !== end && !each.isOut) obey(each, each.seat.lost(end.index, now))
  }

  const settle = (): void => {
    if (isBusy) return
    isBusy = true
    let count = 0
    for (let one = queue.shift(); one !== undefined; one = queue.shift()) {
      count += 1
      assert.ok(count < 20_000, 'messages without end')
      for (const { from, to, frame } of call.relay(one)) {
        const end = ends[to]
        if (end === undefined || (end.isOut && tellsOfRemoval(frame))) continue
        obey(end, end.seat.receive(from, frame, now, TRUST))
      }
    }
    isBusy = false
  }

  const tick = (): void => {
    for (const end of ends) if (!end.isAsleep) obey(end, end.seat.tick(now))
    settle()
  }

  const enter = (make: (start: SeatStart) => CallSeat): End => {
    const index = ends.length
    const { start, key } = startOf(index, random)
    const seat = make(start)
    const fresh = {
      open: new Map<number, string>(),
      told: [],
      isOut: false,
      isAsleep: false,
      wasHost: false,
    }
    const end: End = { index, seat, start, key, since: made.size, ...fresh }
    ends.push(end)
    return end
  }

  const call: HostileCall = {
    ends,
    get now() {
      return now
    },
    relay: (one) => [one],
    join(count, alter = (bundle) => bundle) {
      const joining = Array.from({ length: count }, () => enter(memberSeat))
      for (const { index, start } of joining) this.show(index, alter(start.bundle, index))
      this.act(ends[0]!, (seat) => seat.admit(now))
      return joining
    },
    show(index, bundle, to = ends[0]!) {
      this.act(to, (seat) => seat.joining(index, bundle, TRUST))
    },
    act(end, deed) {
      obey(end, deed(end.seat, now))
      settle()
    },
    say(from, to, message) {
      const frame = message instanceof Uint8Array ? message : callTalk.encode(message)
      queue.push({ from, to, frame })
      settle()
    },
    wait(ms) {
      const until = after(now, ms)
      for (let steps = 0; ; steps += 1) {
        assert.ok(steps < 2_000, 'time stands still')
        const next = Math.min(
          ...ends.map(({ seat, isAsleep }) => (isAsleep ? Infinity : seat.wakesAt())),
        )
        if (next > until) break
        now = Math.max(now, next) as Ms
        tick()
      }
      now = until
    },
    check() {
      const all = ends.filter((end) => !end.isOut)
      for (const a of all) {
        for (const b of all)
          for (const [epoch, commitment] of a.open)
            if (a.seat.roster?.host === b.seat.roster?.host && b.open.has(epoch))
              assert.equal(b.open.get(epoch), commitment, 'two keys for one epoch')
        const inUse = a.seat.sending()
        const present = inUse && made.get(hex(inUse.commitment))
        if (present === undefined) continue
        for (const commitment of a.open.values()) {
          const { number, members } = made.get(commitment)!
          const gone = members.filter((index) => !present.members.includes(index))
          assert.ok(number >= present.number || gone.length === 0, 'an old key of one who has left')
        }
      }
    },
  }

  const first = enter((start) => hostSeat({ ...start, schedule, policy: POLICY }, now))
  const { epoch, commitment } = first.seat.sending()!
  opens(first, epoch, hex(commitment))
  return call
}

/** Another octet of it. */
export function flipped(octets: Uint8Array, at: number = octets.length - 1): Uint8Array {
  const copy = octets.slice()
  copy[at % copy.length]! ^= 1 << (at % 8)
  return copy
}

/** What a frame says, if it is whole. */
export function talkIn(frame: Uint8Array): CallTalk | undefined {
  const read = callTalk.decode(frame, 100_000)
  return read.ok ? read.value : undefined
}

function tellsOfRemoval(frame: Uint8Array): boolean {
  return talkIn(frame)?.type === 'entry'
}

function signed(key: TestKey, statement: Statement): Uint8Array {
  return key.signer.sign(statementOctets(statement))
}

/** A bundle that its owner's KEY has signed, whatever it says. */
export function resigned({ key }: End, bundle: Bundle): Bundle {
  return { ...bundle, signature: signed(key, joinStatement(CONTEXT, bundle)) }
}

const R1 = new Uint8Array(32).fill(1)
const known = new Map<number, TestKey>()

/** What the user of that index begins with. */
export function startOf(
  index: number,
  random: Random,
): { readonly start: SeatStart; readonly key: TestKey } {
  const user = `user${index}@example.org`
  const key = known.get(index) ?? testKey(authority, `user${index}`, { emails: [user] })
  known.set(index, key)
  const signing = ed25519.generate(random)
  const sealing = xwing.generate(random)
  const unsigned = {
    user,
    certificates: key.certificates,
    terminal: random(32),
    host: 'user0@example.org',
    r1: R1,
    r2: random(32),
    signing: signing.publicKey,
    sealing: sealing.publicKey,
    media: random(32),
  }
  const bundle = { ...unsigned, signature: signed(key, joinStatement(CONTEXT, unsigned)) }
  const verified = verifyBundle(CONTEXT, bundle, TRUST)
  assert.ok(verified.ok)
  const { publicKeys, keyId } = verified.value
  const makeSecret = (): Secret => new Secret(random(32))
  const own = { self: index, host: 0, bundle, publicKeys, keyId, key: signing, sealing }
  return { start: { context: CONTEXT, ...own, random, makeSecret }, key }
}
