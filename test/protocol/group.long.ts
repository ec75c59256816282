import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { SCHEDULES, type ScheduleName } from '@hufu/protocol/group'
import {
  anyFault,
  anySound,
  seatWorld,
} from '../../packages/protocol/src/testing/seat-world.testing.ts'
import {
  anyDoing,
  anyMischief,
  groupWorld,
} from '../../packages/protocol/src/testing/group-world.testing.ts'

const NAMES = Object.keys(SCHEDULES) as ScheduleName[]
/** Worlds by each schedule, of each kind. */
const RUNS = 500
/** Of those with whole seats, in which anybody may host. */
const SEAT_RUNS = 250
const POLICY = { freshEvery: 3, hopMs: 2_000 }

for (const schedule of NAMES) {
  test(`${RUNS} groups under an honest relay lose no frame but to departures, by ${schedule}`, () => {
    const doings = fc.array(anyDoing, { maxLength: 80 })
    fc.assert(
      fc.property(fc.nat(0xffffff), doings, (seed, acts) => {
        const world = groupWorld(seed, schedule, POLICY)
        for (const act of acts) world.act(act)
        world.settle()
        world.checkAgreement()
        assert.deepEqual(world.lost.unexplained, [])
      }),
      { numRuns: RUNS },
    )
  })

  test(`${RUNS} groups under a hostile relay come together again, by ${schedule}`, () => {
    const event = fc.oneof(
      { weight: 3, arbitrary: anyDoing },
      { weight: 1, arbitrary: anyMischief },
    )
    fc.assert(
      fc.property(fc.nat(0xffffff), fc.array(event, { maxLength: 80 }), (seed, acts) => {
        const world = groupWorld(seed, schedule, POLICY)
        for (const act of acts) world.act(act)
        world.settle()
        world.checkAgreement()
      }),
      { numRuns: RUNS },
    )
  })

  for (const [name, acts] of [
    ['and lose no frame but to departures', anySound],
    ['whatever connections and terminals fail', anyFault],
  ] as const)
    test(`${SEAT_RUNS} calls in which anybody may host come together, ${name}, by ${schedule}`, () => {
      fc.assert(
        fc.property(
          fc.nat(0xffffff),
          fc.array(acts, { minLength: 20, maxLength: 80, size: 'max' }),
          (seed, doings) => {
            const world = seatWorld(seed, schedule)
            world.act({ do: 'join', count: 3 })
            world.act({ do: 'wait', ms: 2_000 })
            for (const act of doings) world.act(act)
            world.settle()
            world.checkAgreement()
            if (acts === anySound) assert.deepEqual(world.lost.other, [])
          },
        ),
        { numRuns: SEAT_RUNS },
      )
    })
}
