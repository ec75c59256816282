import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import { hex } from '../crypto/index.ts'
import { callTalk } from '../ceremonies/call/talk.ts'
import { SCHEDULES, type ScheduleName } from '../group/schedules.ts'
import {
  flipped,
  hostileCall,
  talkIn,
  type End,
  type HostileCall,
  type OnItsWay,
  type Relay,
} from './hostile-call.testing.ts'

/** What happens in a call. */
export type Scene =
  | { readonly do: 'join'; readonly count: number }
  | { readonly do: 'bye' | 'remove' | 'hand' | 'isolate' | 'cut'; readonly which: number }
  | { readonly do: 'hop' }
  | { readonly do: 'wait'; readonly ms: number }

/** What a relay does to a frame. */
export interface Deed {
  readonly what: (typeof DEEDS)[number]
  readonly at: number
  /** To the frame after so many others. */
  readonly skip: number
}

const DEEDS = [
  'drop',
  'twice',
  'flip',
  'late',
  'other',
  'claim',
  'replay',
  'swap',
  'make up a go',
  'keep a go',
] as const

export const anyDeeds: fc.Arbitrary<readonly Deed[]> = fc.array(
  fc.record({ what: fc.constantFrom(...DEEDS), at: fc.nat(9_999), skip: fc.nat(12) }),
  { maxLength: 24 },
)

const which = fc.nat(9)
export const anyScene: fc.Arbitrary<Scene> = fc.oneof(
  fc.record({ do: fc.constant('join'), count: fc.integer({ min: 1, max: 2 }) }),
  fc.record({ do: fc.constantFrom('bye', 'remove', 'hand', 'isolate', 'cut'), which }),
  fc.constant({ do: 'hop' } as const),
  fc.record({ do: fc.constant('wait'), ms: fc.nat(6_000) }),
)

const NAMES = Object.keys(SCHEDULES) as ScheduleName[]
/** Milliseconds after which whatever a relay has done has been named or mended. */
const CALM_MS = 60_000

/** Plays scenes in a call whose relay does these deeds, then is honest for a minute. */
export function playScenes(seed: number, deeds: readonly Deed[], scenes: readonly Scene[]): void {
  const call = hostileCall(String(seed), NAMES[seed % NAMES.length])
  const apart = new Set<number>()
  call.relay = doing(call, deeds, apart)
  call.join(2)
  for (const scene of scenes) {
    play(call, scene, apart)
    call.wait(0)
    call.check()
  }
  call.relay = (one) => [one]
  call.wait(CALM_MS)
  call.check()
  checkNamed(call)
}

function play(call: HostileCall, scene: Scene, apart: Set<number>): void {
  const inCall = call.ends.filter(({ isOut, seat }) => !isOut && seat.at === 'in')
  const host = inCall.find(({ seat }) => seat.role === 'host')
  const pick = (at: number): End | undefined => {
    const others = inCall.filter((end) => end !== host)
    return others[at % Math.max(1, others.length)]
  }
  switch (scene.do) {
    case 'join':
      return host?.index === 0 ? void call.join(scene.count) : undefined
    case 'hop':
      return host && call.act(host, (seat, now) => seat.hop(now))
    case 'wait':
      return call.wait(scene.ms)
    default: {
      const end = pick(scene.which)
      if (host === undefined || end === undefined) return
      if (scene.do === 'bye') return call.act(end, (seat, now) => seat.bye(now))
      if (scene.do === 'remove') return call.act(host, (seat, now) => seat.remove([end.index], now))
      if (scene.do === 'hand') return call.act(host, (seat, now) => seat.handOver(end.index, now))
      // nothing of the host's reaches it any more, or for a while
      if (scene.do === 'isolate') return void apart.add(end.index)
      return apart.clear()
    }
  }
}

