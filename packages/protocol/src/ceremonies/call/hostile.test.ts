import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { hex } from '../../crypto/index.ts'
import type { Go } from '../../group/messages.ts'
import { altered } from '../../testing/altered.testing.ts'
import { flipped, hostileCall, talkIn } from '../../testing/hostile-call.testing.ts'
import type { MessageOf } from '../../wire/schema.ts'
import { anyDeeds, anyScene, playScenes } from '../../testing/hostile-scenes.testing.ts'
import { callTalk, type CallTalk } from './talk.ts'

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

  const spoilt: readonly (readonly [string, (go: MessageOf<typeof Go>) => MessageOf<typeof Go>])[] =
    [
      ['for no departure', (go) => ({ ...go, cut: !go.cut })],
      ['for another reason', (go) => ({ ...go, reason: 'asked' })],
      [
        'by somebody who does not know its preimage',
        (go) => ({ ...go, preimage: flipped(go.preimage) }),
      ],
    ]
  for (const [how, spoil] of spoilt)
    test(`brings a go ${how} instead: nobody switches by it, and all come together again`, () => {
      const call = hostileCall(`go ${how}`)
      const [host] = call.ends
      const [, one] = call.join(2)
      const before = one!.seat.sending()
      let spoiled = 0
      call.relay = (each) => {
        const message = talkIn(each.frame)
        if (message?.type !== 'go' || each.to !== one!.index || spoiled > 0) return [each]
        spoiled += 1
        return [{ ...each, frame: callTalk.encode(spoil(message)) }]
      }
      call.act(host!, (seat, now) => seat.remove([1], now))
      assert.equal(spoiled, 1)
      assert.equal(one!.seat.sending(), before)
      call.wait(9_000)
      assert.equal(hex(one!.seat.sending()!.commitment), hex(host!.seat.sending()!.commitment))
      call.check()
    })

  test('says a go before there is one: it moves nobody, and nobody takes itself for behind', () => {
    const call = hostileCall('go ahead')
    call.join(2)
    const [host, one] = call.ends
    const { roster } = host!.seat
    const before = [one!.seat.sending(), [...one!.open]]
    const go = { type: 'go', cut: true, reason: 'left', preimage: roster!.hash } as const
    for (const epoch of [3, 4, 1_000]) {
      call.say(0, 1, { ...go, term: roster!.term, epoch })
      call.wait(1_000)
    }
    assert.deepEqual([one!.seat.sending(), [...one!.open]], before)
    call.act(host!, (seat, now) => seat.hop(now))
    assert.equal(hex(one!.seat.sending()!.commitment), hex(host!.seat.sending()!.commitment))
    assert.ok(one!.told.every((each) => each.do !== 'returning'))
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
