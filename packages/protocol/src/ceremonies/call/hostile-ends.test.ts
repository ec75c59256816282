import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import {
  ed25519,
  hex,
  Secret,
  seededRandomForTests,
  sha256,
  utf8,
  type SigningKey,
} from '../../crypto/index.ts'
import type { Go } from '../../group/messages.ts'
import {
  changeRoster,
  imageOf,
  rosterOf,
  type Roster,
  type RosterMember,
} from '../../group/roster.ts'
import { goLock } from '../../group/go-lock.ts'
import { epochKeys } from '../../group/secrets.ts'
import { takeOver } from '../../group/takeover.ts'
import { verifySignature } from '../../identity/verify.ts'
import {
  callOfThree,
  sendingOf,
  signedBy,
  signedWith,
} from '../../testing/call-of-three.testing.ts'
import {
  CONTEXT,
  resigned,
  startOf,
  talkIn,
  type End,
  type HostileCall,
  type OnItsWay,
} from '../../testing/hostile-call.testing.ts'
import type { MessageOf } from '../../wire/schema.ts'
import { statementOctets } from '../../wire/statement.ts'
import type { Bundle } from './bundle.ts'
import { callCode } from './code.ts'
import { endPayload, signSaid } from './proofs.ts'
import { handOverPayload, returnPayload } from './returning.ts'
import { checkStatement, joinStatement, welcomeStatement } from './statements.ts'
import { callTalk, type CallTalk } from './talk.ts'

const random = seededRandomForTests(utf8('hostile ends'))

