import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as cbor2 from 'cbor2'
import * as cborg from 'cborg'
import * as fc from 'fast-check'
import { concat, hex, unhex } from '../crypto/index.ts'
import { cborValue, hostileOctets } from '../testing/values.testing.ts'
import { decodeCbor, encodeCbor, MAX_CONTROL_OCTETS, MAX_DEPTH, type Value } from './cbor.ts'

/**
 * Another implementation in its strictest mode (dCBOR, draft-mcnally-deterministic-cbor), as a second opinion. Unicode
 * normalisation is the one rule of dCBOR's that is not ours: text is compared octet by octet.
 */
const DCBOR_ENCODE = { ...cbor2.dcborEncodeOptions, stringNormalization: null }
const DCBOR_DECODE = { ...cbor2.dcborDecodeOptions, rejectStringsNotNormalizedAs: null }

/** Octets that stand for no value of ours, or not in the one form that is accepted (RFC 8949). */
const MALFORMED: Readonly<Record<string, string>> = {
  'an integer in a longer head than it needs': '811801',
  'a length in a longer head than it needs': '9800',
  'a length of octets in a longer head than it needs': '580100',
  'a duplicate key': 'a201010102',
  'unsorted keys': 'a202010101',
  'any map, even an empty one': 'a0',
  'an array of indefinite length': '9fff',
  'octets of indefinite length': '5f4100ff',
  'text of indefinite length': '7f6161ff',
  'an octet too many': '8000',
  'a whole second item': '8080',
  'float64 1.0': 'fb3ff0000000000000',
  'float16 1.0': 'f93c00',
  'float16 0.0': 'f90000',
  NaN: 'f97e00',
  infinity: 'f97c00',
  'text that is no UTF-8': '61ff',
  'text cut within a letter': '62e282',
  'an overlong slash': '62c0af',
  'a lone surrogate': '63eda080',
  undefined: 'f7',
  'a simple value without a name': 'f0',
  'false in two octets': 'f814',
  'a break without a beginning': 'ff',
  'tag 0': 'c06161',
  'a bignum': 'c249010000000000000000',
  'a negative bignum': 'c349010000000000000000',
  'minus one': '20',
  'minus 256': '38ff',
  'an integer beyond 2^53': '1b0020000000000000',
  'the greatest integer': '1bffffffffffffffff',
  'a reserved head': '1c',
  'octets of a huge length': '5bffffffffffffffff',
  'text of a huge length': '7b7fffffffffffffff',
  'an array of a huge length': '9bffffffffffffffff',
  'an array of 2^32 - 1': '9affffffff',
  nothing: '',
}

describe('canonical CBOR', () => {
  for (const [what, octets] of Object.entries(MALFORMED)) {
    test(`refuses ${what}`, () => {
      assert.deepEqual(decodeCbor(unhex(octets)), { ok: false, code: 'ERR_WIRE_MALFORMED' })
      const nested = concat(unhex('8200'), unhex(octets))
      assert.equal(decodeCbor(nested).ok, false, 'nor inside an array')
    })
  }

  test('refuses every prefix of a value', () => {
    const whole = encodeCbor([1, 300, 'text', new Uint8Array(30), [null, true, ['x']], 2 ** 40])
    for (let length = 0; length < whole.length; length += 1) {
      const cut = decodeCbor(whole.subarray(0, length))
      assert.deepEqual(cut, { ok: false, code: 'ERR_WIRE_MALFORMED' }, `${length} octets`)
    }
    assert.ok(decodeCbor(whole).ok)
  })

  test('goes eight arrays deep, and no deeper', () => {
    assert.ok(decodeCbor(nestedArrays(MAX_DEPTH)).ok)
    for (const depth of [MAX_DEPTH + 1, 2_000, MAX_CONTROL_OCTETS]) {
      assert.deepEqual(decodeCbor(nestedArrays(depth)), { ok: false, code: 'ERR_WIRE_DEPTH' })
    }
  })

  test('counts depth, not how many arrays there are', () => {
    const flat: Value = Array.from({ length: 50 }, () => [])
    assert.deepEqual(decodeCbor(encodeCbor(flat)), { ok: true, value: flat })
  })

  test('takes so many octets and not one more, whatever they say', () => {
    const octets = encodeCbor(new Uint8Array(MAX_CONTROL_OCTETS - 3))
    assert.equal(octets.length, MAX_CONTROL_OCTETS)
    assert.ok(decodeCbor(octets).ok)
    const longer = new Uint8Array(MAX_CONTROL_OCTETS + 1).fill(0xff)
    assert.deepEqual(decodeCbor(longer), { ok: false, code: 'ERR_WIRE_OVERSIZE' })
    assert.deepEqual(decodeCbor(octets, 100), { ok: false, code: 'ERR_WIRE_OVERSIZE' })
  })

  test('gives out octets of its own', () => {
    const octets = encodeCbor([Uint8Array.of(1, 2, 3)])
    const decoded = decodeCbor(octets)
    const first = encodeCbor(['first'])
    const asItWas = hex(first)
    octets.fill(0xff)
    encodeCbor(['other'])
    assert.deepEqual(decoded, { ok: true, value: [Uint8Array.of(1, 2, 3)] })
    assert.equal(hex(first), asItWas)
  })
})

