import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { bulkKey, concat, hkdf, Secret, utf8 } from '../crypto/index.ts'
import { atOnce, plainRecords, type PlainRecords } from '../testing/records.testing.ts'
import { HufuError } from '../wire/errors.ts'
import type { SessionRole } from './epoch.ts'
import { RECORD_OVERHEAD_OCTETS } from './records.ts'

const ROOT = new Uint8Array(64).fill(1)
const TRANSCRIPT = new Uint8Array(32).fill(2)
const HELLO = utf8('hello')

describe('records', () => {
  test('open at the other end as they were sealed, in both directions', () => {
    const { initiator, responder } = ends()
    for (const [from, to] of [
      [initiator, responder],
      [responder, initiator],
    ] as const) {
      assert.deepEqual(to.open(sealed(from, HELLO)), ok('payload', HELLO))
      assert.deepEqual(to.open(sealed(from, new Uint8Array(0))), ok('payload', new Uint8Array(0)))
      assert.deepEqual(to.open(sealed(from, HELLO, 'close')), ok('close', HELLO))
    }
  })

  test('take the root over', () => {
    const root = new Secret(ROOT.slice())
    plainRecords(root, 'initiator', TRANSCRIPT)
    assert.throws(() => root.expose(), wiped)
  })

  test('are refused with any octet altered', () => {
    const record = sealed(ends().initiator, HELLO)
    for (let i = 0; i < record.length; i += 1) {
      for (const bit of [1, 0x80]) {
        const altered = record.slice()
        altered[i]! ^= bit
        const opened = ends().responder.open(altered)
        assert.ok(!opened.ok, `octet ${i}`)
        const header = i < 6 ? /^ERR_RECORD_(MALFORMED|EPOCH|FORGED)$/ : /^ERR_RECORD_FORGED$/
        assert.match(opened.code, header)
      }
    }
  })

  test('are refused when cut short or lengthened', () => {
    const record = sealed(ends().initiator, HELLO)
    for (let length = 0; length < record.length; length += 1) {
      const opened = ends().responder.open(record.subarray(0, length))
      const code = length < RECORD_OVERHEAD_OCTETS ? 'ERR_RECORD_MALFORMED' : 'ERR_RECORD_FORGED'
      assert.deepEqual(opened, { ok: false, code })
    }
    assert.equal(ends().responder.open(concat(record, Uint8Array.of(0))).ok, false)
  })

  test('never open twice, nor after a later one', () => {
    const { initiator, responder } = ends()
    const [first, second] = [sealed(initiator, HELLO), sealed(initiator, HELLO)]
    assert.deepEqual(responder.open(second), ok('payload', HELLO))
    assert.deepEqual(responder.open(second), { ok: true, value: { kind: 'repeated' } })
    assert.deepEqual(responder.open(first), { ok: true, value: { kind: 'repeated' } })
  })

  test('do not open at the end that sealed them', () => {
    const { initiator } = ends()
    assert.deepEqual(initiator.open(sealed(initiator, HELLO)), {
      ok: false,
      code: 'ERR_RECORD_FORGED',
    })
  })

  test('do not open under another root, another transcript, the same role', () => {
    const record = sealed(ends().initiator, HELLO)
    const strangers = [
      start('responder', { root: ROOT.map((octet, i) => (i === 63 ? octet ^ 1 : octet)) }),
      start('responder', {
        transcript: TRANSCRIPT.map((octet, i) => (i === 0 ? octet ^ 1 : octet)),
      }),
      start('initiator'),
    ]
    for (const stranger of strangers) {
      assert.deepEqual(stranger.open(record), { ok: false, code: 'ERR_RECORD_FORGED' })
    }
  })

  test('of an epoch to come are named as such', () => {
    const record = sealed(ends().initiator, HELLO)
    record[5] = 1
    assert.deepEqual(ends().responder.open(record), { ok: false, code: 'ERR_RECORD_EPOCH' })
  })

  test('that say they carry a change must carry one, and one only', () => {
    for (const flags of [1, 4]) {
      const genuine = handMade(flags, 0, HELLO)
      assert.deepEqual(ends().responder.open(genuine), { ok: false, code: 'ERR_RECORD_MALFORMED' })
      genuine[12]! ^= 1
      assert.deepEqual(ends().responder.open(genuine), { ok: false, code: 'ERR_RECORD_FORGED' })
    }
    for (const flags of [3, 5, 6, 7, 8]) {
      const opened = ends().responder.open(handMade(flags, 0, new Uint8Array(2_000)))
      assert.deepEqual(opened, { ok: false, code: 'ERR_RECORD_MALFORMED' })
    }
  })

  test('made by hand after the paper open, so the test above tests what it says', () => {
    assert.deepEqual(ends().responder.open(handMade(0, 7, HELLO)), ok('payload', HELLO))
    assert.deepEqual(handMade(0, 0, HELLO), sealed(ends().initiator, HELLO))
  })

  test('any octets give an outcome and never an exception', () => {
    const { responder } = ends()
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (octets) => {
        assert.equal(responder.open(octets).ok, false)
      }),
    )
  })
})