describe('a hostile member', () => {
  test('says anything: nobody minds', () => {
    const { call, host, two } = callOfThree('garbage')
    const before = standing(call)
    const past = recorded(call, () => call.act(host, (seat, now) => seat.hop(now)))
    const after = standing(call)
    assert.notDeepEqual(before, after)
    const anything = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.tuple(fc.nat(past.length - 1), fc.nat(999), fc.nat(255)).map(([which, at, octet]) => {
        const octets = past[which]!.frame.slice()
        octets[at % octets.length] = octet
        return octets
      }),
    )
    fc.assert(
      fc.property(anything, fc.constantFrom(0, 2), (octets, to) => {
        call.say(1, to, octets)
        assert.deepEqual(standing(call), after)
      }),
      { numRuns: 300 },
    )
    assert.deepEqual([host.seat.at, two.seat.at], ['in', 'in'])
  })

  test('says what only a host says, by its own key, in its own name or the host’s: nobody goes along', () => {
    const { call, host, one } = callOfThree('upstart')
    const before = standing(call)
    for (const message of hostSays(one.start.key, host.seat.roster!, 2))
      for (const from of [0, 1]) call.say(from, 2, message)
    assert.deepEqual(standing(call), before)
    call.wait(3_000)
    assert.deepEqual(standing(call), before)
  })

  test('says good bye for another, or ends the call: nobody is out', () => {
    const { call, host, one, two } = callOfThree('bye')
    const signature = signSaid(one.start.key, CONTEXT, 'call-leave', one.start.keyId)
    for (const from of [1, 2]) {
      if (from === 2) call.say(from, 0, { type: 'bye', signature })
      const end = signSaid(one.start.key, CONTEXT, 'call-end', endPayload(1))
      call.say(from, 2, { type: 'end', term: 1, signature: end })
      call.say(from, 0, { type: 'end', term: 1, signature: end })
    }
    assert.deepEqual([...host.seat.roster!.members.keys()], [0, 1, 2])
    assert.deepEqual([host.seat.at, two.seat.at], ['in', 'in'])
  })

  test('brings a welcome of its own to one who joins: it is not looked at, and the host’s is', () => {
    const { call } = callOfThree('usher')
    let isSaid = false
    const byOne = (message: CallTalk): OnItsWay => ({
      from: 1,
      to: 3,
      frame: callTalk.encode(message),
    })
    call.relay = (each) => {
      if (each.to !== 3 || isSaid || talkIn(each.frame)?.type !== 'image') return [each]
      isSaid = true
      const wants = Array.from({ length: 300 }, (_, n) => byOne({ type: 'want', indices: [n] }))
      const sealed = byOne({ type: 'sealed', epoch: 2, sealed: Uint8Array.of(1) })
      return [{ ...each, from: 1 }, sealed, ...wants, each]
    }
    const [late] = call.join(1)
    call.wait(2_000)
    assert.ok(isSaid)
    assert.equal(late!.seat.at, 'in')
    call.check()
    assert.equal(sendingOf(late!), sendingOf(call.ends[0]!))
  })

  test('asks for S1s without end: it is answered now and then', () => {
    const { call } = callOfThree('want')
    const answers = recorded(call, () => {
      for (let n = 0; n < 100; n += 1) call.say(1, 0, { type: 'want', indices: [0, 1, 2, 2, 2] })
    }).filter(({ from, to }) => from === 0 && to === 1)
    assert.ok(answers.length > 0 && answers.length <= 3, String(answers.length))
  })

  test('asks to be brought in again without end: it is, now and then', () => {
    const { call, host, one } = callOfThree('return')
    const before = host.seat.sending()!.epoch
    for (let n = 0; n < 50; n += 1) call.say(1, 0, returnOf(one, host.seat.roster!))
    assert.ok(host.seat.sending()!.epoch <= before + 2)
    call.wait(10_000)
    call.check()
    assert.equal(sendingOf(call.ends[2]!), sendingOf(host))
  })

  test('is brought in again by an answer to an old question, kept until now: it does not take it', () => {
    const { call, one } = callOfThree('stale')
    const kept: OnItsWay[] = []
    call.relay = (each) => {
      if (each.to !== 1 || each.from !== 0) return [each]
      kept.push(each)
      return []
    }
    call.act(one, (seat, now) => seat.offline(now))
    call.act(one, (seat, now) => seat.online(now))
    call.wait(9_000)
    const answers = kept.filter(({ frame }) => talkIn(frame)?.type === 'again')
    assert.ok(answers.length > 2)
    call.relay = (each) => [each]
    call.say(0, 1, answers[0]!.frame)
    assert.equal(one.seat.at, 'away')
    call.say(0, 1, answers.at(-1)!.frame)
    assert.equal(one.seat.at, 'in')
  })

  test('asks to be brought in again in another’s name: nothing is sealed to anybody', () => {
    const { call, host, one } = callOfThree('impostor')
    const before = standing(call)
    const { roster } = host.seat
    const sealing = call.ends[2]!.start.bundle
    const stolen = { ...one, index: 2, start: { ...one.start, bundle: sealing } }
    const said = recorded(call, () => call.say(2, 0, returnOf(stolen, roster!)))
    assert.equal(said.length, 1)
    assert.deepEqual(standing(call), before)
  })

  test('comes with an S1 over keys that nothing can be sealed to: it alone is refused', () => {
    const { call, host } = callOfThree('unsealable')
    const [bad, good] = call.join(2, (bundle, index) =>
      index === 3
        ? resigned(call.ends[3]!, { ...bundle, sealing: new Uint8Array(1_216).fill(255) })
        : bundle,
    )
    assert.deepEqual(refusals(host), [[3, 'ERR_CALL_PROOF']])
    const [alone] = call.join(1, (bundle, index) =>
      resigned(call.ends[index]!, { ...bundle, sealing: new Uint8Array(1_216).fill(255) }),
    )
    assert.deepEqual(refusals(host), [
      [3, 'ERR_CALL_PROOF'],
      [5, 'ERR_CALL_PROOF'],
    ])
    call.wait(5_000)
    assert.deepEqual([bad!.open.size, alone!.open.size], [0, 0])
    for (const end of [call.ends[1]!, call.ends[2]!, good!])
      assert.equal(sendingOf(end), sendingOf(host))
  })

  test('shows another’s S1 at an index of its own: nobody is shown twice', () => {
    const { call, host, one } = callOfThree('twin')
    call.show(7, one.start.bundle)
    call.act(host, (seat, now) => seat.admit(now))
    assert.deepEqual(refusals(host), [[7, 'ERR_CALL_PROOF']])
    assert.deepEqual([...host.seat.roster!.members.keys()], [0, 1, 2])
  })

  for (const how of ['taken out', 'gone'] as const)
    test(`is ${how}, and a relay shows its S1 again: it stays out`, () => {
      const { call, host, one } = callOfThree(how)
      if (how === 'gone') call.act(one, (seat, now) => seat.bye(now))
      else call.act(host, (seat, now) => seat.remove([1], now))
      call.wait(3_000)
      call.show(1, one.start.bundle)
      call.act(host, (seat, now) => seat.admit(now))
      call.say(1, 0, returnOf(one, host.seat.roster!))
      call.wait(3_000)
      assert.deepEqual(refusals(host), [[1, 'ERR_CALL_PROOF']])
      assert.deepEqual([...host.seat.roster!.members.keys()], [0, 2])
    })

  for (const how of ['taken out', 'gone', 'taken out after it was lost'] as const)
    for (const next of ['is handed the call', 'takes it over'] as const)
      test(`is ${how}, and another ${next}, who is shown an S1 of it: it stays out`, () => {
        const { call, host, one, two } = callOfThree(`${how}, ${next}`)
        call.join(1)
        if (how === 'gone') call.act(one, (seat, now) => seat.bye(now))
        if (how === 'taken out after it was lost') {
          call.relay = (each) => (each.from === 1 || each.to === 1 ? [] : [each])
          call.act(host, (seat, now) => seat.lost(1, now))
          call.wait(9_000)
          assert.equal(host.seat.roster!.left.get(1)?.how, 'lost')
        }
        if (how !== 'gone') call.act(host, (seat, now) => seat.remove([1], now))
        call.wait(3_000)
        call.relay = (each) => (each.from === 1 || each.to === 1 ? [] : [each])
        if (next === 'is handed the call') call.act(host, (seat, now) => seat.handOver(2, now))
        else call.relay = ({ from, to, frame }) => (from < 2 || to < 2 ? [] : [{ from, to, frame }])
        call.wait(30_000)
        assert.equal(two.seat.role, 'host')
        const { user, r1 } = two.start.bundle
        const again = resigned(one, { ...one.start.bundle, host: user, r1 })
        call.show(1, again, two)
        call.show(8, again, two)
        assert.deepEqual(refusals(two), [
          [1, 'ERR_CALL_PROOF'],
          [8, 'ERR_CALL_PROOF'],
        ])
        call.act(two, (seat, now) => seat.admit(now))
        call.say(1, 2, returnOf(one, two.seat.roster!))
        call.wait(3_000)
        assert.ok(!two.seat.roster!.members.has(1))
      })

  test('comes and goes while another’s departure is due: its go is not put off', () => {
    const { call, host } = callOfThree('put off')
    // one who is silent holds it up for as long as may be
    call.relay = (each) => (each.from === 2 ? [] : [each])
    const before = sendingOf(host)
    call.act(host, (seat, now) => seat.remove([1], now))
    for (let n = 0; n < 4; n += 1) {
      call.join(1)
      call.wait(600)
    }
    assert.notEqual(sendingOf(host), before)
  })
})

