import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { hex } from '../../crypto/index.ts'
import { altered } from '../../testing/altered.testing.ts'
import { hostileCall, talkIn } from '../../testing/hostile-call.testing.ts'
import { anyDeeds, anyScene, playScenes } from '../../testing/hostile-scenes.testing.ts'
import type { CallTalk } from './talk.ts'

describe('a hostile relay', () => {
  test('in any scene, whatever it does: no key that others do not expect, and all is well or named in the end', () => {
    fc.assert(
      fc.property(
        fc.nat(9_999),
        anyDeeds,
        fc.array(anyScene, { minLength: 1, maxLength: 6 }),
        (seed, deeds, scenes) => playScenes(seed, deeds, scenes),
      ),
      { numRuns: 60 },
    )
  })

  test('brings each message altered first, in any field: the altered one changes nothing', () => {
    const kinds = new Set<string>()
    fc.assert(
      fc.property(fc.nat(9_999), fc.nat(0xffffff), (seed, at) => {
        const call = hostileCall(`altered ${seed}`)
        let count = 0
        call.relay = (one) => {
          const message = talkIn(one.frame)
          if (message === undefined || OF_WELCOME.has(message.type)) return [one]
          count += 1
          const frame = altered(message, at + count * 7_919)
          if (frame === undefined) return [one]
          kinds.add(message.type)
          return [{ ...one, frame }, one]
        }
        const [host] = call.ends
        call.join(2)
        call.act(host!, (seat, now) => seat.hop(now))
        call.join(2)
        call.act(host!, (seat, now) => seat.remove([1], now))
        call.act(call.ends[2]!, (seat, now) => seat.bye(now))
        call.wait(9_000)
        call.act(host!, (seat, now) => seat.handOver(3, now))
        call.wait(6_000)
        call.check()
        const [, , , three, four] = call.ends
        assert.deepEqual(
          [three!.seat.role, host!.seat.role, four!.seat.at],
          ['host', 'member', 'in'],
        )
        for (const { seat } of [host!, four!]) {
          assert.equal(hex(seat.roster!.hash), hex(three!.seat.roster!.hash))
          assert.equal(hex(seat.sending()!.commitment), hex(three!.seat.sending()!.commitment))
        }
      }),
      { numRuns: 25 },
    )
    assert.deepEqual(
      ALTERED.filter((type) => !kinds.has(type)),
      [],
    )
  })

  test('the check finds a key that a member has for itself', () => {
    const call = hostileCall('planted')
    const [first] = call.join(2)
    const [epoch] = [...first!.open.keys()]
    first!.open.set(epoch!, hex(new Uint8Array(32)))
    assert.throws(() => call.check(), /two keys/)
  })
})

/** What ends a joining when it is altered: see call.test.ts. */
const OF_WELCOME: ReadonlySet<CallTalk['type']> = new Set(['image', 'batch', 'sealed'])
const ALTERED: readonly CallTalk['type'][] = [
  'entry',
  'prepare',
  'fresh',
  'go',
  'ready',
  'beat',
  'nonce',
  'bundle',
  'return',
  'again',
  'hand-over',
  'bye',
]
