import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { hex } from '../crypto/index.ts'
import { anyDoing, anyMischief, groupWorld, kindsIn } from '../testing/group-world.testing.ts'
import { groupMessages } from './messages.ts'
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

  test('shows another preimage by each go', () => {
    const world = groupWorld(5, 'list')
    world.act({ do: 'join', count: 2 })
    for (let n = 0; n < 5; n++) {
      world.act({ do: 'hop' })
      world.settle()
    }
    const shown = world.broadcast.flatMap((octets) => {
      const read = groupMessages.decode(octets, 1_000_000)
      return read.ok && read.value.type === 'go' ? [hex(read.value.preimage)] : []
    })
    assert.ok(shown.length > 3)
    assert.equal(new Set(shown).size, shown.length)
  })
})

describe('a group under a hostile relay', () => {
  const anyEvent = fc.oneof(
    { weight: 3, arbitrary: anyDoing },
    { weight: 1, arbitrary: anyMischief },
  )
  for (const schedule of NAMES)
    test(`never has a key that its host has not made, and comes together again, by ${schedule}`, () => {
      fc.assert(
        fc.property(fc.nat(0xffffff), fc.array(anyEvent, { maxLength: 60 }), (seed, events) => {
          const world = groupWorld(seed, schedule, { freshEvery: 3, hopMs: 2_000 })
          for (const event of events) world.act(event)
          world.settle()
          world.checkAgreement()
        }),
        { numRuns: 60 },
      )
    })

  test('a go that opens no lock is counted, once there is a lock to open', () => {
    const world = groupWorld(4, 'ratchet')
    world.act({ do: 'join', count: 2 })
    world.settle()
    const [member] = world.members
    const { term } = member!.group!.roster
    const go = {
      type: 'go',
      term,
      cut: true,
      reason: 'left',
      preimage: member!.entry.keyId,
    } as const
    const next = groupMessages.encode({ ...go, epoch: world.epoch + 1 })
    world.show(member!, next)
    assert.equal(member!.group!.forged, 0)
    world.act({ do: 'hop' })
    world.act({ do: 'deliver', which: 0, count: 5 })
    assert.equal(member!.group!.forged, 1)
    world.show(member!, next)
    assert.equal(member!.group!.forged, 2)
    world.settle()
    assert.equal(member!.group!.sending()!.epoch, world.epoch)
  })

  test('one who has left opens nothing that comes after, whatever the relay brings', () => {
    const world = groupWorld(2, 'ratchet')
    world.act({ do: 'join', count: 3 })
    world.settle()
    const gone = world.members[1]!
    const before = gone.group!.sending()!.epoch
    world.act({ do: 'leave', which: 1 })
    world.settle()
    for (let n = 0; n < 20; n++) world.act({ do: 'hop' })
    world.settle()
    for (const octets of world.broadcast) world.show(gone, octets)
    assert.ok(world.epoch > before)
    assert.equal(Math.max(...gone.ear.open.keys()), before)
  })

  test('one who comes late opens nothing that was before', () => {
    const world = groupWorld(3, 'ratchet')
    world.act({ do: 'join', count: 2 })
    world.settle()
    world.act({ do: 'hop' })
    world.settle()
    const before = world.epoch
    const former = world.broadcast.slice()
    world.act({ do: 'join', count: 1 })
    const late = world.members.at(-1)!
    for (const octets of former) world.show(late, octets)
    world.settle()
    assert.ok(Math.min(...late.ear.open.keys()) > before)
  })
})
