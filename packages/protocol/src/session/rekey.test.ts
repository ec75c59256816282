import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { hex, random, Secret, utf8, xwing } from '../crypto/index.ts'
import { at } from '../testing/clock.testing.ts'
import { keyLedger } from '../testing/key-ledger.testing.ts'
import { atOnce } from '../testing/records.testing.ts'
import { checkWorlds } from '../testing/rekey-world.testing.ts'
import { sessionPair, type SessionPair } from '../testing/sessions.testing.ts'
import { PROPOSAL_OCTETS, type Change } from './change.ts'
import { firstEpoch, nativeKeys, nextEpoch } from './epoch.ts'
import { encodeFrame } from './frame.ts'
import { rekeyPolicy, type RekeyPolicy } from './policy.ts'
import { startRecords } from './records.ts'
import { OVERLAP_MS, startRekey } from './rekey.ts'

const HELLO = utf8('hello')
const NEVER = 1e12
/** Nothing moves the keys but what a test asks for. */
const STILL: RekeyPolicy = rekeyPolicy({
  afterMs: NEVER,
  afterRecords: NEVER,
  afterOctets: NEVER,
  hardMs: NEVER,
  hardRecords: NEVER,
  hardOctets: NEVER,
})
const nothing = (): readonly Uint8Array[] => []

describe('keys move', () => {
  test('after a minute in which something was said, and not before', () => {
    const pair = standing()
    say(pair)
    pair.run(59_000)
    assert.deepEqual(epochs(pair), [0, 0])
    pair.run(2_000)
    assert.deepEqual(epochs(pair), [1, 1])
  })

  test('not while nobody says anything, and with the first word after that', () => {
    const pair = standing()
    pair.run(3_600_000)
    assert.deepEqual(epochs(pair), [0, 0])
    say(pair)
    pair.run(100)
    assert.deepEqual(epochs(pair), [1, 1])
    assert.equal(pair.taken[1].length, 1)
  })

  test('once for one word, however long the silence after it', () => {
    const pair = standing()
    say(pair)
    pair.run(3_600_000)
    assert.deepEqual(epochs(pair), [1, 1])
  })

  test('after so many records, and after so many octets', () => {
    for (const policy of [{ afterRecords: 60 }, { afterOctets: 40_000 }]) {
      const pair = standing({ ...STILL, ...policy })
      for (let n = 0; n < 20; n += 1) {
        pair.sessions[0].send(new Uint8Array(1_000))
        pair.run(100)
      }
      assert.deepEqual(epochs(pair), [0, 0])
      for (let n = 0; n < 25; n += 1) {
        pair.sessions[0].send(new Uint8Array(1_000))
        pair.run(100)
      }
      assert.deepEqual(epochs(pair), [1, 1])
    }
  })

  test('at the responder’s wish as well', () => {
    const pair = standing([STILL, rekeyPolicy()])
    say(pair)
    pair.run(80_000)
    assert.deepEqual(epochs(pair), [1, 1])
  })

  test('under a stream in both directions, with nothing lost, repeated or out of order', () => {
    const pair = standing({ ...STILL, afterRecords: 30 })
    const said: string[][] = [[], []]
    for (let n = 0; n < 400; n += 1) {
      for (const end of [0, 1] as const) {
        pair.sessions[end].send(utf8(`${end} ${n}`))
        said[1 - end]!.push(hex(utf8(`${end} ${n}`)))
      }
      if (n % 7 === 0) pair.run(1)
    }
    pair.run(1_000)
    assert.deepEqual(
      pair.taken.map((taken) => taken.map(hex)),
      said,
    )
    assert.ok(pair.sessions[0].epoch >= 3, `epoch ${pair.sessions[0].epoch}`)
    assert.equal(pair.sessions[0].epoch, pair.sessions[1].epoch)
  })

  test('when both propose at once: the initiator’s change is made', () => {
    // Both have proposed before either hears the other.
    const pair = standing({ ...STILL, afterMs: 1_000 })
    const [initiator, responder] = pair.sessions
    pair.run(1_000)
    initiator.send(HELLO)
    responder.send(HELLO)
    const sent = pair.sessions.map((session) => drained(session, 2_000))
    const sizes = sent.map(
      (records) => records.filter(({ length }) => length > PROPOSAL_OCTETS).length,
    )
    assert.deepEqual(sizes, [1, 1], 'two proposals')
    for (const record of sent[0]!) responder.receive(record, at(2_000))
    for (const record of sent[1]!) initiator.receive(record, at(2_000))
    pair.run(2_000)
    assert.deepEqual(epochs(pair), [1, 1])
    assert.deepEqual(exported(pair, 0), exported(pair, 1))
    assert.deepEqual([pair.taken[0].length, pair.taken[1].length], [1, 1])
  })

  test('with a new resume secret at both ends, when it is time for one', () => {
    const pair = standing(rekeyPolicy({ refreshMs: 90_000 }))
    const before = exported(pair, 0)
    for (let n = 0; n < 3; n += 1) {
      say(pair)
      pair.run(61_000)
    }
    for (const events of pair.events) {
      const moves = events.filter((event) => event.type === 'rekeyed')
      assert.deepEqual(
        moves.map(({ epoch, refresh }) => [epoch, refresh]),
        [
          [1, false],
          [2, true],
          [3, false],
        ],
      )
    }
    assert.notDeepEqual(exported(pair, 0), before)
    assert.deepEqual(exported(pair, 0), exported(pair, 1))
  })
})

