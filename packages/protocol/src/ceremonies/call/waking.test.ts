import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { hostileCall, type End, type HostileCall } from '../../testing/hostile-call.testing.ts'
import type { OnItsWay } from '../../testing/hostile-call.testing.ts'

/** What becomes of what is said to a terminal that sleeps, and whether it notices that its connection was gone. */
const SLEEPS = [
  ['its connection is lost', 'lost', true],
  ['its connection is lost, and it does not notice', 'lost', false],
  ['its connection lasts, and it hears all of it late', 'late', false],
] as const

describe('a terminal that has slept', () => {
  for (const [how, fate, notices] of SLEEPS)
    for (const [who, index] of [
      ['the host', 0],
      ['a member', 2],
    ] as const)
      for (const ms of [12_000, 40_000])
        test(`alarms nobody: ${who}, for ${ms / 1_000} s; ${how}`, () => {
          const call = callOfFour()
          const end = call.ends[index]!
          const late = sleep(call, end, ms)
          wake(call, end, { heard: fate === 'late' ? late : [], notices })
          call.wait(40_000)
          call.check()
          const hosts = call.ends.filter(({ seat }) => seat.role === 'host')
          assert.equal(hosts.length, 1)
          for (const { seat, told } of call.ends) {
            assert.deepEqual([seat.at, seat.roster!.members.size], ['in', 4])
            assert.ok(!told.some((effect) => effect.do === 'rival'))
          }
        })

  for (const [who, index, hands] of [
    ['the host, which hosts in between', 0, true],
    ['the host, which does not host in between', 0, false],
    ['a member, which hosts in between', 2, true],
    ['a member, which does not host in between', 2, false],
  ] as const)
    test(`and sleeps again and again alarms nobody: ${who}`, () => {
      const call = callOfFour()
      const end = call.ends[index]!
      for (let round = 0; round < 3; round += 1) {
        sleep(call, end, 12_000)
        wake(call, end, { heard: [], notices: false })
        call.wait(16_000)
        for (const to of hands ? [index, 0] : []) {
          const host = call.ends.find(({ seat }) => seat.role === 'host')!
          call.act(host, (seat, now) => seat.handOver(to, now))
          call.wait(3_000)
          assert.equal(call.ends[to]!.seat.role, 'host')
        }
      }
      for (const { told } of call.ends) assert.ok(!told.some((effect) => effect.do === 'rival'))
    })

  for (const [what, wakes] of [
    ['the host', 0],
    ['a member that takes it over in its sleep', 2],
  ] as const)
    test(`and hears nobody, while it goes on to claim the call, is shown, whoever hosts meanwhile: ${what}`, () => {
      const call = callOfFour()
      const end = call.ends[wakes]!
      sleep(call, end, 12_000)
      call.relay = (each) => (each.to === wakes ? [] : [each])
      wake(call, end, { heard: [], notices: false })
      call.wait(80_000)
      assert.equal(end.seat.role, 'host')
      const shown = call.ends.flatMap(({ index, told }) =>
        told.flatMap((effect) => (effect.do === 'rival' ? [`${index}: ${effect.index}`] : [])),
      )
      assert.deepEqual(shown, wakes === 0 ? ['1: 0', '2: 0'] : ['0: 2', '1: 2', '3: 2'])
    })
})

function callOfFour(): HostileCall {
  const call = hostileCall('waking')
  call.join(3)
  call.wait(3_000)
  for (const { told } of call.ends) told.length = 0
  return call
}

/** What was said to it meanwhile. */
function sleep(call: HostileCall, end: End, ms: number): readonly OnItsWay[] {
  const late: OnItsWay[] = []
  end.isAsleep = true
  call.relay = (one) => {
    if (one.to === end.index) late.push(one)
    return one.to === end.index ? [] : [one]
  }
  call.wait(ms)
  call.relay = (one) => [one]
  return late
}

function wake(
  call: HostileCall,
  end: End,
  { heard, notices }: { readonly heard: readonly OnItsWay[]; readonly notices: boolean },
): void {
  end.isAsleep = false
  if (notices) {
    call.act(end, (seat, now) => seat.offline(now))
    call.act(end, (seat, now) => seat.online(now))
  }
  for (const { from, to, frame } of heard) call.say(from, to, frame)
}