describe('a member that would be host', () => {
  test('says so while the host is heard: nobody goes along', () => {
    const { call, host, one, two } = callOfThree('pretender')
    for (const message of takenBy(one, host.seat.roster!))
      for (const to of [0, 2]) call.say(1, to, message)
    call.wait(4_000)
    for (const { seat, told } of [host, two]) {
      assert.equal(seat.roster!.host, 0)
      assert.ok(!told.some((each) => each.do === 'host' || each.do === 'rival'))
    }
    assert.equal(sendingOf(two), sendingOf(host))
  })

  for (const [what, termOf, pausesMs] of [
    ['in one term', () => 2, 0],
    ['in ever higher terms', (count: number) => 2 + count, 0],
    ['with pauses', () => 2, 10_000],
    ['in its host’s term', () => 1, 0],
  ] as const)
    test(`goes on to say so while the host is heard, ${what}: that is shown once, and nobody goes along`, () => {
      const { call, host, one, two } = callOfThree(`pretender ${what}`)
      const { hash } = host.seat.roster!
      for (let count = 1; count <= 16; count += 1) {
        const unsigned = { type: 'beat', term: termOf(count), epoch: 900, roster: hash } as const
        const claim = signedWith(one.start.key, { ...unsigned, count })
        for (const to of [0, 2]) call.say(1, to, claim)
        call.wait(2_000 + (count % 4 === 0 ? pausesMs : 0))
      }
      for (const { seat, told } of [host, two]) {
        assert.equal(seat.roster!.host, 0)
        assert.deepEqual(
          told.flatMap((each) => (each.do === 'rival' ? [each.index] : [])),
          [1],
        )
        assert.ok(!told.some((each) => each.do === 'host'))
      }
      assert.equal(sendingOf(two), sendingOf(host))
    })

  test('says so once the host is not heard: it may, and all are told', () => {
    const { call, host, one, two } = callOfThree('heir')
    call.relay = (each) => (each.from === 0 || each.to === 0 ? [] : [each])
    call.wait(30_000)
    assert.deepEqual([one.seat.role, two.seat.roster!.host], ['host', 1])
    for (const { told } of [one, two])
      assert.ok(told.some((each) => each.do === 'host' && each.index === 1 && each.how === 'taken'))
    assert.equal(sendingOf(two), sendingOf(one))
    assert.notEqual(sendingOf(one), sendingOf(host))
  })

  for (const what of ['one high term', 'ever higher terms'])
    test(`claims ${what} once the host is gone, and brings nobody in: the next does`, () => {
      const { call, one, two } = callOfThree(what)
      const [three] = call.join(1)
      call.wait(3_000)
      call.relay = () => []
      call.wait(3_000)
      const isClaim = (frame: Uint8Array): boolean => {
        const message = talkIn(frame)
        return message?.type === 'beat' && message.term >= 1_000
      }
      call.relay = (each) => (isClaim(each.frame) || (each.from > 1 && each.to > 1) ? [each] : [])
      const { hash } = one.seat.roster!
      for (let count = 1; count <= 60; count += 1) {
        const term = what === 'one high term' ? 1_000 : 1_000 + count
        const unsigned = { type: 'beat', term, epoch: 9_000, roster: hash, count } as const
        const claim = signedWith(one.start.key, unsigned)
        for (const to of [2, 3]) call.say(1, to, claim)
        call.wait(1_000)
      }
      assert.deepEqual([two.seat.role, three!.seat.at], ['host', 'in'])
      assert.equal(three!.seat.roster!.host, 2)
      assert.ok(sendingOf(two) !== undefined)
      assert.equal(sendingOf(three!), sendingOf(two))
    })

  test('is believed anew by one who could not be brought in, as it was cut off itself', () => {
    const { call, one, two } = callOfThree('cut off')
    call.wait(3_000)
    const isGone = ({ from, to }: OnItsWay): boolean => from === 0 || to === 0
    call.relay = (each) => {
      const what = talkIn(each.frame)?.type
      return isGone(each) || (each.to === 2 && (what === 'entry' || what === 'again')) ? [] : [each]
    }
    call.wait(17_000)
    assert.deepEqual([one.seat.role, two.seat.at], ['host', 'away'])
    call.relay = (each) => (isGone(each) || each.from === 2 || each.to === 2 ? [] : [each])
    call.act(one, (seat, now) => seat.lost(2, now))
    call.act(two, (seat, now) => seat.offline(now))
    call.wait(20_000)
    call.relay = (each) => (isGone(each) ? [] : [each])
    call.act(one, (seat, now) => seat.back(2, now))
    call.act(two, (seat, now) => seat.online(now))
    call.wait(10_000)
    assert.deepEqual([two.seat.at, two.seat.roster!.host], ['in', 1])
    assert.equal(sendingOf(two), sendingOf(one))
  })

  test('leaves a call of its own making to the host: nobody is in by it, and nobody is out', () => {
    const { call, host, one, two } = callOfThree('made up')
    const other = madeUpBy(one, host.seat.roster!)
    const ceded = cededBy(one, other)
    const { image } = ceded
    const before = standing(call)
    for (const message of [
      { ...ceded, epoch: ceded.epoch + 1 },
      { ...ceded, image: { ...image, term: 9 } },
      { ...ceded, image: { ...image, host: 2 } },
      cededBy(one, rosterOf(CONTEXT.call, { ...image, term: 2 ** 31 })),
    ])
      call.say(1, 0, message)
    assert.deepEqual(standing(call), before)
    call.say(1, 0, ceded)
    call.wait(6_000)
    call.check()
    assert.equal(host.seat.role, 'host')
    assert.deepEqual([...host.seat.roster!.members.keys()], [0, 1, 2])
    assert.equal(sendingOf(two), sendingOf(host))
  })

  test('is one of two whom a host has handed the call to: a fork, and no key in common; once they hear of each other, no fork', () => {
    const { call, host } = callOfThree('two heirs')
    call.join(2)
    call.wait(3_000)
    const { term, sequence, hash } = host.seat.roster!
    const { epoch } = host.seat.sending()!
    // each half hears of one of them only
    const half = (index: number): number => (index === 0 ? 0 : index % 2 === 0 ? 2 : 1)
    call.relay = (each) => (half(each.from) === half(each.to) ? [each] : [])
    for (const to of [1, 2]) {
      const unsaid = { term, sequence, roster: hash, epoch, to }
      const signature = signSaid(host.start.key, CONTEXT, 'call-hand-over', handOverPayload(unsaid))
      const message: CallTalk = { type: 'hand-over', ...unsaid, signature }
      call.relay = (each) => (half(each.from) === half(each.to) || each.from === 0 ? [each] : [])
      for (const end of call.ends) if (half(end.index) === to) call.say(0, end.index, message)
      call.relay = (each) => (half(each.from) === half(each.to) ? [each] : [])
    }
    call.wait(6_000)
    const [, one, two, three, four] = call.ends as readonly [End, End, End, End, End]
    assert.deepEqual([one.seat.role, two.seat.role], ['host', 'host'])
    assert.equal(sendingOf(three), sendingOf(one))
    assert.equal(sendingOf(four), sendingOf(two))
    assert.notEqual(sendingOf(one), sendingOf(two))
    call.relay = (each) => [each]
    // longer than former keys are kept
    call.wait(20_000)
    call.check()
    for (const end of call.ends) {
      assert.deepEqual([end.seat.at, end.seat.roster!.host], ['in', 1])
      assert.equal(sendingOf(end), sendingOf(one))
      assert.ok(end.told.some((each) => each.do === 'host' && each.index === 1))
    }
  })
})

