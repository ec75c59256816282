import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { pack, unpack } from './pack.ts'

test('whatever is packed comes back the same', () => {
  const leaf = fc.oneof(
    fc.string(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).filter((number) => !Object.is(number, -0)),
    fc.boolean(),
    fc.bigInt(),
    fc.constantFrom(null, undefined),
    fc.uint8Array(),
  )
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      leaf,
      fc.array(tie('value')),
      fc.dictionary(fc.stringMatching(/^[a-z_]+$/), tie('value')),
    ),
  }))
  fc.assert(
    fc.property(value, (one) => {
      assert.deepEqual(normal(unpack(pack(one))), normal(one))
    }),
  )
})

test('octets are found wherever the packed ones stand', () => {
  const packed = pack({ secret: Uint8Array.of(1, 2, 3), rest: [Uint8Array.of(), Uint8Array.of(9)] })
  const elsewhere = new Uint8Array(packed.length + 5)
  elsewhere.set(packed, 5)
  assert.deepEqual(unpack(elsewhere.subarray(5)), {
    secret: Uint8Array.of(1, 2, 3),
    rest: [Uint8Array.of(), Uint8Array.of(9)],
  })
})

test('what would be lost on the way is refused', () => {
  class Hidden {
    readonly #octets = new Uint8Array(32)
    get length(): number {
      return this.#octets.length
    }
  }
  for (const lost of [new Hidden(), new Map([[1, 2]]), () => 1, Symbol('x'), NaN, { $: 1 }])
    assert.throws(() => pack({ lost }), TypeError)
})

test('what was cut off is not read', () => {
  const packed = pack({ a: 'text', b: 1 })
  for (let octets = 0; octets < packed.length; octets++)
    assert.throws(() => unpack(packed.subarray(0, octets)))
})

/** Prototypes do not matter here: fast-check's dictionaries have none. */
function normal(value: unknown): unknown {
  if (value instanceof Uint8Array || typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(normal)
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, normal(each)]))
}
