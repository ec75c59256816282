import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { at } from '../testing/clock.testing.ts'
import { linkPair } from '../testing/links.testing.ts'
import { decodeFrame, encodeFrame, LINK_HEAD_OCTETS, type LinkFrame } from './frame.ts'
import { MAX_LINK_MESSAGE_OCTETS, SEGMENT_OCTETS, startLink } from './link.ts'

/** The window of the implementation and what a segment costs beside its octets: docs/protocol.md, "Link". */
const WINDOW = 4_194_304
const SEGMENT_COST = 64

describe('delivery', () => {
  test('every message arrives once, in order, whole, whatever gets lost on the way', () => {
    const script = fc.array(
      fc.record({
        from: fc.constantFrom(0, 1),
        octets: fc.oneof(fc.nat(50), fc.nat(3 * SEGMENT_OCTETS)),
        losses: fc.array(fc.boolean(), { maxLength: 12 }),
        reconnect: fc.boolean(),
      }),
      { maxLength: 12 },
    )
    fc.assert(
      fc.property(script, (steps) => {
        const pair = linkPair()
        pair.connect()
        const sent: [Uint8Array[], Uint8Array[]] = [[], []]
        for (const [n, step] of steps.entries()) {
          const message = new Uint8Array(step.octets).fill(n)
          sent[step.from === 0 ? 0 : 1].push(message)
          pair.links[step.from].send(message)
          const losses = [...step.losses]
          pair.run({ forMs: 100, lose: () => losses.shift() ?? false })
          if (step.reconnect) {
            pair.disconnect()
            pair.connect()
          }
        }
        pair.run()
        assert.deepEqual(pair.taken, [sent[1], sent[0]])
        for (const link of pair.links) assert.equal(link.acknowledged, link.sent)
      }),
      { numRuns: 200 },
    )
  })

  test('the longest message and the empty one arrive as they were', () => {
    const pair = linkPair()
    pair.connect()
    const giant = Uint8Array.from({ length: MAX_LINK_MESSAGE_OCTETS }, (_, i) => i * 31)
    pair.links[0].send(giant)
    pair.links[0].send(new Uint8Array(0))
    pair.run()
    assert.deepEqual(pair.taken[1], [giant, new Uint8Array(0)])
  })

  test('nothing is sent while the other cannot be reached, and all of it afterwards', () => {
    const pair = linkPair()
    pair.links[0].send(Uint8Array.of(1))
    assert.equal(pair.links[0].poll(at(0)), undefined)
    assert.equal(pair.links[0].wakeAt(), undefined)
    pair.connect()
    pair.run()
    pair.disconnect()
    pair.links[0].send(Uint8Array.of(2))
    assert.equal(pair.links[0].poll(at(0)), undefined)
    pair.connect()
    pair.run()
    assert.deepEqual(pair.taken[1], [Uint8Array.of(1), Uint8Array.of(2)])
  })

  test('when the first frames of both are lost, the next message still gets through', () => {
    const pair = linkPair()
    pair.connect()
    pair.run({ lose: () => true })
    pair.links[0].send(Uint8Array.of(7))
    pair.run()
    assert.deepEqual(pair.taken[1], [Uint8Array.of(7)])
  })

  test('a lost message is sent again although the other keeps talking', () => {
    const pair = linkPair()
    pair.connect()
    pair.run()
    pair.links[0].send(Uint8Array.of(7))
    pair.run({ forMs: 10, lose: (from) => from === 0 })
    for (let second = 0; second < 20; second += 1) {
      pair.links[1].send(Uint8Array.of(second))
      pair.run({ forMs: 1_000 })
    }
    assert.deepEqual(pair.taken[1], [Uint8Array.of(7)])
  })

  test('a segment that comes twice counts once', () => {
    const link = startLink()
    link.connected(at(0))
    assert.ok(link.poll(at(0))) // grants credit
    const segment = encodeFrame({ ...frame, kind: 'data', data: Uint8Array.of(9) })
    for (let n = 0; n < 3; n += 1) assert.ok(link.receive(segment, at(0)).ok)
    assert.deepEqual(link.take(), Uint8Array.of(9))
    assert.equal(link.take(), undefined)
  })
})

