import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { Secret, utf8 } from '../crypto/index.ts'
import { at } from '../testing/clock.testing.ts'
import { atOnce, plainRecords, type PlainRecords } from '../testing/records.testing.ts'
import { sessionPair, STAND_BY_MS, type SessionPair } from '../testing/sessions.testing.ts'
import { HufuError } from '../wire/errors.ts'
import { encodeClose } from './frame.ts'
import { MAX_LINK_MESSAGE_OCTETS } from './link.ts'
import { startSession } from './session.ts'

const HELLO = utf8('hello')
const CLOSED = { type: 'closed', code: undefined, unacknowledged: 0 }
const nothing = (): readonly Uint8Array[] => []

describe('opening', () => {
  test('sends nothing but an empty record, and stands when the other’s opens', () => {
    const pair = sessionPair()
    pair.sessions[0].send(HELLO)
    pair.connect()
    const first = atOnce(pair.sessions[0].poll(at(0)))!
    assert.equal(first.length, 10 + 16 + 19)
    assert.equal(pair.sessions[0].poll(at(0)), undefined, 'the message waits')
    pair.sessions[1].receive(first, at(0))
    assert.equal(pair.sessions[1].at, 'standing')
    assert.equal(pair.sessions[0].at, 'opening')
    pair.run(100)
    assert.equal(pair.sessions[0].at, 'standing')
    assert.deepEqual(pair.taken[1], [HELLO])
    assert.deepEqual(pair.events[0][0], { type: 'standing' })
  })

  test('delivers nothing that does not come from the other end', () => {
    const stranger = plainRecords(new Secret(new Uint8Array(64)), 'responder', new Uint8Array(32))
    const record = stranger.seal(HELLO)
    assert.ok(record.ok)
    const pair = sessionPair()
    pair.connect()
    pair.sessions[0].receive(record.value, at(0))
    assert.equal(pair.sessions[0].take(), undefined)
    assert.deepEqual(pair.sessions[0].events(), [
      { type: 'closed', code: 'ERR_RECORD_FORGED', unacknowledged: 0 },
    ])
  })

  test('ends at its deadline, not before', () => {
    const pair = sessionPair()
    pair.connect()
    pair.run(STAND_BY_MS - 1, { pass: nothing })
    assert.equal(pair.sessions[0].at, 'opening')
    pair.run(1, { pass: nothing })
    for (const events of pair.events) {
      assert.deepEqual(events, [
        { type: 'closed', code: 'ERR_SESSION_UNCONFIRMED', unacknowledged: 0 },
      ])
    }
  })

  test('is over for a record that comes at the deadline, whoever looks at the clock first', () => {
    for (const [arrives, state] of [
      [STAND_BY_MS - 1, 'standing'],
      [STAND_BY_MS, 'closed'],
    ] as const) {
      const pair = sessionPair()
      pair.connect()
      pair.sessions[0].receive(atOnce(pair.sessions[1].poll(at(0)))!, at(arrives))
      assert.equal(pair.sessions[0].at, state)
    }
  })
})