describe('a KEY’s signature', () => {
  test('for the server’s check is no S1, though its challenge is R1; nor is S1 an answer to a check', () => {
    const { call, host } = callOfThree('check')
    const { start, key } = startOf(3, random)
    const { bundle } = start
    const { user, certificates, terminal, r1, r2 } = bundle
    const check = checkStatement(CONTEXT, { role: 'member', user, certificates, terminal }, r1, r2)
    const signature = key.signer.sign(statementOctets(check))
    assert.ok(verifySignature(start.publicKeys, check, signature))
    assert.ok(!verifySignature(start.publicKeys, check, bundle.signature))
    call.show(3, { ...bundle, signature })
    assert.deepEqual(refusals(host), [[3, 'ERR_CALL_PROOF']])
  })

  test('over another call, server, R1 or host is no S1 here', () => {
    const { call, host } = callOfThree('elsewhere')
    const { start, key } = startOf(3, random)
    const other = (context: typeof CONTEXT, bundle: Bundle): Bundle => ({
      ...bundle,
      signature: key.signer.sign(statementOctets(joinStatement(context, bundle))),
    })
    const { bundle } = start
    const shown = [
      other({ ...CONTEXT, call: sha256(utf8('another')).slice(0, 16) }, bundle),
      other({ ...CONTEXT, server: 'other.example:443' }, bundle),
      other(CONTEXT, { ...bundle, r1: random(32) }),
      other(CONTEXT, { ...bundle, host: 'user1@example.org' }),
    ]
    for (const each of shown) call.show(3, each)
    assert.equal(refusals(host).length, shown.length)
    call.show(3, bundle)
    assert.equal(refusals(host).length, shown.length)
  })
})