function doing(call: HostileCall, deeds: readonly Deed[], apart: ReadonlySet<number>): Relay {
  const past: OnItsWay[] = []
  let next = 0
  let skipped = 0
  let held: OnItsWay | undefined
  /** The next go to that one, until so many others have come to it. */
  let keeps: { readonly to: number; readonly go: OnItsWay | undefined; left: number } | undefined
  const keep = (one: OnItsWay): readonly OnItsWay[] => {
    if (keeps?.to !== one.to || talkIn(one.frame)?.type !== 'go') return [one]
    if (keeps.go === undefined) {
      keeps = { ...keeps, go: one }
      return []
    }
    keeps.left -= 1
    if (keeps.left > 0) return [one]
    const { go } = keeps
    keeps = undefined
    return [one, go]
  }
  return (one) => {
    past.push(one)
    if (apart.has(one.to) && call.ends[one.from]?.seat.role === 'host') return []
    const deed = deeds[next]
    if (deed === undefined || skipped < deed.skip) {
      skipped += 1
      return keep(one)
    }
    next += 1
    skipped = 0
    const someone = deed.at % call.ends.length
    switch (deed.what) {
      case 'drop':
        return []
      case 'twice':
        return [one, one]
      case 'flip':
        return [{ ...one, frame: flipped(one.frame, deed.at) }]
      case 'other':
        return [{ ...one, to: someone }]
      case 'claim':
        return [{ ...one, from: someone }]
      case 'replay':
        return [{ ...past[deed.at % past.length]!, to: one.to }, one]
      case 'swap':
        return [one, past[Math.max(0, past.length - 2)]!]
      case 'late': {
        const late = held
        held = one
        return late === undefined ? [] : [one, late]
      }
      case 'make up a go': {
        const made = madeUp(call.ends[one.to], deed.at)
        if (made === undefined) return [one]
        return deed.at % 2 === 0 ? [made, one] : [one, made]
      }
      case 'keep a go':
        keeps = { to: one.to, go: undefined, left: deed.at % 4 }
        return keep(one)
    }
  }
}

/** A go that its host could say, for the epoch in use or one of the next, but for its preimage. */
function madeUp(end: End | undefined, at: number): OnItsWay | undefined {
  const roster = end?.seat.roster
  if (end === undefined || roster === undefined) return undefined
  const epoch = (end.seat.sending()?.epoch ?? 1) + (at % 4)
  const go = { type: 'go', term: roster.term, epoch, cut: at % 3 === 0, reason: 'left' } as const
  const frame = callTalk.encode({ ...go, preimage: new Uint8Array(32).fill(at) })
  return { from: roster.host, to: end.index, frame }
}

/** Whoever is in agrees with its host; whoever is not has been told why, or sees that it is alone. */
function checkNamed(call: HostileCall): void {
  const all = call.ends.filter((end) => !end.isOut)
  const state = (): string => all.map(stateOf).join('\n')
  for (const end of all) {
    const { seat, told } = end
    // its welcome was lost: it says that it waits
    if (seat.at === 'waiting' || seat.at === 'opening' || seat.at === 'away') continue
    assert.equal(seat.at, 'in', state())
    const host = call.ends[seat.roster!.host]!
    const keys = seat.sending()
    const isShown = told.some((one) => one.do === 'deaf' || one.do === 'rival')
    if (host.seat.role !== 'host' || host.isOut) {
      assert.ok(isShown || keys === undefined, `nothing said\n${state()}`)
      continue
    }
    if (!host.seat.roster!.members.has(end.index)) continue
    assert.ok(keys !== undefined, `may not send\n${state()}`)
    assert.equal(hex(keys.commitment), hex(host.seat.sending()!.commitment), state())
    assert.equal(hex(seat.roster!.hash), hex(host.seat.roster!.hash))
  }
}

function stateOf({ index, seat }: End): string {
  const { roster } = seat
  const members = roster === undefined ? '' : [...roster.members.keys()].join()
  return `${index} ${seat.role} ${seat.at} term ${roster?.term} host ${roster?.host} of ${members} epoch ${seat.sending()?.epoch}`
}
