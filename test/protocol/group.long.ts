import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { SCHEDULES, type ScheduleName } from '@hufu/protocol/group'
import {
  anyDoing,
  anyMischief,
  groupWorld,
} from '../../packages/protocol/src/testing/group-world.testing.ts'

const NAMES = Object.keys(SCHEDULES) as ScheduleName[]
/** Worlds by each schedule, of each kind. */
const RUNS = 500
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
}
