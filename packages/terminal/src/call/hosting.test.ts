import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { fakeClock, type FakeClock } from '../clock.testing.ts'
import { hostingOf, type Hosting } from './hosting.ts'

test('a host tells its epoch every ten seconds at most, and only if it is another', async () => {
  const { clock, hosting, said } = told(true)
  for (const epoch of [2, 3, 4]) hosting.moved(epoch)
  assert.deepEqual(said, [])
  await pass(clock, 10_000)
  assert.deepEqual(said, ['1 4'])
  await pass(clock, 60_000)
  hosting.moved(5)
  hosting.stop()
  await pass(clock, 60_000)
  assert.deepEqual(said, ['1 4'])
})

test('who takes over says so until the server takes it; who hands over says so once', async () => {
  const { clock, hosting, said, refuse } = told(false)
  hosting.hosts(2, 3)
  hosting.moved(4)
  await pass(clock, 20_000)
  assert.deepEqual(said, [], 'others host')
  refuse(true)
  hosting.hosts(1, 5)
  await pass(clock, 20_000)
  assert.deepEqual(said, ['1 5', '1 5', '1 5'])
  refuse(false)
  await pass(clock, 60_000)
  assert.deepEqual(said.slice(3), ['1 5'])
  hosting.hosts(2, 6)
  await pass(clock, 60_000)
  assert.deepEqual(said.slice(4), ['2 6'])
})

interface Told {
  readonly clock: FakeClock
  readonly hosting: Hosting
  readonly said: readonly string[]
  refuse(does: boolean): void
}

function told(isHost: boolean): Told {
  const clock = fakeClock()
  const said: string[] = []
  let refuses = false
  const hosting = hostingOf({
    clock,
    self: 1,
    isHost,
    async tell(index, epoch) {
      said.push(`${index} ${epoch}`)
      if (refuses) throw new Error('refused')
    },
  })
  return { clock, hosting, said, refuse: (does) => (refuses = does) }
}

async function pass(clock: FakeClock, ms: number): Promise<void> {
  for (let at = 0; at < ms; at += 1_000) {
    clock.advance(1_000)
    await turn()
  }
}
