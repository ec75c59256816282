import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { controlFrame, dataFrame, splitFrames } from '@hufu/protocol/wire'
import { writerTo, type Sink, type Writer } from './writer.ts'

const limits = { messageOctets: 100_000, unsentOctets: 200_000 }

test('all that is queued in one turn leaves in one write', () => {
  const { writer, writes, turn } = harness()
  for (let i = 0; i < 50; i += 1) writer.push(controlFrame(Uint8Array.of(i)))
  assert.equal(writes.length, 0)
  turn()
  assert.equal(writes.length, 1)
  assert.equal(writes[0]?.length, 1)
  const frames = splitFrames(writes[0][0]!, 100)
  assert.ok(frames.ok)
  assert.deepEqual(
    frames.value.map((frame) => frame.type === 'control' && frame.body[0]),
    Array.from({ length: 50 }, (_, i) => i),
  )
  turn()
  assert.equal(writes.length, 1)
})

test('frames keep their order and their octets, in messages within the limit', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 40_000 }), { maxLength: 12 }), (sizes) => {
      const { writer, writes, turn } = harness({ ...limits, unsentOctets: 1e9 })
      for (const [i, size] of sizes.entries()) writer.push(dataFrame(i, 0, new Uint8Array(size)))
      turn()
      const messages = writes.flat()
      for (const message of messages) assert.ok(message.length <= limits.messageOctets)
      const seen = messages.flatMap((message) => {
        const frames = splitFrames(message, 0)
        assert.ok(frames.ok)
        return frames.value.map((one) => one.type === 'data' && [one.session, one.payload.length])
      })
      assert.deepEqual(
        seen,
        sizes.map((size, i) => [i, size]),
      )
    }),
  )
})

test('a reader with too much unsent is cut once, and holds no more', () => {
  let unsent = 0
  const { writer, writes, turn, slow } = harness(limits, () => unsent)
  writer.push(new Uint8Array(90_000))
  turn()
  unsent = 90_000
  writer.push(new Uint8Array(110_000))
  assert.equal(slow(), 0)
  writer.push(new Uint8Array(1))
  assert.equal(slow(), 1)
  writer.push(new Uint8Array(1))
  turn()
  assert.equal(slow(), 1)
  assert.equal(writes.flat().length, 1)
})

test('what waits may be flushed before its turn', () => {
  const { writer, writes, turn } = harness()
  writer.push(new Uint8Array(1))
  writer.flush()
  assert.equal(writes.length, 1)
  turn()
  assert.equal(writes.length, 1)
})

function harness(
  within = limits,
  unsent: Sink['unsent'] = () => 0,
): {
  readonly writer: Writer
  readonly writes: (readonly Uint8Array[])[]
  turn(): void
  slow(): number
} {
  const writes: (readonly Uint8Array[])[] = []
  let due: (() => void)[] = []
  let slow = 0
  const sink = { write: (messages: readonly Uint8Array[]) => void writes.push(messages), unsent }
  const writer = writerTo(
    sink,
    within,
    () => void (slow += 1),
    (act) => void due.push(act),
  )
  const turn = (): void => {
    const now = due
    due = []
    for (const act of now) act()
  }
  return { writer, writes, turn, slow: () => slow }
}
