import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isLent } from './lent.ts'
import { MessageReader, type Hearer } from './messages.ts'
import { unmask } from './unmask.ts'

const LIMITS = { octets: 100_000, pieces: 1_000 }
const [TEXT, BINARY, CLOSE, PING, PONG, CONTINUATION, FIN] = [1, 2, 8, 9, 10, 0, 0x80]

test('however it is cut, masked and fragmented, a message arrives as it was', () => {
  const message = fc.record({
    payload: fc.oneof(fc.uint8Array({ maxLength: 300 }), large()),
    cuts: fc.array(fc.nat(1_000), { maxLength: 3 }),
    mask: fc.oneof(
      fc.constant([0, 0, 0, 0]),
      fc.array(fc.nat(255), { minLength: 4, maxLength: 4 }),
    ),
    ping: fc.boolean(),
  })
  fc.assert(
    fc.property(
      fc.array(message, { maxLength: 6 }),
      fc.array(fc.integer({ min: 1, max: 3_000 }), { minLength: 1, maxLength: 20 }),
      (messages, sizes) => {
        const stream = Buffer.concat(messages.flatMap(encoded))
        // the least chunk is one octet
        const { reader, hearer, heard } = harness({ ...LIMITS, pieces: LIMITS.octets })
        for (let at = 0, i = 0; at < stream.length; i += 1) {
          const size = sizes[i % sizes.length]!
          // a copy: the reader unmasks in place
          reader.take(Uint8Array.from(stream.subarray(at, at + size)), hearer)
          at += size
        }
        assert.deepEqual(
          heard,
          messages.flatMap(({ payload, cuts, ping }) => [
            ...(ping && cuts.length > 0 ? ['ping 1,2,3'] : []),
            `message ${Buffer.from(payload).toString('hex')}`,
          ]),
        )
      },
    ),
    { numRuns: 200 },
  )
})

test('what no client may say is a protocol error, at once, and the end', () => {
  const cases: readonly (readonly [string, Uint8Array])[] = [
    ['not masked', Uint8Array.of(FIN | BINARY, 1, 0)],
    ['reserved bits', frame(0x40 | FIN | BINARY, [])],
    ['an unknown data opcode', frame(FIN | 3, [])],
    ['an unknown control opcode', frame(FIN | 11, [])],
    ['a fragment of nothing', frame(FIN | CONTINUATION, [])],
    ['a message within another', Buffer.concat([frame(BINARY, [1]), frame(FIN | BINARY, [2])])],
    ['a control frame in fragments', frame(PING, [])],
    [
      'a control frame that is too long',
      frame(
        FIN | PING,
        Array.from({ length: 126 }, () => 0),
      ),
    ],
  ]
  for (const [what, octets] of cases) {
    const { reader, hearer, heard } = harness()
    reader.take(Buffer.concat([octets, frame(FIN | BINARY, [7])]), hearer)
    assert.deepEqual(heard, ['broken 1002'], what)
  }
})

test('a message beyond the limit ends before it is read, in one frame or in many', () => {
  const whole = harness()
  whole.reader.take(head(FIN | BINARY, LIMITS.octets + 1), whole.hearer)
  assert.deepEqual(whole.heard, ['broken 1009'])
  const huge = harness()
  huge.reader.take(
    Uint8Array.of(FIN | BINARY, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0),
    huge.hearer,
  )
  assert.deepEqual(huge.heard, ['broken 1009'])
  const many = harness()
  const half = frame(
    BINARY,
    Array.from({ length: LIMITS.octets / 2 + 1 }, () => 0),
  )
  const more = Uint8Array.from(half)
  more[0] = CONTINUATION
  many.reader.take(half, many.hearer)
  many.reader.take(more, many.hearer)
  assert.deepEqual(many.heard, ['broken 1009'])
})

test('a message in more pieces than may wait ends, though it is empty', () => {
  const { reader, hearer, heard } = harness()
  reader.take(frame(BINARY, []), hearer)
  for (let i = 0; i < LIMITS.pieces; i += 1) reader.take(frame(CONTINUATION, []), hearer)
  assert.deepEqual(heard, ['broken 1008'])
})

test('text is told of, whatever is in it; pongs are not; after a close comes nothing', () => {
  const { reader, hearer, heard } = harness()
  reader.take(frame(FIN | TEXT, [0xff]), hearer)
  reader.take(frame(FIN | PONG, [1]), hearer)
  reader.take(frame(FIN | CLOSE, [0x03, 0xe8]), hearer)
  reader.take(frame(FIN | BINARY, [1]), hearer)
  assert.deepEqual(heard, ['text', 'closed'])
})

