import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'

import { HufuError } from '../wire/errors.ts'
import {
  base64url,
  concat,
  equal,
  hex,
  shortArray,
  text,
  unbase64url,
  unhex,
  utf8,
  wipe,
} from './bytes.ts'
import { equalOctets as equalInNode } from './node/equal.ts'
import { equalOctets as equalInNoble } from './noble/equal.ts'
import { Secret } from './secret.ts'

const octets = fc.uint8Array({ maxLength: 70 })

test('concat joins in order and shares nothing', () => {
  fc.assert(
    fc.property(fc.array(octets), (parts) => {
      assert.deepEqual(
        [...concat(...parts)],
        parts.flatMap((part) => [...part]),
      )
    }),
  )
  const part = Uint8Array.of(1)
  concat(part).fill(9)
  assert.deepEqual(part, Uint8Array.of(1))
})

test('hex and base64url are those of the platform', () => {
  fc.assert(
    fc.property(octets, (bytes) => {
      const buffer = Buffer.from(bytes)
      assert.equal(hex(bytes), buffer.toString('hex'))
      assert.equal(base64url(bytes), buffer.toString('base64url'))
      assert.deepEqual(unhex(hex(bytes)), bytes)
      assert.deepEqual(unbase64url(base64url(bytes)), bytes)
    }),
  )
})

test('unhex refuses what is not hexadecimal', () => {
  for (const digits of ['0', '0g', '0x', ' 00', '+1', '１１']) {
    assert.throws(() => unhex(digits), inputError, digits)
  }
  assert.deepEqual(unhex('aBcD'), Uint8Array.of(0xab, 0xcd))
})

test('every text of base64url stands for one value at most', () => {
  for (const letters of [
    'A',
    'AA=',
    'AA==',
    'AB',
    'AAB',
    'A+',
    'A/',
    'A A',
    ' AA',
    'AA\n',
    'AAAAA',
    'é',
  ]) {
    assert.equal(unbase64url(letters), undefined, JSON.stringify(letters))
  }
  fc.assert(
    fc.property(fc.string({ maxLength: 9 }), (letters) => {
      const bytes = unbase64url(letters)
      assert.ok(bytes === undefined || base64url(bytes) === letters)
    }),
  )
})

test('text inverts utf8 and refuses all malformed octets', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (written) => {
      assert.equal(text(utf8(written)), written)
    }),
  )
  fc.assert(
    fc.property(octets, (bytes) => {
      const read = text(bytes)
      assert.ok(read === undefined || equal(utf8(read), bytes))
    }),
  )
  for (const malformed of ['ff', 'c080', 'eda080', 'f4908080', 'e282']) {
    assert.equal(text(unhex(malformed)), undefined, malformed)
  }
})

test('text keeps a byte order mark', () => {
  assert.equal(text(unhex('efbbbf41')), '\uFEFFA')
})

test('equal says so for the same octets only', () => {
  fc.assert(
    fc.property(octets, octets, (a, b) => {
      assert.equal(equal(a, b), Buffer.compare(a, b) === 0)
      assert.ok(equal(a, a.slice()))
    }),
  )
  assert.ok(!equal(Uint8Array.of(0), Uint8Array.of()))
})

test('both backends see a difference in any place', () => {
  for (const equalOctets of [equalInNode, equalInNoble]) {
    assert.ok(equalOctets(new Uint8Array(40), new Uint8Array(40)))
    for (let at = 0; at < 40 * 8; at++) {
      const other = new Uint8Array(40)
      other[at >> 3] = 1 << (at & 7)
      assert.ok(!equalOctets(new Uint8Array(40), other), `bit ${at}`)
    }
  }
})

test('wipe zeroes arrays and secrets', () => {
  const array = Uint8Array.of(1, 2, 3)
  const inside = Uint8Array.of(4, 5, 6)
  const secret = new Secret(inside)
  wipe(array, secret)
  assert.deepEqual(array, new Uint8Array(3))
  assert.deepEqual(inside, new Uint8Array(3))
  assert.throws(() => secret.expose(), { code: 'ERR_SECRET_WIPED' })
})

function inputError(error: unknown): boolean {
  return error instanceof HufuError && error.code === 'ERR_CRYPTO_INPUT'
}

test('short arrays are zeros, as long as asked for, and share nothing', () => {
  const arrays = Array.from({ length: 2_000 }, (_, at) => shortArray(1 + (at % 17)))
  for (const [at, array] of arrays.entries()) {
    assert.deepEqual(array, new Uint8Array(1 + (at % 17)))
    array.fill(1 + (at % 255))
  }
  for (const [at, array] of arrays.entries())
    assert.ok(
      array.every((octet) => octet === 1 + (at % 255)),
      `${at}`,
    )
})