describe('for any value and any octets', () => {
  test('decoding undoes encoding', () => {
    fc.assert(
      fc.property(cborValue(4), (value) => {
        assert.deepEqual(decodeCbor(encodeCbor(value)), { ok: true, value })
      }),
    )
  })

  test('there is an outcome, and what is accepted has this one form', () => {
    const genuine = cborValue(3).map(encodeCbor)
    fc.assert(
      fc.property(hostileOctets(genuine), (octets) => {
        const decoded = decodeCbor(octets)
        if (decoded.ok) assert.deepEqual(encodeCbor(decoded.value), octets)
        else assert.match(decoded.code, /^ERR_WIRE_(MALFORMED|DEPTH|OVERSIZE)$/)
      }),
      { numRuns: 1_500 },
    )
  })

  test('a second implementation writes the same octets and reads the same value', () => {
    fc.assert(
      fc.property(cborValue(4), (value) => {
        const octets = encodeCbor(value)
        assert.equal(hex(cbor2.encode(value, DCBOR_ENCODE)), hex(octets))
        assert.equal(hex(encodeCbor(readByTheOther(octets))), hex(octets))
      }),
    )
  })

  test('a second implementation accepts whatever is accepted', () => {
    const genuine = cborValue(3).map(encodeCbor)
    fc.assert(
      fc.property(hostileOctets(genuine), (octets) => {
        const decoded = decodeCbor(octets)
        if (decoded.ok) assert.equal(hex(encodeCbor(readByTheOther(octets))), hex(octets))
      }),
      { numRuns: 1_000 },
    )
  })
})

/** `[[[…]]]`, so many arrays in all. */
function nestedArrays(depth: number): Uint8Array {
  const octets = new Uint8Array(depth).fill(0x81)
  octets[depth - 1] = 0x80
  return octets
}

/** What the second implementation reads; it throws for what it refuses. */
function readByTheOther(octets: Uint8Array): Value {
  return cbor2.decode(octets, DCBOR_DECODE)
}

describe('beside cborg, a third implementation', () => {
  test('every value of ours is written alike, and read back alike', () => {
    fc.assert(
      fc.property(cborValue(3), (value) => {
        const octets = encodeCbor(value)
        assert.deepEqual(octets, Uint8Array.from(cborg.encode(value)))
        assert.deepEqual(decodeCbor(octets), { ok: true, value: cborg.decode(octets) })
      }),
    )
  })

  test('what we accept of hostile octets, it reads as the same value', () => {
    fc.assert(
      fc.property(hostileOctets(cborValue(3).map(encodeCbor)), (octets) => {
        const ours = decodeCbor(octets)
        if (ours.ok) assert.deepEqual(cborg.decode(octets), ours.value)
      }),
    )
  })
})

test('a value read from a Buffer does not share its memory', () => {
  const octets = Buffer.from('814161', 'hex')
  const read = decodeCbor(octets)
  octets.fill(0)
  assert.deepEqual(read, { ok: true, value: [Uint8Array.of(0x61)] })
})

test('what cannot be written is the caller’s mistake', () => {
  for (const value of [-1, 1.5, 2 ** 53, 'half \ud800'])
    assert.throws(() => encodeCbor(value), { code: 'ERR_CALL_ORDER' })
})