describe('stolen per-call keys', () => {
  test('bring their thief in until their owner is taken out, or the call ends', () => {
    const { call, host, one } = callOfThree('thief')
    const brought = (): boolean => {
      const past = recorded(call, () => {
        call.say(1, 0, returnOf(one, host.seat.roster!))
        call.wait(1_500)
      })
      return past.some(({ to, frame }) => to === 1 && talkIn(frame)?.type === 'again')
    }
    assert.ok(brought())
    call.wait(3_000)
    call.act(host, (seat, now) => seat.remove([1], now))
    call.wait(3_000)
    assert.ok(!brought())
    call.act(host, (seat) => seat.end())
    assert.ok(!brought())
  })

  test('of the others sign no S1, and those of the host no S2', () => {
    const { call, host, one } = callOfThree('no KEY')
    const { bundle } = startOf(3, random).start
    const own: Bundle = {
      ...bundle,
      user: one.start.bundle.user,
      certificates: one.start.bundle.certificates,
    }
    const signature = one.start.key.sign(statementOctets(joinStatement(CONTEXT, own)))
    call.show(3, { ...own, signature })
    assert.deepEqual(refusals(host), [[3, 'ERR_CALL_PROOF']])
    call.relay = (each) => {
      const message = talkIn(each.frame)
      if (message?.type !== 'batch') return [each]
      const { bundle: own } = host.start
      const byCallKey = host.start.key.sign(
        statementOctets(welcomeStatement(CONTEXT, own, message)),
      )
      return [{ ...each, frame: callTalk.encode({ ...message, signature: byCallKey }) }]
    }
    const [late] = call.join(1)
    assert.deepEqual(late!.told, [{ do: 'over', code: 'ERR_CALL_PROOF' }])
  })
})