describe('standing', () => {
  test('carries messages both ways and says how far the other took them', () => {
    const pair = standing()
    assert.equal(pair.sessions[0].send(HELLO), 1)
    assert.equal(pair.sessions[1].send(HELLO), 1)
    assert.equal(pair.sessions[0].send(HELLO), 2)
    pair.run(100)
    assert.deepEqual(pair.taken, [[HELLO], [HELLO, HELLO]])
    assert.deepEqual(pair.events[0].at(-1), { type: 'acknowledged', upTo: 2 })
    assert.equal(pair.sessions[0].unacknowledged, 0)
  })

  test('goes on after a connection was lost with records on their way', () => {
    const pair = standing()
    pair.sessions[0].send(HELLO)
    pair.run(100, { pass: nothing })
    pair.disconnect()
    pair.run(100)
    pair.connect()
    pair.run(100)
    assert.deepEqual(pair.taken[1], [HELLO])
  })

  test('goes on after an hour without a word', () => {
    const pair = standing()
    pair.run(3_600_000)
    pair.sessions[0].send(HELLO)
    pair.run(100)
    assert.deepEqual(pair.taken[1], [HELLO])
  })

  test('ends when a peer that is said to be there stays silent', () => {
    const pair = standing()
    pair.sessions[0].send(HELLO)
    pair.run(63_999, { pass: nothing })
    assert.equal(pair.sessions[0].at, 'standing')
    pair.run(1, { pass: nothing })
    assert.deepEqual(pair.events[0].at(-1), {
      type: 'closed',
      code: 'ERR_LINK_STALLED',
      unacknowledged: 1,
    })
  })

  test('delivers nothing after an error, not even what came before it', () => {
    const pair = standing()
    pair.sessions[1].send(HELLO)
    pair.run(100, { takes: () => false })
    pair.sessions[0].receive(new Uint8Array(40), at(pair.now))
    assert.equal(pair.sessions[0].at, 'closed')
    assert.equal(pair.sessions[0].take(), undefined)
    assert.equal(pair.sessions[0].poll(at(pair.now)), undefined)
    assert.equal(pair.sessions[0].wakeAt(), undefined)
  })

  test('takes a message of the greatest length and refuses a longer one', () => {
    const pair = standing()
    pair.sessions[0].send(new Uint8Array(MAX_LINK_MESSAGE_OCTETS))
    pair.run(100)
    assert.equal(pair.taken[1][0]!.length, MAX_LINK_MESSAGE_OCTETS)
    assert.throws(() => pair.sessions[0].send(new Uint8Array(MAX_LINK_MESSAGE_OCTETS + 1)), order)
  })

  test('gives both ends the same secrets for other uses', () => {
    const pair = standing()
    const [a, b] = pair.sessions.map((session) => session.export('resume', 32).expose())
    assert.deepEqual(a, b)
  })

  test('ends with a code or stands, whatever octets arrive', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(200), (octets, cut) => {
        const pair = standing()
        pair.sessions[1].send(HELLO)
        const mixed = (from: 0 | 1, record: Uint8Array): readonly Uint8Array[] =>
          from === 1 ? [record.subarray(0, cut), octets, record] : [record]
        pair.run(100, { pass: mixed })
        const last = pair.events[0].at(-1)!
        if (last.type === 'closed') assert.match(last.code ?? '', /^ERR_RECORD_/)
        else assert.deepEqual(pair.taken[0], [HELLO])
      }),
    )
  })
})

