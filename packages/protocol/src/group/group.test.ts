import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { anyDoing, groupWorld, kindsIn } from '../testing/group-world.testing.ts'
import { SCHEDULES, type ScheduleName } from './schedules.ts'

const NAMES = Object.keys(SCHEDULES) as ScheduleName[]

describe('a group under an honest relay', () => {
  for (const schedule of NAMES)
    test(`agrees on every epoch, and loses no frame but to a departure, by ${schedule}`, () => {
      fc.assert(
        fc.property(fc.nat(0xffffff), fc.array(anyDoing, { maxLength: 60 }), (seed, doings) => {
          const world = groupWorld(seed, schedule, { freshEvery: 3, hopMs: 2_000 })
          for (const doing of doings) world.act(doing)
          world.settle()
          world.checkAgreement()
          assert.deepEqual(world.lost.unexplained, [])
        }),
        { numRuns: 60 },
      )
    })

  test('hops by every kind of message', () => {
    const world = groupWorld(1, 'ratchet', { freshEvery: 3 })
    world.act({ do: 'join', count: 3 })
    world.settle()
    for (let n = 0; n < 5; n++) {
      world.act({ do: 'speak' })
      world.act({ do: 'hop' })
      world.settle()
    }
    world.act({ do: 'leave', which: 1 })
    world.settle()
    world.checkAgreement()
    assert.deepEqual([...kindsIn(world.broadcast)].toSorted(), ['beat', 'entry', 'go', 'prepare'])
    assert.equal(world.heard, 5 * 4 * 3 - 15)
  })
})