describe('a hostile host', () => {
  test('tells one member another key: a fork, by name', () => {
    const { call, host, one, two } = callOfThree('two keys')
    let ready = ''
    call.relay = (each) => {
      const message = talkIn(each.frame)
      if (message?.type !== 'prepare' || each.to !== 1) return [each]
      const other = signedBy(host, { ...message, commitment: sha256(utf8('another')) })
      ready = hex(message.commitment)
      return [each, { ...each, frame: callTalk.encode(other) }]
    }
    call.act(host, (seat, now) => seat.hop(now))
    assert.ok(one.told.some((each) => each.do === 'accept' && hex(each.keys.commitment) === ready))
    assert.deepEqual(one.told.at(-1), { do: 'over', code: 'ERR_CALL_FORK' })
    assert.equal(sendingOf(two), sendingOf(host))
  })

  test('signs one epoch with two locks, so that a member would not know its go: a fork, by name', () => {
    const { call, host, one } = callOfThree('two locks')
    call.relay = (each) => {
      const message = talkIn(each.frame)
      if (message?.type !== 'fresh' || each.to !== 1) return [each]
      const other = signedBy(host, { ...message, lock: sha256(utf8('another')) })
      return [each, { ...each, frame: callTalk.encode(other) }]
    }
    call.act(host, (seat, now) => seat.remove([2], now))
    assert.deepEqual(one.told.at(-1), { do: 'over', code: 'ERR_CALL_FORK' })
  })

  test('prepares a key that does not come out as it says: a fork, by name', () => {
    const { call, host, one } = callOfThree('bad commitment')
    call.relay = (each) => {
      const message = talkIn(each.frame)
      if (message?.type !== 'prepare' || each.to !== 1) return [each]
      const other = signedBy(host, { ...message, commitment: sha256(utf8('another')) })
      return [{ ...each, frame: callTalk.encode(other) }]
    }
    call.act(host, (seat, now) => seat.hop(now))
    assert.deepEqual(one.told.at(-1), { do: 'over', code: 'ERR_CALL_FORK' })
  })

  test('signs two rosters for one place: a fork for whoever sees both, and no key in common for others', () => {
    const { call, host, one, two } = callOfThree('two rosters')
    const { roster } = host.seat
    const a = entryOf(host, roster!, [ghost(8)], [])
    const b = entryOf(host, roster!, [ghost(9)], [])
    call.say(0, 1, a)
    call.say(0, 2, b)
    assert.notEqual(hex(one.seat.roster!.hash), hex(two.seat.roster!.hash))
    // neither of them can make the key of the other's roster
    call.relay = (each) => (each.to === 0 ? [] : [each])
    call.act(host, (seat, now) => seat.hop(now))
    call.wait(1_100)
    assert.notEqual(sendingOf(one), sendingOf(host))
    assert.notEqual(sendingOf(two), sendingOf(host))
    call.say(0, 2, a)
    assert.deepEqual(two.told.at(-1), { do: 'over', code: 'ERR_CALL_FORK' })
  })

  test('adds somebody who is nobody: all see it in the roster, unverified, and the code is another', () => {
    const { call, host, one } = callOfThree('ghost')
    const before = codeOf(one)
    call.say(0, 1, entryOf(host, host.seat.roster!, [ghost(9)], []))
    assert.ok(one.seat.roster!.members.has(9))
    assert.notEqual(codeOf(one), before)
    const asked = recorded(call, () => call.wait(12_000))
    const wants = asked.flatMap(({ from, frame }) => {
      const message = talkIn(frame)
      return from === 1 && message?.type === 'want' ? message.indices : []
    })
    assert.ok(wants.includes(9))
    assert.ok(!one.told.some((effect) => effect.do === 'verified' && effect.index === 9))
  })

  test('shows somebody’s S1 for another line of the roster: it is refused, and the line not verified', () => {
    const { call, host, one, two } = callOfThree('mask')
    const boss = { ...ghost(9), user: 'boss@example.org' }
    call.say(0, 1, entryOf(host, host.seat.roster!, [boss], []))
    call.say(0, 1, { type: 'bundle', index: 9, bundle: two.start.bundle })
    assert.deepEqual(refusals(one), [[9, 'ERR_CALL_PROOF']])
    assert.ok(!one.told.some((effect) => effect.do === 'verified' && effect.index === 9))
  })

  test('makes keys of one secret for two rosters: they are not the same', () => {
    const { host } = callOfThree('rosters')
    const { call, epoch, rosterHash } = host.seat.sending()!
    const keysFor = (hash: Uint8Array): string => {
      const secret = new Secret(new Uint8Array(32))
      const facts = { call, epoch, rosterHash: hash }
      return hex(epochKeys(secret, facts, new Uint8Array(0), undefined).base.expose())
    }
    assert.equal(keysFor(rosterHash), keysFor(rosterHash))
    assert.notEqual(keysFor(rosterHash), keysFor(sha256(rosterHash)))
  })

  test('puts another user into the place of one who was verified: that one is verified no more', () => {
    const { call, host, one } = callOfThree('changeling')
    const two = host.seat.roster!.members.get(2)!
    call.say(0, 1, entryOf(host, host.seat.roster!, [{ ...two, user: 'boss@example.org' }], []))
    assert.equal(one.seat.roster!.members.get(2)!.user, 'boss@example.org')
    const asked = recorded(call, () => call.wait(12_000))
    const isWanted = asked.some(({ from, frame }) => {
      const message = talkIn(frame)
      return from === 1 && message?.type === 'want' && message.indices.includes(2)
    })
    assert.ok(isWanted)
  })

  test('gives an epoch again, or an earlier one: no key of it is taken', () => {
    const { call, host, one } = callOfThree('epoch again')
    call.act(host, (seat, now) => seat.hop(now))
    const before = [sendingOf(one), [...one.open]]
    const { roster } = host.seat
    const { term, hash } = roster!
    for (let epoch = 1; epoch <= host.seat.sending()!.epoch; epoch += 1) {
      const commitment = sha256(utf8('another'))
      const go = { ...GO, term, epoch }
      const lock = goLock(CONTEXT.call, go)
      const what = { term, epoch, commitment, lock, roster: hash, sealed: hash }
      call.say(0, 1, signedBy(host, { type: 'prepare', ...what }))
      call.say(0, 1, go)
    }
    assert.deepEqual([sendingOf(one), [...one.open]], before)
  })

  test('never takes out one who has left: the others see that it is still in the roster, and away', () => {
    const { call, one, two } = callOfThree('lingering')
    call.relay = (each) => (talkIn(each.frame)?.type === 'bye' ? [] : [each])
    call.act(one, (seat, now) => seat.bye(now))
    assert.ok(two.seat.roster!.members.has(1))
    assert.ok(two.told.some((effect) => effect.do === 'away' && effect.index === 1))
  })

  test('or its relay keeps a removal from one, with old beats in its place: that one stops sending', () => {
    const { call, host, two } = callOfThree('kept from one')
    const beats = recorded(call, () => call.wait(9_000)).filter(
      ({ to, frame }) => to === 2 && talkIn(frame)?.type === 'beat',
    )
    assert.ok(beats.length > 2)
    call.relay = (each) => (each.to === 2 && each.from === 0 ? [] : [each])
    call.act(host, (seat, now) => seat.remove([1], now))
    const through = call.relay
    for (let n = 0; n < 12; n += 1) {
      call.wait(1_000)
      call.relay = (each) => [each]
      call.say(0, 2, beats[n % beats.length]!.frame)
      call.relay = through
    }
    assert.ok(two.told.some((effect) => effect.do === 'deaf' && effect.deaf))
    assert.notEqual(sendingOf(two), sendingOf(host))
  })
})

