import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from '../../crypto/index.ts'
import { decodesIntoItsOwn } from '../../testing/values.testing.ts'
import { codec } from '../../wire/schema.ts'
import { pairFromServer, pairFromTerminal } from './messages.ts'

const share = random(32)
const tag = random(64)
const associated = random(1_500)
const pairing = random(16)
const opening = random(32)
const sid = random(16)
const spans = { answerMs: 60_000, confirmMs: 30_000 }

/** One of each kind; where a field may be null, once with and once without. */
const SAMPLES = [
  { type: 'pair.open', ref: 1, again: null },
  { type: 'pair.open', ref: 1, again: '4821' },
  { type: 'pair.claim', ref: 2, name: 'ann' },
  { type: 'pair.meet', ref: 3, meeting: random(16), stay: true },
  { type: 'pair.attend', ref: 6 },
  { type: 'pair.withdraw', ref: 4 },
  { type: 'pair.request', ref: 5, to: { kind: 'slot', at: '4821' }, sid, share, associated },
  { type: 'pair.request', ref: 5, to: { kind: 'name', at: 'ann' }, sid, share, associated },
  { type: 'pair.answer', pairing, share, associated, tag },
  { type: 'pair.confirm', pairing, tag, opening },
  { type: 'pair.fail', pairing, reason: 'declined' },
  { type: 'pair.fail', pairing, reason: 'mismatch' },
  { type: 'pair.stands', pairing },
  { type: 'pair.opened', ref: 1, slot: '4821', lifetimeMs: 600_000 },
  { type: 'pair.claimed', ref: 2 },
  { type: 'pair.attending', ref: 6, user: 'ann@hufu.example' },
  { type: 'pair.met', ref: 3, role: 'first' },
  { type: 'pair.met', ref: 3, role: 'second' },
  { type: 'pair.ring', ref: 1, pairing, sid, share, associated, ...spans },
  { type: 'pair.requested', ref: 5, pairing, ...spans },
  { type: 'pair.answered', pairing, share, associated, tag },
  { type: 'pair.verdict', pairing, session: random(16), confirm: { tag, opening }, code: null },
  { type: 'pair.verdict', pairing, session: random(16), confirm: null, code: null },
  { type: 'pair.verdict', pairing, session: null, confirm: null, code: 'ERR_PAIR_REFUSED' },
] as const

const kinds = [...pairFromTerminal, ...pairFromServer]
const all = codec(kinds)

test('every message comes out as it went in', () => {
  assert.deepEqual(
    new Set(SAMPLES.map((sample) => sample.type)),
    new Set(kinds.map((kind) => kind.type)),
    'a sample of each',
  )
  for (const sample of SAMPLES) {
    assert.deepEqual(all.decode(all.encode(sample)), { ok: true, value: sample })
    assert.ok(decodesIntoItsOwn(all, sample))
  }
})

test('tags are their own, and in the range of pair', () => {
  assert.equal(new Set(kinds.map((kind) => kind.tag)).size, kinds.length)
  const own = (tag: number): boolean => (tag >= 32 && tag < 48) || tag === 80 || tag === 81
  assert.ok(kinds.every((kind) => own(kind.tag)))
})

test('sizes are exact: a share, tag, id or string that is an octet short is refused', () => {
  for (const sample of SAMPLES) {
    for (const [name, value] of Object.entries(sample)) {
      if (!(value instanceof Uint8Array) || name === 'associated') continue
      for (const other of [value.subarray(1), Uint8Array.of(0, ...value)]) {
        const decoded = all.decode(all.encode({ ...sample, [name]: other }))
        assert.deepEqual(decoded, { ok: false, code: 'ERR_WIRE_SCHEMA' }, `${sample.type} ${name}`)
      }
    }
  }
})

test('what the terminal may send, the server may not, and the other way', () => {
  const [fromTerminal, fromServer] = [codec(pairFromTerminal), codec(pairFromServer)]
  for (const sample of SAMPLES) {
    const octets = all.encode(sample)
    const accepted = [fromTerminal.decode(octets).ok, fromServer.decode(octets).ok]
    assert.deepEqual(accepted.filter(Boolean), [true], sample.type)
  }
})