describe('closing', () => {
  test('waits until the other has taken everything, then both end', () => {
    const pair = standing()
    pair.sessions[0].send(HELLO)
    pair.sessions[0].close()
    assert.throws(() => pair.sessions[0].send(HELLO), order)
    pair.run(1_000, { takes: () => false })
    assert.equal(pair.sessions[0].at, 'closing')
    assert.equal(pair.sessions[1].at, 'standing', 'not told yet')
    pair.run(100)
    assert.deepEqual(pair.taken[1], [HELLO])
    for (const events of pair.events) assert.deepEqual(events.at(-1), CLOSED)
  })

  test('before it stands happens as soon as it stands', () => {
    const pair = sessionPair()
    pair.sessions[0].close()
    pair.connect()
    pair.run(100)
    for (const events of pair.events) {
      assert.deepEqual(events, [{ type: 'standing' }, CLOSED])
    }
  })

  test('by both at once ends both', () => {
    const pair = standing()
    pair.sessions[0].close()
    pair.sessions[1].close()
    pair.run(100)
    for (const events of pair.events) assert.deepEqual(events.at(-1), CLOSED)
  })

  test('right after the last message was taken leaves nothing in doubt', () => {
    const pair = standing()
    pair.sessions[0].send(HELLO)
    pair.run(1, { takes: () => false })
    const [sender, receiver] = pair.sessions
    assert.deepEqual(receiver.take(), HELLO)
    receiver.taken(at(pair.now))
    receiver.close() // its closing record goes out before the acknowledgement, which waits for company
    pair.run(100)
    assert.equal(sender.unacknowledged, 0)
    assert.deepEqual(pair.events[0].slice(-2), [{ type: 'acknowledged', upTo: 1 }, CLOSED])
  })

  test('tells how much the other did not take', () => {
    const pair = standing()
    pair.sessions[0].send(HELLO)
    pair.sessions[0].send(HELLO)
    pair.run(100, { takes: () => false })
    pair.sessions[1].take()
    pair.sessions[1].taken(at(pair.now))
    pair.sessions[1].close()
    pair.run(100, { takes: () => false })
    assert.deepEqual(pair.events[0].at(-1), { ...CLOSED, unacknowledged: 1 })
  })

  test('still delivers what had arrived before', () => {
    const pair = standing()
    pair.sessions[0].send(HELLO)
    pair.run(100, { takes: () => false })
    assert.deepEqual(pair.sessions[1].take(), HELLO)
    pair.sessions[1].taken(at(pair.now))
    pair.sessions[0].close()
    pair.run(100, { takes: () => false })
    assert.equal(pair.sessions[1].at, 'closed')
  })

  test('is done again after a reconnect when the closing record was lost', () => {
    const pair = standing()
    pair.sessions[0].close()
    pair.run(100, { pass: nothing })
    assert.equal(pair.sessions[0].at, 'closing')
    pair.disconnect()
    pair.connect()
    pair.run(100)
    for (const events of pair.events) assert.deepEqual(events.at(-1), CLOSED)
  })

  test('does not wait for ever for the other’s closing record', () => {
    const pair = standing()
    pair.sessions[0].close()
    pair.run(1_999, { pass: nothing })
    assert.equal(pair.sessions[0].at, 'closing')
    pair.run(1, { pass: nothing })
    assert.equal(pair.sessions[0].at, 'closed')
  })

  test('with counters beyond what arrived is a truncation', () => {
    assert.equal(endOf(encodeClose({ sent: 1, taken: 0 })), 'ERR_SESSION_TRUNCATED')
    assert.equal(endOf(encodeClose({ sent: 0, taken: 0 })), undefined)
  })

  test('with counters that cannot be is malformed', () => {
    assert.equal(endOf(encodeClose({ sent: 0, taken: 1 })), 'ERR_LINK_MALFORMED')
    assert.equal(endOf(new Uint8Array(11)), 'ERR_LINK_MALFORMED')
  })

  test('delivers nothing if something is wrong after the other’s closing record', () => {
    const pair = standing()
    pair.sessions[1].send(HELLO)
    pair.run(100, { takes: () => false })
    const close = otherEnd().seal(encodeClose({ sent: 1, taken: 0 }), 'close')
    assert.ok(close.ok)
    pair.sessions[0].receive(close.value, at(pair.now))
    assert.equal(pair.sessions[0].at, 'closing')
    pair.sessions[0].receive(new Uint8Array(40), at(pair.now))
    assert.equal(pair.sessions[0].take(), undefined)
  })

  test('at once tells the program, with its code', () => {
    const pair = standing()
    pair.sessions[0].abort('ERR_INTERRUPTED')
    assert.deepEqual(pair.sessions[0].events(), [{ ...CLOSED, code: 'ERR_INTERRUPTED' }])
    pair.sessions[0].abort('ERR_INTERNAL')
    assert.deepEqual(pair.sessions[0].events(), [])
    assert.throws(() => pair.sessions[0].send(HELLO), order)
  })
})

function standing(): SessionPair {
  const pair = sessionPair()
  pair.connect()
  pair.run(100)
  assert.deepEqual(
    pair.sessions.map((session) => session.at),
    ['standing', 'standing'],
  )
  return pair
}

/** The records of a pair's responder, far along: for what an honest responder never sends. */
function otherEnd(): PlainRecords {
  const root = new Secret(new Uint8Array(64).fill(1))
  return plainRecords(root, 'responder', new Uint8Array(32).fill(2), 1_000)
}

/** The code with which an initiator ends whose peer closes with this payload. */
function endOf(closing: Uint8Array): string | undefined {
  const session = startSession({
    root: new Secret(new Uint8Array(64).fill(1)),
    role: 'initiator',
    transcriptHash: new Uint8Array(32).fill(2),
    standBy: at(STAND_BY_MS),
  })
  session.present(at(0))
  const record = otherEnd().seal(closing, 'close')
  assert.ok(record.ok)
  session.receive(record.value, at(0))
  while (session.poll(at(0)) !== undefined);
  const last = session.events().at(-1)!
  assert.ok(last.type === 'closed')
  return last.code
}

function order(error: unknown): boolean {
  return error instanceof HufuError && error.code === 'ERR_CALL_ORDER'
}