describe('counters', () => {
  const LAST = 0xffff_ffff

  test('end with one kept back for closing', () => {
    const initiator = start('initiator', { firstCounter: LAST - 1 })
    const responder = start('responder', { firstCounter: LAST - 1 })
    assert.deepEqual(responder.open(sealed(initiator, HELLO)), ok('payload', HELLO))
    assert.deepEqual(initiator.seal(HELLO), { ok: false, code: 'ERR_RECORD_LIMIT' })
    assert.deepEqual(responder.open(sealed(initiator, HELLO, 'close')), ok('close', HELLO))
    assert.deepEqual(initiator.seal(HELLO, 'close'), { ok: false, code: 'ERR_RECORD_LIMIT' })
  })

  test('never make the same nonce, so equal payloads give different octets', () => {
    const { initiator } = ends()
    const seen = new Set(
      Array.from({ length: 100 }, () => sealed(initiator, HELLO).subarray(10).toString()),
    )
    assert.equal(seen.size, 100)
  })
})

describe('exported secrets', () => {
  test('are equal at both ends, and different for every label, length, root and transcript', () => {
    const { initiator, responder } = ends()
    assert.equal(exported(initiator, 'resume'), exported(responder, 'resume'))
    const others = [
      exported(initiator, 'other'),
      exported(initiator, 'resume '),
      exported(start('initiator', { root: new Uint8Array(64) }), 'resume'),
      exported(start('initiator', { transcript: new Uint8Array(32) }), 'resume'),
    ]
    assert.equal(new Set([...others, exported(initiator, 'resume')]).size, 5)
    assert.equal(initiator.export('resume', 17).octets, 17)
  })

  test('do not change as records go by', () => {
    const { initiator } = ends()
    const before = initiator.export('resume', 32).expose()
    sealed(initiator, HELLO)
    assert.deepEqual(initiator.export('resume', 32).expose(), before)
  })

  test('are gone after wiping, and so are the keys', () => {
    const { initiator } = ends()
    initiator.wipe()
    assert.throws(() => initiator.export('resume', 32), wiped)
    assert.throws(() => initiator.seal(HELLO), wiped)
    assert.throws(() => initiator.open(sealed(ends().responder, HELLO)), wiped)
    initiator.wipe()
  })
})

interface Start {
  readonly root?: Uint8Array
  readonly transcript?: Uint8Array
  readonly firstCounter?: number
}

function start(role: SessionRole, options: Start = {}): PlainRecords {
  const { root = ROOT, transcript = TRANSCRIPT, firstCounter = 0 } = options
  return plainRecords(new Secret(root.slice()), role, transcript, firstCounter)
}

function ends(): { readonly initiator: PlainRecords; readonly responder: PlainRecords } {
  return { initiator: start('initiator'), responder: start('responder') }
}

function sealed(from: PlainRecords, payload: Uint8Array, close?: 'close'): Uint8Array {
  const record = from.seal(payload, close)
  assert.ok(record.ok)
  return record.value
}

/** A record of the initiator's, put together from the description alone. */
function handMade(flags: number, counter: number, payload: Uint8Array): Uint8Array {
  const head = Uint8Array.of(1, flags, 0, 0, 0, 0, 0, 0, 0, counter)
  const block = hkdf('sha512', ROOT, TRANSCRIPT, utf8('hufu/1 session epoch 0'), 216)
  const nonce = block.slice(32, 44)
  nonce[11]! ^= counter
  const key = bulkKey(block.slice(0, 32))
  return atOnce(key.seal({ nonce, head, parts: [payload], room: 0 }))
}

function ok(kind: 'payload' | 'close', payload: Uint8Array): unknown {
  return { ok: true, value: { kind, epoch: 0, change: undefined, payload } }
}

function wiped(error: unknown): boolean {
  return error instanceof HufuError && error.code === 'ERR_SECRET_WIPED'
}

function exported(from: PlainRecords, label: string, octets = 32): string {
  return from.export(label, octets).expose().toString()
}
