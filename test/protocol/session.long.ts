import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { linkPair } from '../../packages/protocol/src/testing/links.testing.ts'
import { sessionPair } from '../../packages/protocol/src/testing/sessions.testing.ts'

test('a thousand megabytes cross a link that loses one frame in fifty', () => {
  const pair = linkPair()
  const message = new Uint8Array(1_000_000)
  let count = 0
  pair.connect()
  for (let n = 0; n < 1_000; n += 1) {
    message[0] = n
    pair.links[0].send(message.slice())
    pair.run({ lose: () => (count += 1) % 50 === 0 })
    const [got] = pair.taken[1].splice(0)
    assert.deepEqual([got?.length, got?.[0]], [message.length, n & 255])
  }
  assert.equal(pair.links[0].acknowledged, 1_000)
  assert.equal(pair.links[0].waiting, 0)
})

test('sessions with any losses and reconnects end with everything said, or with a code', () => {
  const step = fc.record({
    from: fc.constantFrom(0 as const, 1 as const),
    octets: fc.nat(150_000),
    lost: fc.array(fc.boolean(), { maxLength: 20 }),
    reconnect: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      const pair = sessionPair()
      const sent: [number, number] = [0, 0]
      pair.connect()
      for (const { from, octets, lost, reconnect } of steps) {
        pair.sessions[from].send(new Uint8Array(octets))
        sent[from] += 1
        const losses = [...lost]
        pair.run(200, { pass: (_, record) => (losses.shift() === true ? [] : [record]) })
        if (reconnect) {
          pair.disconnect()
          pair.connect()
        }
      }
      for (const session of pair.sessions) session.close()
      pair.run(120_000)
      for (const events of pair.events) assert.equal(events.at(-1)?.type, 'closed')
      for (const [end, events] of pair.events.entries()) {
        const last = events.at(-1)
        if (last?.type !== 'closed' || last.code !== undefined) continue
        // More may have been taken: after its own closing record was on its way.
        assert.ok(pair.taken[1 - end]!.length >= sent[end]! - last.unacknowledged)
        assert.ok(pair.taken[1 - end]!.length <= sent[end]!)
      }
    }),
    { numRuns: 3_000 },
  )
})
