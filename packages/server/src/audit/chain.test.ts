import assert from 'node:assert/strict'
import { test } from 'node:test'
import { concat, sha256, utf8 } from '@hufu/protocol/crypto'
import { encodeCbor } from '@hufu/protocol/wire'
import fc from 'fast-check'
import { entryHash, NOTHING } from './chain.ts'
import type { EntryRow } from './entry.ts'

const number = fc.oneof(
  fc.maxSafeNat(),
  fc.constantFrom(0, 23, 24, 255, 256, 65_535, 65_536, 0xffff_ffff, 0x1_0000_0000),
)
// 24, 256 and 65,536 units and octets are where a head grows
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.integer({ min: 0, max: 300 }).map((units) => 'é'.repeat(units)),
  fc.constantFrom('', 'ü'.repeat(12), '界'.repeat(8), '界'.repeat(86), '😀'.repeat(16_400)),
)
const row: fc.Arbitrary<EntryRow> = fc.record({
  seq: number,
  at: number,
  actor: text,
  action: text,
  objectKind: text,
  objectId: text,
  outcome: text,
  detail: text,
})

test('the hash is over label, hash before and the canonical CBOR of the entry', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), row, (previous, entry) => {
      const { seq, at, actor, action, objectKind, objectId, outcome, detail } = entry
      const fields = [seq, at, actor, action, objectKind, objectId, outcome, detail]
      const cbor = encodeCbor(fields)
      const expected = sha256(concat(utf8('hufu/1 audit entry'), previous, cbor))
      assert.deepEqual(entryHash(previous, entry), expected)
    }),
  )
})

test('what was hashed before leaves no trace', () => {
  const short = { ...empty, detail: '{}' }
  const first = entryHash(NOTHING, short)
  entryHash(NOTHING, { ...empty, detail: 'x'.repeat(100_000) })
  assert.deepEqual(entryHash(NOTHING, short), first)
})

const empty: EntryRow = {
  seq: 1,
  at: 2,
  actor: '',
  action: '',
  objectKind: '',
  objectId: '',
  outcome: '',
  detail: '',
}