describe('acknowledgement', () => {
  test('a message is acknowledged when it was taken, not when it arrived', () => {
    const pair = linkPair()
    pair.connect()
    assert.equal(pair.links[0].send(Uint8Array.of(1)), 1)
    assert.equal(pair.links[0].send(Uint8Array.of(2)), 2)
    pair.run({ forMs: 1_000, takes: () => false })
    assert.equal(pair.links[0].acknowledged, 0)
    assert.deepEqual(pair.links[1].take(), Uint8Array.of(1))
    pair.run({ forMs: 1_000, takes: () => false })
    assert.equal(pair.links[0].acknowledged, 0, 'handed out, but not dealt with yet')
    pair.links[1].taken(at(pair.now))
    pair.run({ forMs: 1_000, takes: () => false })
    assert.equal(pair.links[0].acknowledged, 1)
    pair.run()
    assert.equal(pair.links[0].acknowledged, 2)
  })

  test('counters tell segments made, received and taken', () => {
    const pair = linkPair()
    pair.connect()
    pair.links[0].send(new Uint8Array(SEGMENT_OCTETS + 1))
    pair.run({ forMs: 100, takes: () => false })
    assert.deepEqual(pair.links[0].counters, { sent: 2, taken: 0, received: 0 })
    assert.deepEqual(pair.links[1].counters, { sent: 0, taken: 0, received: 2 })
    pair.run()
    assert.deepEqual(pair.links[1].counters, { sent: 0, taken: 2, received: 2 })
  })
})

describe('credit', () => {
  test('a sender stops at the window until something is taken, then goes on', () => {
    const pair = linkPair()
    pair.connect()
    pair.run()
    for (let n = 0; n < 6; n += 1) pair.links[0].send(new Uint8Array(MAX_LINK_MESSAGE_OCTETS))
    let onItsWay = 0
    const lose = (from: 0 | 1, octets: Uint8Array): boolean => {
      const sent = decoded(octets)
      if (from === 0 && sent.kind === 'data') onItsWay += sent.data.length + SEGMENT_COST
      return false
    }
    pair.run({ forMs: 100, takes: () => false, lose })
    assert.ok(onItsWay <= WINDOW && onItsWay > WINDOW - SEGMENT_OCTETS - SEGMENT_COST)
    assert.ok(pair.links[0].waiting > 0)
    pair.run()
    assert.equal(pair.taken[1].length, 6)
    assert.equal(pair.links[0].waiting, 0)
  })

  test('empty messages are not free: they stop at the window too', () => {
    const pair = linkPair()
    pair.connect()
    const messages = WINDOW / SEGMENT_COST + 10
    for (let n = 0; n < messages; n += 1) pair.links[0].send(new Uint8Array(0))
    pair.run({ forMs: 100, takes: () => false })
    assert.equal(pair.links[1].counters.received, WINDOW / SEGMENT_COST)
    pair.run()
    assert.equal(pair.taken[1].length, messages)
  })

  test('whoever sends beyond its credit is refused', () => {
    const link = startLink()
    link.connected(at(0))
    assert.ok(link.poll(at(0)))
    const data = new Uint8Array(SEGMENT_OCTETS)
    const fits = Math.floor(WINDOW / (SEGMENT_OCTETS + SEGMENT_COST))
    for (let n = 0; n <= fits; n += 1) {
      const received = link.receive(
        encodeFrame({ ...frame, kind: 'data', sequence: n, data }),
        at(0),
      )
      if (n < fits) assert.ok(received.ok)
      else assert.deepEqual(received, { ok: false, code: 'ERR_LINK_CREDIT' })
    }
  })

  test('a sender that was never granted anything sends nothing', () => {
    const link = startLink()
    link.connected(at(0))
    link.send(Uint8Array.of(1))
    assert.equal(decoded(link.poll(at(0))!).kind, 'sync')
    assert.equal(link.poll(at(0)), undefined)
  })
})

describe('a silent peer', () => {
  test('has stalled after seven questions, a minute or so', () => {
    const link = startLink()
    link.connected(at(0))
    link.send(Uint8Array.of(1))
    assert.equal(silentFor(link, 0), 64_000)
  })

  test('owes nothing while nothing was sent to it', () => {
    const pair = linkPair()
    pair.connect()
    pair.run()
    const [link] = pair.links
    link.send(Uint8Array.of(1))
    assert.equal(silentFor(link, 600_000), 64_000)
  })

  test('is asked once more, and not given up, when our own machine has slept', () => {
    const link = startLink()
    link.connected(at(0))
    link.send(Uint8Array.of(1))
    link.poll(at(0)) // the first sync
    const awake = 3_600_000
    assert.equal(link.stalled(at(awake)), false)
    link.poll(at(1)) // what sets the first question's time
    assert.equal(decoded(link.poll(at(awake))!).kind, 'sync')
    assert.equal(link.stalled(at(awake)), false)
  })

  test('has not stalled while it answers, however slowly it takes', () => {
    const pair = linkPair()
    pair.connect()
    pair.links[0].send(Uint8Array.of(1))
    pair.run({ forMs: 600_000, takes: () => false })
    assert.equal(pair.links[0].stalled(at(pair.now)), false)
  })

  test('has not stalled while it is known to be away', () => {
    const link = startLink()
    link.connected(at(0))
    link.send(Uint8Array.of(1))
    link.poll(at(0))
    link.disconnected()
    assert.equal(link.stalled(at(120_000)), false)
    link.connected(at(120_000))
    assert.equal(silentFor(link, 120_000), 64_000)
  })
})

