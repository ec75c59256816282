import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Ms } from '@hufu/protocol/wire'
import { fakeClock } from '../clock.testing.ts'
import { deadlinesOf, type Waiting } from './deadlines.ts'

const SPAN_MS = 50

test('each is late a span after it was last started, to the millisecond, and only then', () => {
  const step = fc.record({
    ms: fc.nat(30),
    who: fc.nat(4),
    act: fc.constantFrom<'start' | 'stop'>('start', 'start', 'start', 'stop'),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const clock = fakeClock()
      const deadlines = deadlinesOf(clock, SPAN_MS)
      const late: string[] = []
      const due = new Map<number, number>()
      const expected: string[] = []
      const waiting = Array.from({ length: 5 }, (_, who): Waiting => ({
        since: 0 as Ms,
        late: () => late.push(`${who} at ${clock.now()}`),
      }))
      const pass = (ms: number): void => {
        const end = clock.now() + ms
        const ending = [...due].filter(([, at]) => at <= end).toSorted(([, a], [, b]) => a - b)
        for (const [who, at] of ending) {
          expected.push(`${who} at ${at}`)
          due.delete(who)
        }
        clock.advance(ms)
      }
      for (const { ms, who, act } of steps) {
        pass(ms)
        due.delete(who) // and to the end, if at all
        if (act === 'stop') deadlines.stop(waiting[who]!)
        else {
          due.set(who, clock.now() + SPAN_MS)
          deadlines.start(waiting[who]!, clock.now())
        }
      }
      pass(1_000)
      assert.deepEqual(late, expected)
    }),
  )
})

test('no timer is left when nobody waits', () => {
  const clock = fakeClock()
  let armed = 0
  const counting = {
    ...clock,
    wake(at: Ms, act: () => void) {
      armed += 1
      const cancel = clock.wake(at, () => {
        armed -= 1
        act()
      })
      return () => {
        armed -= 1
        cancel()
      }
    },
  }
  const deadlines = deadlinesOf(counting, SPAN_MS)
  const one: Waiting = { since: 0 as Ms, late: () => undefined }
  deadlines.start(one, clock.now())
  deadlines.start(one, clock.now())
  assert.equal(armed, 1)
  deadlines.stop(one)
  assert.equal(armed, 0)
  deadlines.start(one, clock.now())
  clock.advance(SPAN_MS)
  assert.equal(armed, 0)
})
