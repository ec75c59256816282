import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { DEPARTURES, type Departure } from '../../group/roster.ts'
import {
  hostileCall,
  talkIn,
  type End,
  type HostileCall,
} from '../../testing/hostile-call.testing.ts'
import { callTalk } from './talk.ts'

/** How each of these comes to be out of a call in which it was 1. */
const WAYS: readonly (readonly [string, Departure, (call: HostileCall) => void])[] = [
  ['says that it leaves', 'left', (call) => call.act(call.ends[1]!, (seat, now) => seat.bye(now))],
  [
    'has left, as the server says',
    'left',
    (call) => call.act(call.ends[0]!, (seat, now) => seat.left(1, now)),
  ],
  ['is taken out', 'removed', (call) => takeOut(call, 1)],
  ['is lost, and given up', 'lost', (call) => lose(call, 1, 9_000)],
  [
    'is lost, and taken out while it might come back',
    'removed',
    (call) => {
      lose(call, 1, 3_000)
      takeOut(call, 1)
    },
  ],
]

describe('all who are in a call hear how somebody is out of it', () => {
  for (const [what, how, happens] of WAYS) {
    test(`who ${what}`, () => {
      const call = callOf(4)
      happens(call)
      call.wait(3_000)
      for (const end of others(call)) assert.deepEqual(toldOf(end), [{ do: 'left', index: 1, how }])
    })

    for (const next of ['its own host', 'another'])
      test(`who ${what}, though they were away, and come back to ${next}`, () => {
        const call = callOf(4)
        const [host, , two, three] = call.ends as readonly [End, End, End, End]
        call.act(three, (seat, now) => seat.offline(now))
        call.relay = (one) => (one.from === 3 || one.to === 3 ? [] : [one])
        happens(call)
        call.wait(1_000)
        if (next === 'another') call.act(host, (seat, now) => seat.handOver(2, now))
        call.wait(3_000)
        assert.equal(two.seat.role, next === 'another' ? 'host' : 'member')
        assert.deepEqual(toldOf(three), [])
        call.relay = (one) => (one.from === 1 || one.to === 1 ? [] : [one])
        call.act(three, (seat, now) => seat.online(now))
        call.wait(6_000)
        assert.equal(three.seat.at, 'in')
        assert.deepEqual(toldOf(three), [{ do: 'left', index: 1, how }])
      })
  }

  test('who was lost and is taken out later was taken out: every roster says so', () => {
    const call = callOf(4)
    lose(call, 1, 9_000)
    takeOut(call, 1)
    call.wait(3_000)
    for (const end of others(call)) {
      assert.deepEqual(toldOf(end)[0], { do: 'left', index: 1, how: 'lost' })
      assert.equal(end.seat.roster!.left.get(1)?.how, 'removed')
    }
  })

  test('who left another part of the call while it was split', () => {
    const call = callOf(7)
    const [host, one] = call.ends as readonly [End, End]
    const isOver = (index: number): boolean => index === 0 || index > 3
    call.relay = (each) => (isOver(each.from) === isOver(each.to) ? [each] : [])
    for (const index of [4, 5, 6]) call.act(one, (seat, now) => seat.lost(index, now))
    call.act(call.ends[4]!, (seat, now) => seat.bye(now))
    takeOut(call, 5)
    call.wait(14_000)
    assert.equal(one.seat.role, 'host')
    call.relay = (each) => [each]
    call.act(host, (seat, now) => seat.offline(now))
    call.wait(9_000)
    call.act(host, (seat, now) => seat.online(now))
    call.wait(30_000)
    call.check()
    const there = call.ends.filter(({ isOut }) => !isOut)
    assert.deepEqual(
      there.map(({ index }) => index),
      [0, 1, 2, 3, 6],
    )
    assert.deepEqual([host.seat.role, one.seat.role], ['member', 'host'])
    for (const { seat } of there) {
      assert.deepEqual(
        [4, 5].map((index) => seat.roster!.left.get(index)?.how),
        ['left', 'removed'],
      )
    }
  })
})

describe('a relay that says that somebody went in another way', () => {
  for (const how of DEPARTURES.filter((each) => each !== 'removed'))
    for (const [what, goesOn] of [
      ['', true],
      [', and keeps the host’s own word back', false],
    ] as const)
      test(`${how}${what}: it is not believed`, () => {
        const call = callOf(4)
        let count = 0
        call.relay = (each) => {
          const message = talkIn(each.frame)
          if (each.to !== 2 || message?.type !== 'entry') return [each]
          count += 1
          const altered = { ...each, frame: callTalk.encode({ ...message, how }) }
          return goesOn ? [altered, each] : [altered]
        }
        takeOut(call, 1)
        call.wait(6_000)
        assert.ok(count > 0)
        call.check()
        for (const end of others(call))
          assert.deepEqual(toldOf(end), [{ do: 'left', index: 1, how: 'removed' }])
      })
})

/** So many in it, the host included. */
function callOf(count: number): HostileCall {
  const call = hostileCall('departures')
  call.join(count - 1)
  call.wait(3_000)
  for (const { told } of call.ends) told.length = 0
  return call
}

/** All but the one who goes. */
function others({ ends }: HostileCall): readonly End[] {
  return ends.filter(({ index }) => index !== 1)
}

function toldOf({ told }: End): End['told'] {
  return told.filter((effect) => effect.do === 'left')
}

function takeOut({ ends, act }: HostileCall, index: number): void {
  act(ends[0]!, (seat, now) => seat.remove([index], now))
}

/** Its connection is lost, for so many milliseconds. */
function lose(call: HostileCall, index: number, ms: number): void {
  const { relay } = call
  call.relay = (one) => (one.from === index || one.to === index ? [] : relay(one))
  call.act(call.ends[0]!, (seat, now) => seat.lost(index, now))
  call.wait(ms)
}
