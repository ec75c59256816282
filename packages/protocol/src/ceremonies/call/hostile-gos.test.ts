import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { goLock } from '../../group/go-lock.ts'
import type { Go } from '../../group/messages.ts'
import { takeOver } from '../../group/takeover.ts'
import {
  callOfThree,
  sendingOf,
  signedBy,
  type OfThree,
} from '../../testing/call-of-three.testing.ts'
import {
  CONTEXT,
  flipped,
  talkIn,
  type End,
  type HostileCall,
  type OnItsWay,
} from '../../testing/hostile-call.testing.ts'
import type { MessageOf } from '../../wire/schema.ts'
import { callTalk, type CallTalk } from './talk.ts'

type Kind = CallTalk['type']
describe('a hostile relay, with a go', () => {
  test('keeps it until somebody has left, and what that brings with it: the next go ends the key from before', () => {
    const { call, host, one } = callOfThree('kept over a departure')
    const [go] = keptFrom(call, one, ['go'], () => call.act(host, (seat, now) => seat.hop(now)))
    const before = host.seat.sending()!.epoch
    keptFrom(call, one, ['fresh', 'beat'], () => {
      call.act(host, (seat, now) => seat.remove([2], now))
      say(call, go!)
      call.wait(2_500)
    })
    assert.equal(one.seat.sending()!.epoch, before)
    for (let n = 0; n < 8; n += 1) {
      call.act(host, (seat, now) => seat.hop(now))
      call.wait(700)
      call.check()
    }
    assert.equal(sendingOf(one), sendingOf(host))
    assert.ok(!one.open.has(before))
    assert.ok(one.open.size > 1, 'later ones end none')
  })

  test('says it again and again: nobody is asked', () => {
    const { call, host, one } = callOfThree('twice')
    const [go] = keptFrom(call, one, ['go'], () => call.act(host, (seat, now) => seat.hop(now)))
    for (let n = 0; n < 3; n += 1) {
      const answers = recorded(call, () => say(call, go!))
      assert.deepEqual(answers, [])
      assert.equal(sendingOf(one), sendingOf(host))
    }
  })

  test('keeps it until two hops later: it changes nothing any more', () => {
    const { call, host, one } = callOfThree('two hops later')
    const [go] = keptFrom(call, one, ['go'], () => call.act(host, (seat, now) => seat.hop(now)))
    for (let n = 0; n < 2; n += 1) {
      call.act(host, (seat, now) => seat.hop(now))
      call.wait(2_500)
    }
    assert.equal(sendingOf(one), sendingOf(host))
    const before = [one.seat.sending(), [...one.open]]
    const answers = recorded(call, () => say(call, go!))
    assert.deepEqual(answers, [])
    assert.deepEqual([one.seat.sending(), [...one.open]], before)
  })

  for (const kind of ['prepare', 'fresh'] as const)
    test(`shows one member’s go to another, who lacks its ${kind}, after one that it makes up: it switches once it has it`, () => {
      const { call, host, one, two } = callOfThree(`another’s ${kind}`)
      call.join(1)
      call.wait(1_100)
      const [step, go] = keptFrom(call, one, [kind, 'go'], () => {
        call.act(host, (seat, now) => (kind === 'prepare' ? seat.hop(now) : seat.remove([3], now)))
        call.wait(2_100)
      })
      assert.equal(sendingOf(two), sendingOf(host))
      const message = talkIn(go!.frame)
      assert.ok(message?.type === 'go')
      keptFrom(call, host, ['ask'], () => {
        call.say(0, 1, { ...message, preimage: flipped(message.preimage) })
        say(call, go!)
      })
      assert.notEqual(sendingOf(one), sendingOf(host))
      say(call, step!)
      assert.equal(sendingOf(one), sendingOf(host))
    })

  test('makes up gos that are ahead, any number of them: the host is asked once, and at no hop again', () => {
    const { call, host, one } = callOfThree('ahead')
    const { term } = host.seat.roster!
    const asked = recorded(call, () => {
      for (let epoch = 100; epoch < 150; epoch += 1) call.say(0, 1, { ...GO, term, epoch })
      for (let n = 0; n < 5; n += 1) {
        call.act(host, (seat, now) => seat.hop(now))
        call.say(0, 1, { ...GO, term, epoch: 200 + n })
      }
    }).filter(({ from, frame }) => from === 1 && talkIn(frame)?.type === 'ask')
    assert.equal(asked.length, 1)
    assert.equal(sendingOf(one), sendingOf(host))
  })

  const raises: readonly (readonly [string, (three: OfThree) => void])[] = [
    [
      'the same host has, as if another had given way to it',
      ({ call, host }) =>
        call.say(0, 2, takeOver(CONTEXT, host.seat.roster!, 0, host.start.key).entry),
    ],
    [
      'another host has',
      ({ call, host }) => {
        call.act(host, (seat, now) => seat.handOver(1, now))
        call.wait(2_500)
      },
    ],
  ]
  for (const [who, raise] of raises)
    test(`makes one up in a term that is over, and in the next, which ${who}: the host is asked in both`, () => {
      const three = callOfThree(who)
      const { call, two } = three
      for (const term of [1, 2]) {
        const { roster } = two.seat
        assert.equal(roster!.term, term)
        const said = recorded(call, () =>
          call.say(roster!.host, 2, { ...GO, term, epoch: 1_000_000 }),
        )
        assert.deepEqual(
          said.filter(({ from }) => from === 2).map(({ frame }) => talkIn(frame)?.type),
          ['ask'],
        )
        if (term === 1) raise(three)
      }
    })

  test('makes one up for an epoch that was overtaken: nobody is asked', () => {
    const { call, host, one } = callOfThree('overtaken')
    const { term } = host.seat.roster!
    const epoch = host.seat.sending()!.epoch + 1
    keptFrom(call, one, ['go'], () => {
      call.act(host, (seat, now) => seat.hop(now))
      call.act(host, (seat, now) => seat.remove([2], now))
    })
    assert.equal([...one.open.keys()].at(-1), epoch + 1)
    const said = recorded(call, () => call.say(0, 1, { ...GO, term, epoch }))
    assert.equal(said.length, 1)
  })

  test('makes one up of another term: it is not looked at', () => {
    const { call, host, one } = callOfThree('another term')
    const { term } = host.seat.roster!
    for (const other of [term - 1, term + 1, term + 1_000]) {
      const epoch = host.seat.sending()!.epoch + 1
      assert.equal(recorded(call, () => call.say(0, 1, { ...GO, term: other, epoch })).length, 1)
    }
    call.act(host, (seat, now) => seat.hop(now))
    assert.equal(sendingOf(one), sendingOf(host))
  })

  test('says it in the name of another member: it is not looked at', () => {
    const { call, host, one } = callOfThree('not the host')
    const [go] = keptFrom(call, one, ['go'], () => call.act(host, (seat, now) => seat.hop(now)))
    const before = sendingOf(one)
    for (const from of [2, 1, 7]) say(call, { ...go!, from })
    assert.equal(sendingOf(one), before)
    say(call, go!)
    assert.equal(sendingOf(one), sendingOf(host))
  })

  test('brings a joiner its go before its batch: it is in as soon as it has both', () => {
    const { call, host } = callOfThree('before its batch')
    const kept: OnItsWay[] = []
    call.relay = (each) => {
      if (each.to !== 3 || !WELCOME.has(talkIn(each.frame)?.type)) return [each]
      kept.push(each)
      return []
    }
    const [late] = call.join(1)
    call.wait(1_100)
    assert.ok(late!.seat.at === 'waiting' && host.seat.roster!.members.has(3))
    call.relay = (each) => [each]
    for (const each of kept) say(call, each)
    assert.equal(sendingOf(late!), sendingOf(host))
    call.check()
  })

  test('brings one who comes back its go before it is brought in: it is in as soon as it has both', () => {
    const { call, host, one } = callOfThree('before its again')
    const kept = keptFrom(call, one, ['again'], () => {
      call.act(one, (seat, now) => seat.offline(now))
      call.act(one, (seat, now) => seat.online(now))
      call.wait(1_100)
    })
    assert.equal(one.seat.at, 'away')
    say(call, kept.at(-1)!)
    assert.deepEqual([one.seat.at, sendingOf(one)], ['in', sendingOf(host)])
    call.check()
  })

  test('brings one who goes over to another host its go before it is brought in: it is in as soon as it has both', () => {
    const { call, host, one, two } = callOfThree('before its new host')
    const kept = keptFrom(call, two, ['again'], () => {
      call.act(host, (seat, now) => seat.handOver(1, now))
      call.wait(1_100)
    })
    assert.deepEqual([one.seat.role, two.seat.roster!.host], ['host', 1])
    assert.notEqual(sendingOf(two), sendingOf(one))
    say(call, kept.at(-1)!)
    assert.deepEqual([two.seat.at, sendingOf(two)], ['in', sendingOf(one)])
    call.check()
  })

  test('makes one up for one who comes back, and knows no preimage: it waits for its own', () => {
    const { call, host, one } = callOfThree('again, made up')
    const before = sendingOf(one)
    const kept = keptFrom(call, one, ['again', 'go'], () => {
      call.act(one, (seat, now) => seat.offline(now))
      call.act(one, (seat, now) => seat.online(now))
      call.wait(1_100)
    })
    const [again, go] = kept
    const message = talkIn(go!.frame)
    assert.ok(message?.type === 'go')
    call.say(0, 1, { ...message, preimage: flipped(message.preimage) })
    say(call, again!)
    assert.notEqual(sendingOf(one), sendingOf(host))
    assert.ok(sendingOf(one) === before || sendingOf(one) === undefined)
    say(call, go!)
    assert.equal(sendingOf(one), sendingOf(host))
  })

  test('alters what brings a member in again, its go’s lock too: it waits for what its host has signed', () => {
    const { call, host, one } = callOfThree('again, altered')
    const [again] = keptFrom(call, one, ['again'], () => {
      call.act(one, (seat, now) => seat.offline(now))
      call.act(one, (seat, now) => seat.online(now))
    })
    const message = talkIn(again!.frame)
    assert.ok(message?.type === 'again')
    const { lock, commitment, sealed, nonce, epoch } = message
    const changes = [
      { lock: flipped(lock) },
      { commitment: flipped(commitment) },
      { sealed: flipped(sealed) },
      { nonce: flipped(nonce) },
      { epoch: epoch + 1 },
    ]
    for (const change of changes) {
      call.say(0, 1, { ...message, ...change })
      assert.equal(one.seat.at, 'away')
    }
    say(call, again!)
    assert.deepEqual([one.seat.at, sendingOf(one)], ['in', sendingOf(host)])
  })

  test('keeps one, or a beat, over a removal and a hand-over: who lacks the removal does not host', () => {
    for (const kind of ['go', 'beat'] as const) {
      const { call, host, one } = callOfThree(`over a hand-over: ${kind}`)
      const [kept] = keptFrom(call, one, [kind], () => {
        if (kind === 'go') call.act(host, (seat, now) => seat.hop(now))
        else call.wait(2_000)
      })
      keptFrom(call, one, ['entry', 'fresh'], () => {
        call.act(host, (seat, now) => seat.remove([2], now))
        call.act(host, (seat, now) => seat.bye(now))
      })
      assert.equal(one.seat.at, 'away')
      say(call, kept!)
      call.wait(30_000)
      assert.deepEqual(
        [one.seat.role, one.seat.at, one.seat.sending()],
        ['member', 'away', undefined],
      )
    }
  })

  test('keeps one over removals, and brings their entries in any order: who knows that it lacks one sends nothing', () => {
    const { call, host, one } = callOfThree('over entries')
    call.join(2)
    call.wait(1_100)
    const [go] = keptFrom(call, one, ['go'], () => call.act(host, (seat, now) => seat.hop(now)))
    keptFrom(call, one, ['fresh', 'go', 'again', 'image', 'former', 'beat'], () => {
      const [first, second, third] = keptFrom(call, one, ['entry'], () => {
        for (const out of [2, 3, 4]) call.act(host, (seat, now) => seat.remove([out], now))
      })
      for (const entry of [third!, second!, first!, second!]) {
        say(call, entry)
        assert.equal(one.seat.at, 'away')
      }
      assert.ok(one.seat.roster!.members.has(4))
      say(call, go!)
      assert.deepEqual([one.seat.at, one.seat.sending()], ['away', undefined])
    })
    call.wait(5_000)
    assert.equal(sendingOf(one), sendingOf(host))
    call.check()
  })

  test('brings one word of a term that its host has raised, and then old beats: it sends nothing', () => {
    const { call, one } = callOfThree('old beats')
    const beats = recorded(call, () => call.wait(8_000)).filter(
      ({ to, frame }) => to === 1 && talkIn(frame)?.type === 'beat',
    )
    assert.ok(beats.length > 3)
    call.relay = (each) => (each.from === 0 && each.to === 1 ? [] : [each])
    raiseTerm(call, one)
    for (const beat of beats) {
      call.wait(500)
      say(call, beat)
      assert.deepEqual([one.seat.at, one.seat.sending()], ['away', undefined])
    }
  })

  test('keeps what brings a member in again until its host has signed what is above it: it is not brought in by that', () => {
    for (const above of ['entry', 'term'] as const) {
      const { call, host, one } = callOfThree(`below an ${above}`)
      call.join(1)
      call.wait(1_100)
      const [again] = keptFrom(call, one, ['again'], () => {
        call.act(one, (seat, now) => seat.offline(now))
        call.act(one, (seat, now) => seat.online(now))
      })
      call.relay = (each) => (each.to === 1 ? [] : [each])
      if (above === 'term') raiseTerm(call, one)
      else {
        const entries = recorded(call, () => {
          for (const out of [2, 3]) call.act(host, (seat, now) => seat.remove([out], now))
        }).filter(({ to, frame }) => to === 1 && talkIn(frame)?.type === 'entry')
        assert.equal(entries.length, 2)
        say(call, entries[1]!)
      }
      say(call, again!)
      assert.deepEqual([one.seat.at, one.seat.sending()], ['away', undefined])
    }
  })

  test('brings one word of a term that its host has raised, and no other: the next host brings it in', () => {
    const { call, host, one, two } = callOfThree('raised, and gone')
    raiseTerm(call, two)
    call.relay = (each) => (each.from === 0 || each.to === 0 ? [] : [each])
    host.isAsleep = true
    call.wait(60_000)
    assert.deepEqual([one.seat.role, two.seat.at, two.seat.roster!.host], ['host', 'in', 1])
    assert.equal(sendingOf(two), sendingOf(one))
  })
})

