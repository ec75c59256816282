import assert from 'node:assert/strict'
import { test } from 'node:test'
import { after, type Ms } from '@hufu/protocol/wire'
import { fakeClock } from './clock.testing.ts'
import { guarded, systemClock } from './clock.ts'

test('the machine’s clock never wakes early, at once for what is past, and not if cancelled', async () => {
  const woken: string[] = []
  const start = systemClock.now()
  const cancel = systemClock.wake(after(start, 2), () => woken.push('cancelled'))
  await Promise.all(
    [-5, 0, 0.5, 3, 7.3].map(
      (ms) =>
        new Promise<void>((resolve) => {
          systemClock.wake(after(start, ms), () => {
            assert.ok(systemClock.now() >= start + ms)
            woken.push(String(ms))
            resolve()
          })
          if (ms === 0) cancel()
        }),
    ),
  )
  assert.deepEqual(woken.toSorted(), ['-5', '0', '0.5', '3', '7.3'])
})

test('a timer of the machine that fires early is set again', (t) => {
  let now = 100
  t.mock.method(performance, 'now', () => now)
  t.mock.timers.enable({ apis: ['setTimeout'] })
  let woken = 0
  systemClock.wake(103.2 as Ms, () => void (woken += 1))
  now = 103.1
  t.mock.timers.tick(4)
  assert.equal(woken, 0)
  now = 103.2
  t.mock.timers.tick(1)
  assert.equal(woken, 1)
})

test('what an act throws is told, and keeps nothing from the next', () => {
  const clock = fakeClock()
  const failures: unknown[] = []
  const safe = guarded(clock, (error) => failures.push(error))
  let woken = 0
  safe.wake(2_000 as Ms, () => {
    throw new RangeError('this one fails')
  })
  safe.wake(3_000 as Ms, () => void (woken += 1))
  clock.advance(5_000)
  assert.deepEqual([failures, woken], [[new RangeError('this one fails')], 1])
})
