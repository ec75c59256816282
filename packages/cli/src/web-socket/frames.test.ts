import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { frameHead, frameReader } from './frames.ts'

const MAX_OCTETS = 70_000
const [CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG, FIN] = [0, 1, 2, 8, 9, 10, 0x80]

test('however it is cut and fragmented, a message arrives as it was, in memory of its own', () => {
  const message = fc.record({
    payload: fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.integer({ min: 65_000, max: 66_000 }).map((octets) => new Uint8Array(octets).fill(7)),
    ),
    cuts: fc.array(fc.nat(1_000), { maxLength: 3 }),
    ping: fc.boolean(),
  })
  fc.assert(
    fc.property(
      fc.array(message, { maxLength: 5 }),
      fc.array(fc.integer({ min: 1, max: 3_000 }), { minLength: 1, maxLength: 20 }),
      (messages, sizes) => {
        const stream = Buffer.concat(messages.flatMap(encoded))
        const memory = new Uint8Array(3_000)
        const { read, heard } = harness()
        for (let at = 0, i = 0; at < stream.length; i += 1) {
          const piece = stream.subarray(at, at + sizes[i % sizes.length]!)
          memory.set(piece)
          read(memory.subarray(0, piece.length))
          memory.fill(0xee) // the next octets come to the same place
          at += piece.length
        }
        assert.deepEqual(
          heard.map(({ what, octets }) => `${what} ${Buffer.from(octets).toString('hex')}`),
          messages.flatMap(({ payload, ping }) => [
            ...(ping ? ['ping 010203'] : []),
            `message ${Buffer.from(payload).toString('hex')}`,
          ]),
        )
        for (const { octets } of heard) assert.equal(octets.length, octets.buffer.byteLength)
      },
    ),
    { numRuns: 100 },
  )
})

test('what no server may say is the end, at once', () => {
  const cases: readonly (readonly [string, Uint8Array])[] = [
    ['masked', Uint8Array.of(FIN | BINARY, 0x80, 0, 0, 0, 0)],
    ['reserved bits', frame(0x40 | FIN | BINARY, 0)],
    ['text', frame(FIN | TEXT, 1)],
    ['an unknown data opcode', frame(FIN | 3, 0)],
    ['an unknown control opcode', frame(FIN | 11, 0)],
    ['a fragment of nothing', frame(FIN | CONTINUATION, 1)],
    ['a message within another', Buffer.concat([frame(BINARY, 0), frame(FIN | BINARY, 1)])],
    ['a control frame in fragments', frame(PING, 1)],
    ['a long control frame', frame(FIN | PING, 126)],
    ['a close', frame(FIN | CLOSE, 2)],
    ['too long', head(FIN | BINARY, MAX_OCTETS + 1)],
    ['of 2^64 - 1 octets', Uint8Array.of(FIN | BINARY, 127, ...Array<number>(8).fill(0xff))],
    ['too long in fragments', Buffer.concat([frame(BINARY, 40_000), frame(FIN, 30_001)])],
    [
      'too many fragments',
      Buffer.concat([frame(BINARY, 0), ...Array<Buffer>(1_024).fill(frame(0, 0))]),
    ],
  ]
  for (const [what, octets] of cases) {
    const { read, heard } = harness()
    read(Buffer.concat([octets, frame(FIN | BINARY, 7)]))
    read(frame(FIN | BINARY, 7))
    assert.deepEqual(
      heard.map((each) => each.what),
      ['over'],
      what,
    )
  }
})

test('the longest message is taken, whole or with a ping in its middle', () => {
  const { read, heard } = harness()
  read(frame(FIN | BINARY, MAX_OCTETS))
  read(frame(BINARY, MAX_OCTETS))
  read(frame(FIN | PING, 125))
  read(frame(FIN | PONG, 125))
  read(frame(FIN, 0))
  const lengths = heard.map(({ what, octets }) => [what, octets.length])
  assert.deepEqual(lengths, [
    ['message', MAX_OCTETS],
    ['ping', 125],
    ['message', MAX_OCTETS],
  ])
})

test('any octets have an outcome, and nothing comes after the end', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 }), (chunks) => {
      const { read, heard } = harness()
      for (const chunk of chunks) read(chunk)
      const end = heard.findIndex(({ what }) => what === 'over')
      assert.ok(end < 0 || end === heard.length - 1)
    }),
  )
})

test('heads of a client have lengths in their shortest form, and a mask', () => {
  assert.deepEqual([...frameHead('binary', 125)], [0x82, 0x80 | 125, 0, 0, 0, 0])
  assert.deepEqual([...frameHead('pong', 126)], [0x8a, 0x80 | 126, 0, 126, 0, 0, 0, 0])
  assert.deepEqual([...frameHead('close', 0)], [0x88, 0x80, 0, 0, 0, 0])
  const long = [0x82, 0xff, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]
  assert.deepEqual([...frameHead('binary', 65_536)], long)
})

interface Heard {
  readonly what: 'message' | 'ping' | 'over'
  readonly octets: Uint8Array
}

function harness(): { readonly read: (octets: Uint8Array) => void; readonly heard: Heard[] } {
  const heard: Heard[] = []
  const read = frameReader(MAX_OCTETS, {
    message: (octets) => void heard.push({ what: 'message', octets }),
    ping: (octets) => void heard.push({ what: 'ping', octets }),
    over: () => void heard.push({ what: 'over', octets: new Uint8Array(0) }),
  })
  return { read, heard }
}

/** A message in as many frames as it has cuts and one, with a ping before the last. */
function encoded(message: {
  readonly payload: Uint8Array
  readonly cuts: readonly number[]
  readonly ping: boolean
}): readonly Uint8Array[] {
  const { payload, cuts, ping } = message
  const ends = [...cuts.map((cut) => cut % (payload.length + 1)), payload.length]
  ends.sort((a, b) => a - b)
  return ends.flatMap((end, i) => {
    const isLast = i === ends.length - 1
    const part = payload.subarray(i === 0 ? 0 : ends[i - 1], end)
    const first = (i === 0 ? BINARY : CONTINUATION) | (isLast ? FIN : 0)
    const pinged = ping && isLast ? [head(FIN | PING, 3), Uint8Array.of(1, 2, 3)] : []
    return [...pinged, head(first, part.length), part]
  })
}

function frame(first: number, octets: number): Buffer {
  return Buffer.concat([head(first, octets), new Uint8Array(octets)])
}

function head(first: number, octets: number): Uint8Array {
  if (octets <= 125) return Uint8Array.of(first, octets)
  if (octets <= 0xffff) return Uint8Array.of(first, 126, octets >>> 8, octets)
  return Uint8Array.of(first, 127, 0, 0, 0, 0, octets >>> 24, octets >>> 16, octets >>> 8, octets)
}