describe('a hostile host, with a go', () => {
  test('signs a second lock for an epoch that is prepared: a fork, by name', () => {
    const { call, host, one } = callOfThree('two locks of a prepare')
    call.relay = (each) => {
      const message = talkIn(each.frame)
      if (message?.type !== 'prepare' || each.to !== 1) return [each]
      const lock = goLock(CONTEXT.call, { ...GO, term: message.term, epoch: message.epoch })
      return [each, { ...each, frame: callTalk.encode(signedBy(host, { ...message, lock })) }]
    }
    call.act(host, (seat, now) => seat.hop(now))
    assert.deepEqual(one.told.at(-1), { do: 'over', code: 'ERR_CALL_FORK' })
  })

  for (const cut of [true, false])
    test(`says ${cut ? '' : 'not '}that a departure ends the former key: so it is, if its lock says so too`, () => {
      const { call, host, one } = callOfThree(`cut ${cut}`)
      const { epoch: before } = host.seat.sending()!
      const go = { ...GO, cut, epoch: before + 1 }
      const lock = goLock(CONTEXT.call, go)
      call.relay = (each) => {
        const message = talkIn(each.frame)
        if (message?.type !== 'prepare' || each.to !== 1) return [each]
        return [{ ...each, frame: callTalk.encode(signedBy(host, { ...message, lock })) }]
      }
      call.act(host, (seat, now) => seat.hop(now))
      call.say(0, 1, { ...go, cut: !cut })
      assert.equal(one.seat.sending()!.epoch, before)
      call.say(0, 1, go)
      assert.equal(one.seat.sending()!.epoch, before + 1)
      assert.equal(one.open.has(before), !cut)
    })

  test('says nothing that opens its lock: its members stay where they are, and are brought in again', () => {
    const { call, host, one, two } = callOfThree('no preimage')
    const epoch = host.seat.sending()!.epoch + 1
    call.relay = (each) => {
      const message = talkIn(each.frame)
      if (message?.type !== 'prepare' || message.epoch !== epoch) return [each]
      const lock = goLock(CONTEXT.call, { ...GO, term: message.term, epoch: message.epoch })
      return [{ ...each, frame: callTalk.encode(signedBy(host, { ...message, lock })) }]
    }
    const before = sendingOf(one)
    call.act(host, (seat, now) => seat.hop(now))
    assert.deepEqual([sendingOf(one), sendingOf(two)], [before, before])
    call.wait(12_000)
    for (const end of [one, two]) assert.equal(sendingOf(end), sendingOf(host))
    call.check()
  })
})

