import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { controlFrame, dataFrame, dataFrameHead, splitFrames } from '@hufu/protocol/wire'
import { messageOf } from './message.ts'
import { writerTo, type Sink, type Writer } from './writer.ts'

const limits = { messageOctets: 100_000, unsentOctets: 200_000 }

test('all that is queued in one turn leaves in one write, small frames in one message', () => {
  const { writer, writes, turn } = harness()
  for (let i = 0; i < 50; i += 1) writer.push(controlFrame(Uint8Array.of(i)))
  assert.equal(writes.length, 0)
  turn()
  assert.equal(writes.length, 1)
  const messages = messagesIn(writes)
  assert.equal(messages.length, 1)
  const frames = splitFrames(messages[0]!, 100)
  assert.ok(frames.ok)
  assert.deepEqual(
    frames.value.map((frame) => frame.type === 'control' && frame.body[0]),
    Array.from({ length: 50 }, (_, i) => i),
  )
  turn()
  assert.equal(writes.length, 1)
})

test('frames keep their order and their octets, in messages within the limit', () => {
  const size = fc.oneof(fc.nat(200), fc.nat(20_000), fc.constantFrom(65_535, 65_536, 8_191, 8_192))
  fc.assert(
    fc.property(fc.array(size, { maxLength: 12 }), (sizes) => {
      const { writer, writes, turn } = harness({ ...limits, unsentOctets: 1e9 })
      for (const [i, octets] of sizes.entries()) {
        const payload = new Uint8Array(octets).fill(i)
        if (i % 2 === 0) writer.push(dataFrame(i, 0, payload))
        else writer.push(dataFrameHead(i, 0, octets), payload)
      }
      turn()
      const messages = messagesIn(writes)
      for (const message of messages) assert.ok(message.length <= limits.messageOctets)
      const seen = messages.flatMap((message) => {
        const frames = splitFrames(message, 0)
        assert.ok(frames.ok)
        return frames.value.map((one) => {
          assert.ok(one.type === 'data')
          assert.ok(one.payload.every((octet) => octet === one.session))
          return [one.session, one.payload.length]
        })
      })
      assert.deepEqual(
        seen,
        sizes.map((octets, i) => [i, octets]),
      )
    }),
    { numRuns: 50 },
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

test('a message that others share keeps its place among frames, and its octets are not copied', () => {
  const { writer, writes, turn } = harness()
  const shared = messageOf([dataFrame(7, 1, Uint8Array.of(2)), dataFrame(7, 2, Uint8Array.of(3))])
  writer.push(dataFrame(7, 0, Uint8Array.of(1)))
  writer.pushMessage(shared)
  writer.push(dataFrame(7, 3, Uint8Array.of(4)))
  turn()
  assert.equal(writes.length, 1)
  assert.ok(writes[0]!.includes(shared))
  const payloads = messagesIn(writes).map((message) => {
    const frames = splitFrames(message, 0)
    assert.ok(frames.ok)
    return frames.value.map((frame) => frame.type === 'data' && frame.payload[0])
  })
  assert.deepEqual(payloads, [[1], [2, 3], [4]])
})

test('a last frame goes at once, behind what was queued, and nothing after it', () => {
  const { writer, writes, turn } = harness()
  writer.push(controlFrame(Uint8Array.of(1)))
  writer.finish(controlFrame(Uint8Array.of(2)))
  writer.push(controlFrame(Uint8Array.of(3)))
  turn()
  assert.equal(writes.length, 1)
  const frames = splitFrames(messagesIn(writes)[0]!, 100)
  assert.ok(frames.ok)
  assert.deepEqual(
    frames.value.map((frame) => frame.type === 'control' && frame.body[0]),
    [1, 2],
  )
})

/** The WebSocket messages that these octets are (RFC 6455 §5.2): whole, binary, unmasked. */
function messagesIn(writes: readonly (readonly Uint8Array[])[]): readonly Uint8Array[] {
  const octets = Buffer.concat(writes.flat())
  const messages: Uint8Array[] = []
  for (let at = 0; at < octets.length;) {
    assert.equal(octets[at], 0x82)
    const short = octets[at + 1]!
    at += 2
    let length = short
    if (short === 126) {
      length = octets.readUInt16BE(at)
      at += 2
    } else if (short === 127) {
      length = Number(octets.readBigUInt64BE(at))
      at += 8
    }
    assert.ok(at + length <= octets.length)
    messages.push(new Uint8Array(octets.subarray(at, at + length)))
    at += length
  }
  return messages
}

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
  const sink = {
    write: (messages: readonly Uint8Array[]) => void writes.push(messages),
    unsent,
    slow: () => void (slow += 1),
  }
  const writer = writerTo(sink, within, (act) => void due.push(act))
  const turn = (): void => {
    const now = due
    due = []
    for (const act of now) act()
  }
  return { writer, writes, turn, slow: () => slow }
}
