import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { gathered, type Gathered } from './gathered.ts'

const STEP_OCTETS = 1_048_576
const GATHER_MS = 100

interface Step {
  readonly at: number
  readonly octets: number
  /** First octet of each piece. */
  readonly values: string
}

/** What was written, step by step, and how each step ends. Time stands still until it is told to go on. */
function disk(t: TestContext): {
  readonly gathered: Gathered
  readonly steps: Step[]
  readonly ends: PromiseWithResolvers<void>[]
  /** Time goes on, by one gathering. */
  later(): Promise<void>
} {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const steps: Step[] = []
  const ends: PromiseWithResolvers<void>[] = []
  const writeAll = (at: number, pieces: readonly Uint8Array[]): Promise<void> => {
    const octets = pieces.reduce((sum, piece) => sum + piece.length, 0)
    steps.push({ at, octets, values: pieces.map((piece) => piece[0]).join() })
    const end = Promise.withResolvers<void>()
    ends.push(end)
    return end.promise
  }
  const later = async (): Promise<void> => {
    t.mock.timers.tick(GATHER_MS)
    await turns()
  }
  return { gathered: gathered(writeAll), steps, ends, later }
}

/** Lets everything run that waits for nothing. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
}

const piece = (octets: number, value: number): Uint8Array => new Uint8Array(octets).fill(value)

test('the first is written at once, what follows together, from where its first belongs', async (t) => {
  const { gathered, steps, ends, later } = disk(t)
  await gathered.write(10, [piece(5, 1), piece(6, 2)])
  await turns()
  assert.deepEqual(steps, [{ at: 10, octets: 11, values: '1,2' }])
  ends[0]!.resolve()
  await gathered.write(21, [piece(7, 3)])
  await gathered.write(28, [piece(8, 4)])
  await turns()
  assert.equal(steps.length, 1)
  await later()
  assert.deepEqual(steps[1], { at: 21, octets: 15, values: '3,4' })
  ends[1]!.resolve()
  await later()
  await gathered.write(36, [piece(1, 5)])
  await turns()
  assert.deepEqual(steps[2], { at: 36, octets: 1, values: '5' })
})

test('all that waits is written in the end', async (t) => {
  const { gathered, steps, ends } = disk(t)
  await gathered.write(0, [piece(4, 1)])
  await gathered.write(4, [piece(4, 2)])
  let isOver = false
  const over = gathered.flush().then(() => (isOver = true))
  ends[0]!.resolve()
  await turns()
  assert.deepEqual(steps[1], { at: 4, octets: 4, values: '2' })
  assert.ok(!isOver)
  ends[1]!.resolve()
  await over
})

test('what does not follow is written for itself', async (t) => {
  const { gathered, steps, ends, later } = disk(t)
  await gathered.write(0, [piece(4, 1)])
  await turns()
  ends[0]!.resolve()
  await gathered.write(4, [piece(4, 2)])
  await gathered.write(100, [piece(4, 3)])
  await turns()
  ends[1]!.resolve()
  await later()
  assert.deepEqual(steps.slice(1), [
    { at: 4, octets: 4, values: '2' },
    { at: 100, octets: 4, values: '3' },
  ])
})

test('a step waits for the one before, and so does whoever brings more', async (t) => {
  const { gathered, steps, ends } = disk(t)
  await gathered.write(0, [piece(STEP_OCTETS, 1)])
  let isTaken = false
  const second = gathered.write(STEP_OCTETS, [piece(STEP_OCTETS, 2)]).then(() => (isTaken = true))
  await turns()
  assert.deepEqual([steps.length, isTaken], [1, false])
  ends[0]!.resolve()
  await second
  assert.deepEqual(steps[1], { at: STEP_OCTETS, octets: STEP_OCTETS, values: '2' })
})

test('a failure reaches the next that writes, and the end', async (t) => {
  const { gathered, ends } = disk(t)
  await gathered.write(0, [piece(STEP_OCTETS, 1)])
  await turns()
  ends[0]!.reject(new Error('no room'))
  await assert.rejects(gathered.write(STEP_OCTETS, [piece(STEP_OCTETS, 2)]), /no room/)
  await assert.rejects(gathered.flush(), /no room/)
})