const WELCOME: ReadonlySet<Kind | undefined> = new Set(['image', 'batch', 'sealed', 'bundle'])

const GO: MessageOf<typeof Go> = {
  type: 'go',
  term: 1,
  epoch: 1,
  cut: true,
  reason: 'left',
  preimage: new Uint8Array(32).fill(5),
}

/** Messages of these kinds do not come to that end meanwhile. */
function keptFrom(
  call: HostileCall,
  end: End,
  kinds: readonly Kind[],
  deed: () => void,
): readonly OnItsWay[] {
  const { relay } = call
  const kept: OnItsWay[] = []
  call.relay = (each) => {
    const kind = talkIn(each.frame)?.type
    if (each.to !== end.index || kind === undefined || !kinds.includes(kind)) return relay(each)
    kept.push(each)
    return []
  }
  deed()
  call.relay = relay
  return kept
}

/** Brings it, whatever the relay does otherwise; what follows is the relay's again. */
function say(call: HostileCall, one: OnItsWay): void {
  const { relay } = call
  call.relay = (each) => (each.frame === one.frame ? [each] : relay(each))
  call.say(one.from, one.to, one.frame)
  call.relay = relay
}

/** A member hears that its host has raised its term, and no more. */
function raiseTerm(call: HostileCall, end: End): void {
  const host = call.ends[0]!
  const { term, hash } = host.seat.roster!
  const beat = { type: 'beat', term: term + 2, epoch: 40, roster: hash, count: 9 } as const
  say(call, { from: 0, to: end.index, frame: callTalk.encode(signedBy(host, beat)) })
  assert.deepEqual([end.seat.at, end.seat.sending()], ['away', undefined])
}

/** All that is on its way meanwhile. */
function recorded(call: HostileCall, deed: () => void): readonly OnItsWay[] {
  const { relay } = call
  const all: OnItsWay[] = []
  call.relay = (each) => {
    all.push(each)
    return relay(each)
  }
  deed()
  call.relay = relay
  return all
}
