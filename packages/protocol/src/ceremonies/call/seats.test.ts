import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { hex } from '../../crypto/index.ts'
import { SCHEDULE_NAMES } from '../../group/schedules.ts'
import {
  anyFault,
  anySound,
  seatWorld,
  type Party,
  type SeatWorld,
} from '../../testing/seat-world.testing.ts'
import type { CallEffect } from './effects.ts'

/** A call of four, all in. */
function callOfFour(
  seed: number,
  changes: Parameters<typeof seatWorld>[2] = {},
): SeatWorld & { readonly four: readonly Party[] } {
  const world = seatWorld(seed, 'ratchet', changes)
  world.act({ do: 'join', count: 3 })
  world.act({ do: 'wait', ms: 2_000 })
  const four = [...world.parties]
  for (const { seat } of four) assert.equal(seat.at, 'in')
  return Object.assign(world, { four })
}

const whoHosts = (world: SeatWorld): readonly number[] => world.hosts.map(({ index }) => index)
const toldOf = (party: Party, what: CallEffect['do']): readonly CallEffect[] =>
  party.told.filter((effect) => effect.do === what)

describe('who hosts a call may change', () => {
  test('it is handed over, and both go on with the same keys as all', () => {
    const world = callOfFour(1)
    world.act({ do: 'hand', which: 1 })
    world.settle()
    world.checkAgreement()
    assert.deepEqual(whoHosts(world), [2])
    for (const party of world.four) {
      const [change] = toldOf(party, 'host')
      assert.ok(change?.do === 'host')
      assert.deepEqual([change.index, change.how], [2, 'handed'])
    }
    world.act({ do: 'join', count: 1 })
    world.settle()
    world.checkAgreement()
    assert.equal(world.parties[4]!.seat.roster!.members.size, 5)
  })

  const CHANGES: readonly (readonly [string, (world: SeatWorld) => void, number])[] = [
    ['handed over', (world) => world.act({ do: 'hand', which: 1 }), 4_000],
    ['taken over', (world) => world.act({ do: 'die', which: 0 }), 40_000],
  ]
  for (const [how, change, ms] of CHANGES)
    for (const keeps of [128, 1])
      test(`who joins once it is ${how} is shown at once by whom all who are in it are, of whom the host has kept ${keeps} S1s`, () => {
        const world = callOfFour(12, { keeps })
        change(world)
        world.act({ do: 'wait', ms })
        const there = [...world.hosts[0]!.seat.roster!.members.keys()]
        assert.ok(whoHosts(world)[0] !== 0)
        world.act({ do: 'join', count: 1 })
        // sooner than it would ask for what it lacks
        world.act({ do: 'wait', ms: 3_000 })
        const shown = toldOf(world.parties[4]!, 'verified').map(
          (effect) => effect.do === 'verified' && effect.index,
        )
        assert.deepEqual(shown.toSorted(), there)
      })

  test('a host that leaves hands it to the next', () => {
    const world = callOfFour(2)
    world.act({ do: 'bye', which: 0 })
    world.settle()
    world.checkAgreement()
    assert.deepEqual(whoHosts(world), [1])
    assert.deepEqual([...world.hosts[0]!.seat.roster!.members.keys()], [1, 2, 3])
  })

  test('a host that dies is followed by the next in order who is there, after its beats were missed', () => {
    const world = callOfFour(3)
    world.act({ do: 'die', which: 1 })
    world.act({ do: 'die', which: 0 })
    world.act({ do: 'wait', ms: 9_000 })
    assert.deepEqual(whoHosts(world), [])
    world.settle()
    world.checkAgreement()
    assert.deepEqual(whoHosts(world), [2])
    const [change] = toldOf(world.four[3]!, 'host')
    assert.ok(change?.do === 'host' && change.how === 'taken')
    assert.ok(toldOf(world.four[3]!, 'deaf').length > 0)
    // those who did not come back have left
    assert.deepEqual([...world.hosts[0]!.seat.roster!.members.keys()], [2, 3])
  })

  test('a host that was cut off for long is a member when it is back', () => {
    const world = callOfFour(4)
    world.act({ do: 'drop', which: 0 })
    world.act({ do: 'wait', ms: 15_000 })
    assert.ok(whoHosts(world).includes(1))
    world.settle()
    world.checkAgreement()
    assert.deepEqual(whoHosts(world), [1])
    assert.equal(world.four[0]!.seat.at, 'in')
  })

  test('a member that says it is host, and whom nobody follows, is shown and changes nothing', () => {
    const world = callOfFour(5)
    const rival = world.four[3]!
    rival.isKeptFrom = true
    world.act({ do: 'wait', ms: 20_000 })
    assert.equal(rival.seat.role, 'host', 'as far as it hears, there is no other')
    rival.isKeptFrom = false
    world.act({ do: 'wait', ms: 10_000 })
    const others = world.four.slice(0, 3)
    for (const party of others) {
      assert.deepEqual(toldOf(party, 'rival'), [{ do: 'rival', index: 3, term: 2 }])
      assert.equal(party.seat.roster!.host, 0, 'they have heard their host all the time')
      assert.ok(
        [...rival.open.values()].every((one) => one !== hex(party.seat.sending()!.commitment)),
      )
    }
    assert.equal(world.four[0]!.seat.role, 'host')
  })

  test('one who was handed the call and says nothing is followed by another', () => {
    const world = callOfFour(10)
    world.four[2]!.isKeptFrom = true
    world.act({ do: 'hand', which: 1 })
    world.act({ do: 'wait', ms: 3_000 })
    world.act({ do: 'die', which: 2 })
    world.settle()
    world.checkAgreement()
    assert.deepEqual(whoHosts(world), [1])
    assert.equal(world.four[0]!.seat.at, 'in')
  })

  test('one who has missed an entry is brought in again before it is handed the call', () => {
    const world = callOfFour(12)
    const [, out, next, late] = world.four
    world.act({ do: 'drop', which: 3 })
    world.act({ do: 'remove', which: 0 })
    world.act({ do: 'hand', which: 0 })
    // the entry goes with the host's connection
    world.act({ do: 'drop', which: 0 })
    world.act({ do: 'return', which: 0 })
    world.act({ do: 'return', which: 0 })
    assert.ok(next!.seat.roster!.members.has(out!.index), 'it has missed it')
    world.act({ do: 'wait', ms: 9_000 })
    world.checkAgreement()
    assert.deepEqual(whoHosts(world), [next!.index])
    assert.deepEqual([...next!.seat.roster!.members.keys()], [0, 2, 3])
    assert.equal(late!.seat.at, 'in')
  })

  test('one who has missed an entry does not host, though it was handed the call', () => {
    const world = callOfFour(13)
    const [, out, next, other] = world.four
    next!.isKeptFrom = true
    world.act({ do: 'remove', which: 0 })
    world.act({ do: 'deliver', which: 0, count: 10 })
    next!.isKeptFrom = false
    world.act({ do: 'bye', which: 0 })
    world.act({ do: 'wait', ms: 1_500 })
    assert.ok(next!.seat.roster!.members.has(out!.index), 'it has missed it')
    assert.deepEqual([next!.seat.at, other!.seat.at], ['away', 'in'])
    world.settle()
    world.checkAgreement()
    assert.deepEqual(whoHosts(world), [other!.index])
    assert.deepEqual([...other!.seat.roster!.members.keys()], [2, 3])
  })

  test('of two who take it over at once, one gives way', () => {
    const world = callOfFour(15)
    world.act({ do: 'deliver', which: 0, count: 1 })
    world.act({ do: 'die', which: 1 })
    // a newcomer does not know of it, and so takes its turn when the former host does
    world.act({ do: 'join', count: 1 })
    world.act({ do: 'wait', ms: 1_000 })
    world.act({ do: 'hand', which: 0 })
    // the one who is handed the call does not hear of it
    world.act({ do: 'drop', which: 1 })
    world.act({ do: 'bye', which: 1 })
    world.act({ do: 'wait', ms: 10_500 })
    assert.deepEqual(whoHosts(world), [])
    // as soon as they have heard of each other
    world.act({ do: 'wait', ms: 3_000 })
    assert.deepEqual(whoHosts(world), [0])
    for (const index of [0, 4])
      assert.ok(
        toldOf(world.parties[index]!, 'host').some(
          (one) => one.do === 'host' && one.index === index && one.how === 'taken',
        ),
      )
    assert.deepEqual([world.parties[4]!.seat.at, world.parties[4]!.seat.roster!.host], ['in', 0])
    world.settle()
    world.checkAgreement()
    assert.deepEqual([...world.hosts[0]!.seat.roster!.members.keys()].toSorted(), [0, 2, 4])
  })

  test('of two hosts that have members each, one gives way, and brings all of its own along', () => {
    const world = seatWorld(0, 'factor')
    world.act({ do: 'join', count: 3 })
    world.act({ do: 'wait', ms: 2_000 })
    const wait = (...all: readonly number[]): void => {
      for (const ms of all) world.act({ do: 'wait', ms })
    }
    const drop = (): void => world.act({ do: 'drop', which: 0 })
    const deliver = (which: number, count: number): void =>
      world.act({ do: 'deliver', which, count })
    drop()
    wait(71, 1_629, 1_172)
    deliver(0, 1)
    wait(2_236, 2_150, 621, 1_621)
    drop()
    for (const index of [0, 1]) deliver(index, 8)
    drop()
    world.act({ do: 'join', count: 1 })
    for (const index of [0, 1, 0]) deliver(index, 8)
    const [first, second] = world.parties
    assert.deepEqual(whoHosts(world), [0, 1])
    world.settle()
    world.checkAgreement()
    assert.deepEqual(whoHosts(world), [1])
    assert.deepEqual([...second!.seat.roster!.members.keys()].toSorted(), [0, 1, 2, 3, 4])
    const [change] = toldOf(first!, 'host')
    assert.ok(change?.do === 'host' && change.how === 'handed')
  })

  test('a host that leaves hands it to one who has shown that it lacks nothing', () => {
    const world = callOfFour(14)
    const [, , next, other] = world.four
    next!.isKeptFrom = true
    world.act({ do: 'remove', which: 0 })
    for (const which of [0, 3, 3, 0]) world.act({ do: 'deliver', which, count: 10 })
    next!.isKeptFrom = false
    world.act({ do: 'bye', which: 0 })
    world.act({ do: 'wait', ms: 6_000 })
    world.checkAgreement()
    assert.deepEqual(whoHosts(world), [other!.index])
    assert.equal(next!.seat.at, 'in')
  })
})