describe('whatever is lost', () => {
  test('proposal, answer or proof: it comes again, and the keys move', () => {
    for (let lost = 0; lost < 8; lost += 1) {
      const pair = standing()
      say(pair)
      pair.run(59_000)
      let count = 0
      pair.run(20_000, { pass: (_, record) => (count++ === lost ? [] : [record]) })
      assert.deepEqual(epochs(pair), [1, 1], `the ${lost}th record lost`)
      say(pair)
      pair.run(20_000)
      assert.equal(pair.taken[1].length, 2)
    }
  })

  test('the answer that comes again is the same, octet for octet', () => {
    const pair = standing()
    say(pair)
    pair.run(59_000)
    const answers: string[] = []
    pair.run(10_000, {
      pass(from, record) {
        const isAnswer = record[1] === 4
        if (isAnswer) answers.push(`${from} ${record.length}`)
        return isAnswer && answers.length < 3 ? [] : [record]
      },
    })
    assert.equal(answers.length, 3)
    assert.deepEqual(epochs(pair), [1, 1])
    assert.deepEqual(exported(pair, 0), exported(pair, 1)) // another answer would have given another epoch
  })

  test('a peer that is there and never answers: the session ends with a code, not with old keys', () => {
    const pair = standing()
    say(pair)
    pair.run(59_000)
    const changes = (_: unknown, record: Uint8Array): readonly Uint8Array[] =>
      record[1] === 0 ? [record] : []
    pair.run(120_000, { pass: changes })
    const ended = pair.events[0].at(-1)
    assert.deepEqual(
      [ended?.type, ended?.type === 'closed' && ended.code],
      ['closed', 'ERR_REKEY_UNCONFIRMED'],
    )
  })

  test('while the other is away nothing is counted against it', () => {
    const pair = standing()
    say(pair)
    pair.run(59_000)
    pair.run(2_000, { pass: nothing })
    pair.disconnect()
    pair.run(3_600_000)
    pair.connect()
    pair.run(1_000)
    assert.deepEqual(epochs(pair), [1, 1])
  })
})

