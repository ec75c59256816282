import assert from 'node:assert/strict'
import { test } from 'node:test'
import { _map_to_curve_elligator2_curve25519 as nobleMap, x25519 } from '@noble/curves/ed25519.js'
import * as fc from 'fast-check'

import { hex, unhex } from './bytes.ts'
import { elligator2 } from './elligator2.ts'

const P = 2n ** 255n - 19n

test('maps like the straight-line program of RFC 9380', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (octets) => {
      assert.equal(hex(elligator2(octets)), hex(byTheBook(octets)))
    }),
    { numRuns: 300 },
  )
})

test('maps the ends of the range too', () => {
  const ends = ['00', '01', 'ff'].map((octet) => octet + '00'.repeat(31))
  const high = ['ec', 'ed', 'ee', 'ff'].map((octet) => octet + 'ff'.repeat(30) + '7f')
  for (const digits of [...ends, ...high]) {
    assert.equal(hex(elligator2(unhex(digits))), hex(byTheBook(unhex(digits))), digits)
  }
})

test('ignores bit 255', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (octets) => {
      const other = octets.slice()
      other[31] = (other[31] ?? 0) ^ 0x80
      assert.deepEqual(elligator2(other), elligator2(octets))
    }),
    { numRuns: 20 },
  )
})

test('gives a point that X25519 can multiply', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (octets) => {
      assert.equal(x25519.scalarMult(octets, elligator2(octets)).length, 32)
    }),
    { numRuns: 20 },
  )
})

/** noble's own map, whose name is marked as not stable: good for a test. */
function byTheBook(octets: Uint8Array): Uint8Array {
  const { xMn, xMd } = nobleMap((littleEndian(octets) % 2n ** 255n) % P)
  const u = (xMn * power(xMd, P - 2n)) % P
  return unhex(u.toString(16).padStart(64, '0')).toReversed()
}

function littleEndian(octets: Uint8Array): bigint {
  return BigInt('0x' + hex(octets.toReversed()))
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n
  let square = base % P
  for (let left = exponent; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) result = (result * square) % P
    square = (square * square) % P
  }
  return result
}