describe('who was away comes back', () => {
  test('under its index, with a key that tells it nothing of what was between', () => {
    const world = callOfFour(6)
    const gone = world.four[2]!
    const before = gone.seat.sending()!.epoch
    world.act({ do: 'drop', which: 2 })
    world.act({ do: 'hop' })
    world.act({ do: 'wait', ms: 2_000 })
    const between = world.hosts[0]!.seat.sending()!
    assert.ok(between.epoch > before)
    world.act({ do: 'return', which: 0 })
    world.settle()
    world.checkAgreement()
    assert.equal(world.four[0]!.seat.roster!.members.size, 4)
    assert.ok(![...gone.open.values()].includes(hex(between.commitment)))
    const shown = gone.told.flatMap(({ do: what }) =>
      what === 'returning' || what === 'returned' ? [what] : [],
    )
    assert.deepEqual(shown, ['returning', 'returned'])
  })

  test('even after its time of grace: it has left, and is let in again by the same key', () => {
    const world = callOfFour(7)
    world.act({ do: 'drop', which: 2 })
    world.act({ do: 'wait', ms: 12_000 })
    assert.deepEqual([...world.four[0]!.seat.roster!.members.keys()], [0, 1, 3])
    assert.deepEqual(toldOf(world.four[0]!, 'left'), [{ do: 'left', index: 2, how: 'lost' }])
    world.settle()
    world.checkAgreement()
    assert.equal(world.four[0]!.seat.roster!.members.size, 4)
  })

  test('also to a host that has followed since', () => {
    const world = callOfFour(17)
    world.act({ do: 'drop', which: 3 })
    world.act({ do: 'wait', ms: 12_000 })
    assert.deepEqual([...world.four[0]!.seat.roster!.members.keys()], [0, 1, 2])
    world.act({ do: 'bye', which: 0 })
    world.act({ do: 'wait', ms: 6_000 })
    assert.deepEqual(whoHosts(world), [1])
    world.act({ do: 'return', which: 0 })
    world.act({ do: 'wait', ms: 6_000 })
    world.checkAgreement()
    assert.deepEqual([...world.four[1]!.seat.roster!.members.keys()], [1, 2, 3])
    assert.equal(world.four[3]!.seat.at, 'in')
  })

  test('also to a host whom its own has let in since, and who may be there no more', () => {
    const world = callOfFour(18)
    world.act({ do: 'drop', which: 3 })
    world.act({ do: 'join', count: 1 })
    world.act({ do: 'wait', ms: 3_000 })
    world.act({ do: 'hand', which: 2 })
    world.act({ do: 'wait', ms: 6_000 })
    assert.deepEqual(whoHosts(world), [4])
    world.act({ do: 'die', which: 0 })
    world.act({ do: 'wait', ms: 3_000 })
    assert.ok(!world.four[3]!.seat.roster!.members.has(4))
    world.act({ do: 'return', which: 0 })
    world.act({ do: 'wait', ms: 8_000 })
    assert.deepEqual([world.four[3]!.seat.at, world.four[3]!.seat.roster!.host], ['in', 4])
    world.settle()
    world.checkAgreement()
  })

  test('also to its own host, to which the call has come back', () => {
    const world = callOfFour(19)
    const [first, , next, late] = world.four
    late!.isKeptFrom = true
    world.act({ do: 'hand', which: 1 })
    for (const which of [0, 2]) world.act({ do: 'deliver', which, count: 6 })
    late!.isKeptFrom = false
    assert.equal(next!.seat.role, 'host')
    world.act({ do: 'bye', which: 2 })
    world.act({ do: 'wait', ms: 6_000 })
    assert.deepEqual(whoHosts(world), [first!.index])
    world.act({ do: 'wait', ms: 6_000 })
    world.checkAgreement()
    assert.equal(late!.seat.at, 'in')
  })

  test('but not one who was taken out', () => {
    const world = callOfFour(8)
    world.act({ do: 'remove', which: 1 })
    const out = world.four[2]!
    out.seat.online(world.now)
    world.settle()
    world.checkAgreement()
    assert.deepEqual([...world.four[0]!.seat.roster!.members.keys()], [0, 1, 3])
  })

  test('a welcome that does not come is given up', () => {
    const world = callOfFour(11)
    world.act({ do: 'join', count: 1 })
    const late = world.parties[4]!
    world.four[0]!.inbox.length = 0
    world.act({ do: 'wait', ms: 119_000 })
    assert.equal(late.seat.at, 'waiting')
    world.act({ do: 'wait', ms: 2_000 })
    assert.deepEqual(late.told, [{ do: 'over', code: 'ERR_CALL_LOST' }])
  })

  test('a call whose host goes before the first key is in use is given up', () => {
    const world = callOfFour(16)
    for (let n = 0; n < 2; n += 1) world.act({ do: 'bye', which: 1 })
    world.act({ do: 'wait', ms: 6_000 })
    world.act({ do: 'join', count: 1 })
    const late = world.parties[4]!
    for (const which of [0, 0, 4]) world.act({ do: 'deliver', which, count: 10 })
    assert.equal(late.seat.at, 'in')
    assert.equal(late.seat.sending(), undefined)
    late.inbox.length = 0
    world.act({ do: 'die', which: 0 })
    const effects: CallEffect[] = []
    for (let at: number = world.now; at < world.now + 135_000; at += 2_000)
      effects.push(...late.seat.tick(at as typeof world.now))
    assert.deepEqual(effects.at(-1), { do: 'over', code: 'ERR_CALL_LOST' })
  })

  test('what is not answered is given up', () => {
    const world = callOfFour(9)
    const alone = world.four[3]!
    for (let n = 0; n < 3; n += 1) world.act({ do: 'die', which: 0 })
    // the last but one is never taken away by `die`
    const effects = [...alone.seat.online(world.now)]
    for (let at: number = world.now; at < world.now + 130_000; at += 2_000)
      effects.push(...alone.seat.tick(at as typeof world.now))
    assert.deepEqual(effects.at(-1), { do: 'over', code: 'ERR_CALL_LOST' })
  })
})