/** Milliseconds from `start` until the link calls its silent peer stalled. */
function silentFor(link: ReturnType<typeof startLink>, start: number): number {
  for (let now = start; ; now += 1_000) {
    if (link.stalled(at(now))) {
      assert.equal(link.stalled(at(now - 1)), false)
      return now - start
    }
    assert.ok(now < start + 600_000, 'never')
    while (link.poll(at(now)) !== undefined);
  }
}

describe('what a peer may not say', () => {
  test('that it took what was never sent', () => refused({ ...frame, acknowledged: 1 }))
  test('that it expects what was never sent', () =>
    refused({ ...frame, kind: 'sync', sequence: 1 }))
  test('the same in a reply', () => refused({ ...frame, kind: 'reply', sequence: 1 }))

  test('that it wants again what it has acknowledged', () => {
    const pair = linkPair()
    pair.connect()
    pair.links[0].send(Uint8Array.of(1))
    pair.run()
    const again = encodeFrame({ ...frame, kind: 'sync', sequence: 0, acknowledged: 1 })
    assert.equal(pair.links[0].receive(again, at(pair.now)).ok, false)
  })

  test('a message longer than the longest', () => {
    const link = startLink()
    link.connected(at(0))
    link.poll(at(0))
    const parts = Math.ceil((MAX_LINK_MESSAGE_OCTETS + 1) / SEGMENT_OCTETS)
    for (let n = 0; n < parts; n += 1) {
      const data = new Uint8Array(
        Math.min(SEGMENT_OCTETS, MAX_LINK_MESSAGE_OCTETS + 1 - n * SEGMENT_OCTETS),
      )
      const more = n < parts - 1
      const received = link.receive(
        encodeFrame({ ...frame, kind: 'data', sequence: n, more, data }),
        at(0),
      )
      assert.equal(received.ok, more)
    }
  })

  test('any octets give an outcome and never an exception', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (octets) => {
        const link = startLink()
        link.connected(at(0))
        const received = link.receive(octets, at(0))
        if (!received.ok) assert.match(received.code, /^ERR_LINK_(MALFORMED|CREDIT)$/)
      }),
    )
  })
})

describe('frames', () => {
  const u48 = fc.nat().chain((low) => fc.nat(0xffff).map((high) => high * 2 ** 32 + low))
  const anyFrame: fc.Arbitrary<LinkFrame> = fc
    .record({
      kind: fc.constantFrom('data' as const, 'ack' as const, 'sync' as const, 'reply' as const),
      more: fc.boolean(),
      sequence: u48,
      acknowledged: u48,
      limit: u48,
      data: fc.uint8Array(),
    })
    .map((any) => ({ ...any, ...(any.kind === 'data' ? {} : { more: false, data: NONE }) }))

  test('decoding undoes encoding', () => {
    fc.assert(
      fc.property(anyFrame, (any) => {
        assert.deepEqual(decodeFrame(encodeFrame(any)), { ok: true, value: any })
      }),
    )
  })

  test('only data frames carry data, and only the five known kinds exist', () => {
    const known = [0, 1, 3, 4, 8]
    for (let kind = 0; kind < 256; kind += 1) {
      const bare = new Uint8Array(LINK_HEAD_OCTETS)
      bare[0] = kind
      assert.equal(decodeFrame(bare).ok, known.includes(kind), `kind ${kind}`)
      const loaded = new Uint8Array(LINK_HEAD_OCTETS + 1)
      loaded[0] = kind
      assert.equal(decodeFrame(loaded).ok, kind === 1 || kind === 3, `kind ${kind} with data`)
      assert.equal(decodeFrame(bare.subarray(1)).ok, false)
    }
  })
})

const NONE = new Uint8Array(0)
const frame: LinkFrame = {
  kind: 'ack',
  more: false,
  sequence: 0,
  acknowledged: 0,
  limit: 0,
  data: NONE,
}

function decoded(octets: Uint8Array): LinkFrame {
  const result = decodeFrame(octets)
  assert.ok(result.ok)
  return result.value
}

function refused(bad: LinkFrame): void {
  const link = startLink()
  link.connected(at(0))
  link.poll(at(0))
  link.send(Uint8Array.of(1))
  assert.deepEqual(link.receive(encodeFrame(bad), at(0)), { ok: false, code: 'ERR_LINK_MALFORMED' })
}