const GO: MessageOf<typeof Go> = {
  type: 'go',
  term: 1,
  epoch: 1,
  cut: true,
  reason: 'asked',
  preimage: sha256(utf8('a preimage')),
}

/** What all ends agree on. */
function standing(call: HostileCall): readonly unknown[] {
  return call.ends.map((end) => {
    const { roster, role, at } = end.seat
    return [role, at, roster && hex(roster.hash), sendingOf(end), [...end.open]]
  })
}

function recorded(call: HostileCall, during: () => void): readonly OnItsWay[] {
  const past: OnItsWay[] = []
  const { relay } = call
  call.relay = (one) => {
    past.push(one)
    return relay(one)
  }
  during()
  call.relay = relay
  return past
}

function refusals({ told }: End): readonly (readonly [number, string])[] {
  return told.flatMap((one) => (one.do === 'refused' ? [[one.index, one.code] as const] : []))
}

function codeOf({ seat }: End): string {
  return callCode(
    CONTEXT.call,
    [...seat.roster!.members.values()].map(({ keyId }) => keyId),
  ).digits
}

function ghost(index: number): RosterMember {
  const { publicKey } = ed25519.generate(random)
  return {
    index,
    user: 'ghost@example.org',
    keyId: random(32),
    signing: publicKey,
    sealing: random(32),
  }
}