describe('the hard limit', () => {
  test('keeps back what is said until the keys have moved', () => {
    const pair = standing({ ...STILL, afterMs: 1_000, hardMs: 2_000 })
    pair.run(5_000)
    pair.sessions[0].send(HELLO)
    const blocked = drained(pair.sessions[0], pair.now)
    assert.equal(blocked.length, 1, 'the proposal alone')
    assert.equal(blocked[0]![1], 1)
    for (const record of blocked) pair.sessions[1].receive(record, at(pair.now))
    pair.run(500)
    assert.deepEqual(epochs(pair), [1, 1])
    assert.deepEqual(pair.taken[1], [HELLO])
  })

  test('does not silence an end that would only answer: it moves the keys, then answers', () => {
    const pair = standing([{ ...STILL, afterMs: 1_000, hardMs: 2_000 }, STILL])
    pair.run(5_000)
    pair.sessions[1].send(HELLO)
    pair.run(200)
    assert.deepEqual(epochs(pair), [1, 1])
    assert.equal(pair.sessions[1].unacknowledged, 0)
  })

  test('does not keep a session from closing', () => {
    const pair = standing({ ...STILL, afterMs: 1_000, hardMs: 2_000 })
    pair.run(5_000)
    pair.sessions[0].close()
    pair.run(100, { pass: (_, record) => (record[1] === 2 ? [record] : []) })
    for (const events of pair.events) assert.equal(events.at(-1)?.type, 'closed')
  })
})

describe('old keys', () => {
  test('open what was under way, and are gone after their overlap', () => {
    const ledgers = [keyLedger(), keyLedger()] as const
    const pair = standing(rekeyPolicy(), ledgers)
    say(pair)
    pair.run(61_000)
    assert.deepEqual(epochs(pair), [1, 1])
    for (const ledger of ledgers) assert.equal(ledger.live().length, 3, 'the old receiving key')
    pair.run(OVERLAP_MS)
    for (const ledger of ledgers) assert.deepEqual(ledger.live(), ledger.made.slice(2))
  })

  test('whoever steals a state opens nothing from before it, nor after the next change', () => {
    const ledgers = [keyLedger(), keyLedger()] as const
    const pair = standing({ ...STILL, afterMs: 1_000 }, ledgers)
    const seen: { readonly from: 0 | 1; readonly epoch: number; readonly record: Uint8Array }[] = []
    const watch = (from: 0 | 1, record: Uint8Array): readonly Uint8Array[] => {
      seen.push({ from, epoch: record[5]!, record })
      return [record]
    }
    const talk = (): void => {
      say(pair)
      pair.sessions[1].send(HELLO)
      pair.run(2 * OVERLAP_MS, { pass: watch })
    }
    for (let n = 0; n < 3; n += 1) talk()
    const epoch = pair.sessions[0].epoch
    const stolen = ledgers.map((ledger) => ledger.steal())
    for (let n = 0; n < 3; n += 1) talk()
    const readable = seen
      .filter(({ record }) => stolen.some((opens) => opens(record)))
      .map((one) => one.epoch)
    assert.ok(readable.length > 0, 'the thief can read at all')
    assert.deepEqual([...new Set(readable)], [epoch])
    assert.ok(pair.sessions[0].epoch > epoch + 1)
    // With the chain too, what comes next needs a secret that was exchanged after the theft.
    const makeKeys = { role: 'initiator', makeKey: nativeKeys } as const
    const chain = firstEpoch(new Secret(new Uint8Array(64)), new Uint8Array(32), makeKeys)
    const exchange = [HELLO, HELLO] as const
    const [one, two] = [1, 2].map((shared) =>
      nextEpoch(chain, new Uint8Array(32).fill(shared), exchange, makeKeys),
    )
    assert.notDeepEqual(one!.chain.expose(), two!.chain.expose())
  })
})

describe('a peer that breaks the rules', () => {
  test('with a public key that is none, ends with a code', () => {
    const key = new Uint8Array(1_216) // its X25519 half is a point of low order
    assert.equal(endOf([proposal(1, key)]), 'ERR_REKEY_MALFORMED')
  })

  test('with a second proposal in place of one that was answered, too', () => {
    const [one, two] = [xwing.generate(random).publicKey, xwing.generate(random).publicKey]
    assert.equal(endOf([proposal(1, one), proposal(1, one)]), undefined)
    assert.equal(endOf([proposal(1, one), proposal(2, two)]), 'ERR_REKEY_MALFORMED')
  })

  test('with an answer that nobody asked for, is not heard', () => {
    assert.equal(endOf([{ kind: 'answer', id: 1, ciphertext: new Uint8Array(1_120) }]), undefined)
  })
})