test('a large message is lent, and the chunks that it came in are freed; of a small one they are not', () => {
  const { reader, hearer } = harness()
  const messages: Uint8Array[] = []
  const keeping = { ...hearer, message: (octets: Uint8Array) => void messages.push(octets) }
  const payload = Array.from({ length: 60_000 }, (_, at) => at % 251)
  const stream = Buffer.concat([
    frame(FIN | BINARY, payload),
    frame(FIN | BINARY, payload),
    frame(FIN | BINARY, [1, 2, 3]),
  ])
  const chunks: Uint8Array[] = []
  for (let at = 0; at < stream.length; at += 40_000)
    chunks.push(Uint8Array.from(stream.subarray(at, at + 40_000)))
  for (const chunk of chunks) reader.take(chunk, keeping)
  assert.deepEqual(messages.map(isLent), [true, true, false])
  assert.deepEqual(
    messages.map((octets) => Array.from(octets)),
    [payload, payload, [1, 2, 3]],
  )
  // the last holds the small message, of which somebody was given a view
  assert.deepEqual(
    chunks.map((chunk) => chunk.length > 0),
    [false, false, false, true],
  )
})

test('any octets at all are read or refused, and never thrown at', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 20 }),
      fc.boolean(),
      (chunks, masked) => {
        const { reader, hearer, heard } = harness()
        for (const chunk of chunks) {
          if (masked && chunk.length > 1) chunk[1]! |= 0x80
          reader.take(chunk, hearer)
        }
        const ends = heard.filter((one) => one.startsWith('broken') || one === 'closed')
        assert.ok(ends.length <= 1)
        if (ends.length === 1) assert.equal(heard.at(-1), ends[0])
      },
    ),
    { numRuns: 500 },
  )
})

test('a mask comes off four octets at a time as it does one by one, wherever it begins', () => {
  const mask = Uint8Array.of(0x12, 0x34, 0x56, 0x78)
  for (let offset = 0; offset < 8; offset += 1)
    for (const length of [0, 1, 63, 64, 65, 66, 67, 200])
      for (let phase = 0; phase < 5; phase += 1) {
        const octets = new Uint8Array(offset + length).subarray(offset)
        unmask(octets, mask, phase)
        assert.deepEqual(
          octets,
          Uint8Array.from({ length }, (_, at) => mask[(phase + at) % 4]!),
        )
      }
})

function harness(limits = LIMITS): {
  readonly reader: MessageReader
  readonly hearer: Hearer
  readonly heard: string[]
} {
  const heard: string[] = []
  const hearer: Hearer = {
    message: (octets) => heard.push(`message ${Buffer.from(octets).toString('hex')}`),
    text: () => heard.push('text'),
    ping: (payload) => heard.push(`ping ${payload.join()}`),
    closed: () => heard.push('closed'),
    broken: (code) => heard.push(`broken ${code}`),
  }
  return { reader: new MessageReader(limits), hearer, heard }
}

/** Payloads around the lengths at which the head changes. */
function large(): fc.Arbitrary<Uint8Array> {
  return fc
    .constantFrom(125, 126, 127, 65_535, 65_536)
    .map((length) => Uint8Array.from({ length }, (_, at) => at % 251))
}

/** A message as its client sends it: cut at some places, with a ping between its first fragments. */
function encoded(message: {
  readonly payload: Uint8Array
  readonly cuts: readonly number[]
  readonly mask: readonly number[]
  readonly ping: boolean
}): readonly Uint8Array[] {
  const { payload, mask } = message
  const ends = message.cuts.map((cut) => Math.min(cut, payload.length)).toSorted((a, b) => a - b)
  const frames = [...ends, payload.length].map((end, i) => {
    const last = i === ends.length
    const opcode = (i === 0 ? BINARY : CONTINUATION) | (last ? FIN : 0)
    return frame(opcode, payload.subarray(ends[i - 1] ?? 0, end), mask)
  })
  if (message.ping && ends.length > 0) frames.splice(1, 0, frame(FIN | PING, [1, 2, 3], mask))
  return frames
}

function frame(
  first: number,
  payload: ArrayLike<number>,
  mask: readonly number[] = [9, 8, 7, 6],
): Uint8Array {
  const masked = Uint8Array.from(payload, (octet, at) => octet ^ mask[at % 4]!)
  return Buffer.concat([head(first, payload.length, mask), masked])
}

function head(first: number, length: number, mask: readonly number[] = [9, 8, 7, 6]): Uint8Array {
  const octets = length <= 125 ? 0 : length <= 0xffff ? 2 : 8
  const out = Buffer.alloc(2 + octets + 4)
  out[0] = first
  out[1] = 0x80 | (octets === 0 ? length : octets === 2 ? 126 : 127)
  if (octets > 0) out.writeUIntBE(length, octets === 2 ? 2 : 4, octets === 2 ? 2 : 6)
  out.set(mask, 2 + octets)
  return out
}