/** Worlds of each kind; `group.long.ts` has thousands. */
const RUNS = 10

describe('whoever comes, goes and hosts', () => {
  const size = { minLength: 20, maxLength: 60, size: 'max' } as const
  test('all agree, and no frame is lost but to departures', () => {
    let heard = 0
    fc.assert(
      fc.property(
        fc.nat(0xffffff),
        fc.constantFrom(...SCHEDULE_NAMES),
        fc.array(anySound, size),
        (seed, schedule, acts) => {
          const world = seatWorld(seed, schedule)
          world.act({ do: 'join', count: 3 })
          world.act({ do: 'wait', ms: 2_000 })
          for (const act of acts) world.act(act)
          world.settle()
          world.checkAgreement()
          assert.deepEqual(world.lost.other, [])
          heard += world.heard
        },
      ),
      { numRuns: RUNS },
    )
    assert.ok(heard > 100)
  })

  test('and whatever connections and terminals fail, they come together again', () => {
    fc.assert(
      fc.property(
        fc.nat(0xffffff),
        fc.constantFrom(...SCHEDULE_NAMES),
        fc.array(anyFault, size),
        (seed, schedule, acts) => {
          const world = seatWorld(seed, schedule)
          world.act({ do: 'join', count: 3 })
          world.act({ do: 'wait', ms: 2_000 })
          for (const act of acts) world.act(act)
          world.settle()
          world.checkAgreement()
        },
      ),
      { numRuns: 2 * RUNS },
    )
  })
})