function entryOf(
  host: End,
  roster: Roster,
  added: readonly RosterMember[],
  removed: readonly number[],
): CallTalk {
  const change = { added, removed, how: 'removed', host: null } as const
  const next = changeRoster(roster, change)!
  const { term, sequence, hash } = next
  return signedBy(host, { type: 'entry', term, sequence, ...change, roster: hash })
}

/** All that a host says, by a key that is not its own. */
function hostSays(key: SigningKey, roster: Roster, victim: number): readonly CallTalk[] {
  const { term, sequence, hash } = roster
  const removed = changeRoster(roster, {
    added: [],
    removed: [victim === 1 ? 2 : 1],
    how: 'removed',
    host: null,
  })!
  const commitment = sha256(utf8('another'))
  const go = { ...GO, term, epoch: 50 }
  const next = { term, epoch: 50, commitment, lock: goLock(CONTEXT.call, go) }
  const handing = { term, sequence, roster: hash, epoch: 3, to: 1 }
  return [
    signedWith(key, {
      type: 'entry',
      term,
      sequence: sequence + 1,
      added: [],
      removed: [1],
      how: 'removed',
      host: null,
      roster: removed.hash,
    }),
    signedWith(key, { type: 'prepare', ...next, roster: hash, sealed: hash }),
    signedWith(key, { type: 'fresh', ...next, roster: hash, cut: true, nonce: hash, sealed: hash }),
    go,
    signedWith(key, { type: 'beat', term, epoch: 50, roster: hash, count: 1_000 }),
    { type: 'end', term, signature: signSaid(key, CONTEXT, 'call-end', endPayload(term)) },
    {
      type: 'hand-over',
      ...handing,
      signature: signSaid(key, CONTEXT, 'call-hand-over', handOverPayload(handing)),
    },
  ]
}

/** What a member says that takes the call over. */
function takenBy({ index, start }: End, roster: Roster): readonly CallTalk[] {
  const { roster: next, entry } = takeOver(CONTEXT, roster, index, start.key)
  const { term, hash } = next
  const place = { term, epoch: 1_000, roster: hash }
  return [entry, signedWith(start.key, { type: 'beat', ...place, count: 1 })]
}

/** The roster of a call that it would have hosted: the last but it is out, and somebody is in. */
function madeUpBy({ index, start }: End, roster: Roster): Roster {
  const { roster: taken } = takeOver(CONTEXT, roster, index, start.key)
  const out = changeRoster(taken, { ...NOBODY, removed: [2] })!
  const line = { ...taken.members.get(index)!, index: 9, signing: new Uint8Array(32).fill(9) }
  return changeRoster(out, { ...NOBODY, added: [line] })!
}

const NOBODY = { added: [], removed: [], how: 'removed', host: null } as const

/** That roster, left to the host. */
function cededBy({ start }: End, roster: Roster): Extract<CallTalk, { type: 'cede' }> {
  const { term, sequence, hash } = roster
  const unsaid = { term, sequence, roster: hash, epoch: 900, to: 0 }
  const signature = signSaid(start.key, CONTEXT, 'call-hand-over', handOverPayload(unsaid))
  return { type: 'cede', image: imageOf(roster), epoch: 900, to: 0, signature }
}

/** What brings a member in again, by its per-call keys alone. */
function returnOf({ index, start }: End, { term, hash }: Roster): CallTalk {
  const unsigned = { term, roster: hash, nonce: random(32), sealing: start.bundle.sealing }
  const signature = signSaid(start.key, CONTEXT, 'call-return', returnPayload(index, unsigned))
  return { type: 'return', ...unsigned, signature }
}