describe('anything that can happen', () => {
  test('ends with both in the same keys and everything delivered', () => {
    const runs = 150
    assert.ok(checkWorlds(runs) > 4 * runs, 'the keys hardly moved')
  })

  for (const [fault, planted] of Object.entries(FAULTS()))
    test(`planted fault, found: ${fault}`, () => {
      assert.throws(() => checkWorlds(150, { startRekey: planted }))
    })
})

type Start = typeof startRekey

/** Faults to plant. */
function FAULTS(): Readonly<Record<string, Start>> {
  return {
    'the old keys are never wiped': (options) =>
      startRekey({ ...options, records: over(options, { retire: () => undefined }) }),
    'the answerer sends under the new keys before they are proven': (options) =>
      startRekey({
        ...options,
        records: over(options, {
          install(next) {
            options.records.install(next)
            options.records.advance()
          },
          advance: () => undefined,
        }),
      }),
    'both give way when both propose': (options) =>
      startRekey({ ...options, end: { ...options.end, role: 'responder' } }),
    'nothing is sent again': (options) => {
      const rekey = startRekey(options)
      const sent = new Set<string>()
      return {
        ...rekey,
        due(now, waiting) {
          const due = rekey.due(now, waiting)
          if (due?.kind !== 'change') return due
          const name = `${due.change.kind} ${due.change.id}`
          if (sent.has(name)) return undefined
          sent.add(name)
          return due
        },
      }
    },
  }
}

/** The records of a rekeying with some of their functions replaced. */
function over(
  { records }: Parameters<Start>[0],
  replaced: Partial<Parameters<Start>[0]['records']>,
): Parameters<Start>[0]['records'] {
  return Object.assign(Object.create(records) as typeof records, replaced)
}

function standing(
  policy: RekeyPolicy | readonly [RekeyPolicy, RekeyPolicy] = rekeyPolicy(),
  ledgers?: readonly [ReturnType<typeof keyLedger>, ReturnType<typeof keyLedger>],
): SessionPair {
  const pair = sessionPair((end) => ({
    policy: 'afterMs' in policy ? policy : policy[end],
    ...(ledgers === undefined ? {} : { makeKey: ledgers[end].makeKey }),
  }))
  pair.connect()
  pair.run(0)
  assert.deepEqual(
    pair.sessions.map((session) => session.at),
    ['standing', 'standing'],
  )
  return pair
}

function say(pair: SessionPair): void {
  pair.sessions[0].send(HELLO)
}

function epochs({ sessions }: SessionPair): readonly number[] {
  return sessions.map(({ epoch }) => epoch)
}

function exported({ sessions }: SessionPair, end: 0 | 1): Uint8Array {
  return sessions[end].export('resume', 32).expose()
}

function proposal(id: number, publicKey: Uint8Array): Change {
  return { kind: 'proposal', id, offset: 0, refresh: false, publicKey }
}

/** The code with which an initiator ends whose peer sends records with these changes; undefined if it goes on. */
function endOf(changes: readonly Change[]): string | undefined {
  const pair = standing()
  const root = new Secret(new Uint8Array(64).fill(1))
  const transcriptHash = new Uint8Array(32).fill(2)
  const first = firstEpoch(root, transcriptHash, { role: 'responder', makeKey: nativeKeys })
  const responder = startRecords(first, transcriptHash, 1_000)
  const bare = { more: false, sequence: 0, acknowledged: 0, limit: 0, data: new Uint8Array(0) }
  for (const change of changes) {
    const record = responder.seal([encodeFrame({ kind: 'ack', ...bare })], { change })
    assert.ok(record.ok)
    pair.sessions[0].receive(atOnce(record.value), at(pair.now))
    drained(pair.sessions[0], pair.now)
  }
  const last = pair.sessions[0].events().at(-1)
  return last?.type === 'closed' ? last.code : undefined
}

/** All that a session wants to send at a moment. */
function drained(session: SessionPair['sessions'][0], now: number): readonly Uint8Array[] {
  const records: Uint8Array[] = []
  for (;;) {
    const record = session.poll(at(now))
    if (record === undefined) return records
    records.push(atOnce(record))
  }
}
