import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { cborValue, decodesIntoItsOwn, hostileOctets } from '../testing/values.testing.ts'
import { encodeCbor, type Value } from './cbor.ts'
import {
  bytes,
  codec,
  flag,
  list,
  literal,
  message,
  nullable,
  oneOf,
  string,
  tuple,
  uint,
  type Field,
} from './schema.ts'

const octets = (length: number): Uint8Array => new Uint8Array(length)

interface Case {
  readonly field: Field<unknown>
  readonly taken: readonly Value[]
  readonly refused: readonly Value[]
}

/** Values of every other kind: what a field must refuse beside its own bounds. */
const SCALARS: readonly Value[] = [0, 'word', true, null, octets(4), []]

const CASES: Readonly<Record<string, Case>> = {
  'uint(9)': { field: uint(9), taken: [0, 9], refused: [10, ...SCALARS.slice(1)] },
  'bytes(4)': {
    field: bytes(4),
    taken: [octets(4)],
    refused: [octets(3), octets(5), ...SCALARS.filter((v) => !(v instanceof Uint8Array))],
  },
  'bytes(1, 4)': {
    field: bytes(1, 4),
    taken: [octets(1), octets(4)],
    refused: [octets(0), octets(5), 'word'],
  },
  'string(4)': {
    field: string(4),
    taken: ['', 'word', '😀😀'],
    refused: ['words', '😀😀!', 'a\ud800', '\udc00', ...SCALARS.filter((v) => v !== 'word')],
  },
  'flag()': {
    field: flag(),
    taken: [true, false],
    refused: SCALARS.filter((v) => v !== true),
  },
  oneOf: {
    field: oneOf('left', 'right'),
    taken: ['left', 'right'],
    refused: ['', 'Left', 'leftright', 0, null],
  },
  literal: { field: literal('only'), taken: ['only'], refused: ['Only', 'only ', 0, null] },
  nullable: { field: nullable(uint(9)), taken: [null, 3], refused: [10, 'word', false, []] },
  list: {
    field: list(uint(9), 2),
    taken: [[], [1], [1, 2]],
    refused: [[1, 2, 3], [10], [[1]], 1, null, octets(1)],
  },
  tuple: {
    field: tuple({ a: uint(9), b: nullable(flag()) }),
    taken: [],
    refused: [[], [1], [1, true, 0], [true, 1], [10, true], 1, null],
  },
}

describe('fields', () => {
  for (const [name, { field, taken, refused }] of Object.entries(CASES)) {
    test(`${name} takes what it should and refuses the rest`, () => {
      for (const value of taken) {
        assert.deepEqual(field.read(value), value)
        assert.deepEqual(field.write(value), value)
      }
      for (const value of refused) assert.equal(field.read(value), undefined, String(value))
    })
  }

  test('a tuple gives its positions names, and writes them in the same order', () => {
    const pair = tuple({ a: uint(9), b: string(9) })
    assert.deepEqual(pair.read([1, 'x']), { a: 1, b: 'x' })
    assert.deepEqual(pair.write({ b: 'x', a: 1 }), [1, 'x'])
  })

  test('no number but a whole one from zero up passes for one', () => {
    for (const value of [-1, 0.5, Number.NaN, Infinity, 2 ** 53]) {
      assert.equal(uint(Number.MAX_SAFE_INTEGER).read(value), undefined)
    }
  })
})

const First = message('first', 1, { count: uint(9), inner: tuple({ key: bytes(2) }) })
const Second = message('second', 2, { words: list(string(9), 3) })
const both = codec([First, Second])

describe('a codec', () => {
  test('tells its messages apart by their tags', () => {
    const first = { type: 'first', count: 3, inner: { key: octets(2) } } as const
    const second = { type: 'second', words: ['a', 'b'] } as const
    for (const sent of [first, second]) {
      assert.deepEqual(both.decode(both.encode(sent)), { ok: true, value: sent })
      assert.ok(decodesIntoItsOwn(both, sent))
    }
    assert.deepEqual(both.encode(first), encodeCbor([1, 3, [octets(2)]]))
  })

  test('says what is wrong: octets, a message it does not know, or fields', () => {
    const code = (value: Value): unknown => both.decode(encodeCbor(value))
    assert.deepEqual(both.decode(octets(2)), { ok: false, code: 'ERR_WIRE_MALFORMED' })
    assert.deepEqual(code([3, 1]), { ok: false, code: 'ERR_WIRE_UNEXPECTED' })
    for (const wrong of [
      [],
      ['first'],
      [null],
      1,
      [1],
      [1, 3, [octets(2)], 0],
      [1, 3, octets(2)],
    ]) {
      assert.deepEqual(code(wrong), { ok: false, code: 'ERR_WIRE_SCHEMA' })
    }
    assert.deepEqual(both.decode(octets(20), 10), { ok: false, code: 'ERR_WIRE_OVERSIZE' })
  })

  test('takes any octets without an exception, and only what it would send itself', () => {
    const genuine = cborValue(3).map((value) => encodeCbor([1, 3, value]))
    fc.assert(
      fc.property(hostileOctets(genuine), (any) => {
        const decoded = both.decode(any)
        if (decoded.ok) assert.deepEqual(both.encode(decoded.value), any)
        else assert.match(decoded.code, /^ERR_WIRE_/)
      }),
    )
  })
})
