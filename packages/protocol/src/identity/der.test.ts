import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { concat, hex, unhex, utf8 } from '../crypto/index.ts'
import {
  bitString,
  boolean,
  der,
  integer,
  octetString,
  oid,
  sequence,
  time,
} from '../testing/der.testing.ts'
import { hostileOctets } from '../testing/values.testing.ts'
import {
  asciiOf,
  booleanOf,
  itemsOf,
  namedBitsOf,
  oidOf,
  readDer,
  timeOf,
  unsignedOf,
  wholeBitsOf,
  type DerItem,
} from './der.ts'

const read = (digits: string): DerItem | undefined => readDer(unhex(digits))

test('what is written is read, with the octets that it was written as', () => {
  const first = integer(Uint8Array.of(1, 2))
  const whole = sequence(first, octetString(utf8('x')), der(0xa0, boolean(true)))
  const item = readDer(whole)
  assert.deepEqual(item?.whole, whole)
  const items = itemsOf(item)
  assert.deepEqual(
    items?.map(({ tag }) => tag),
    [2, 4, 0xa0],
  )
  assert.deepEqual(items?.[0]?.whole, first)
  assert.equal(booleanOf(itemsOf(items?.[2], 0xa0)?.[0]), true)
  assert.equal(itemsOf(item, 0x31), undefined)
})

test('a length has one form', () => {
  const of = (octets: number): Uint8Array => octetString(new Uint8Array(octets))
  for (const octets of [0, 1, 127, 128, 255, 256, 4_000, 65_535])
    assert.equal(readDer(of(octets))?.content.length, octets)
  for (const digits of [
    '0480', // indefinite
    '04800000',
    '04810101', // one octet would do
    `04817f${'00'.repeat(127)}`,
    `048200ff${'00'.repeat(255)}`, // with a leading zero
    `0483000100${'00'.repeat(256)}`, // in more octets than are taken
    '0402ff', // longer than there is
    '04',
    '0481',
    '048201',
  ])
    assert.equal(read(digits), undefined, digits)
})

test('a tag is one of those that are known', () => {
  for (const digits of ['0000', '1f0100', '7f0100', '2400', '2300', '6000', 'e000', 'c000', '3f00'])
    assert.equal(read(digits), undefined, digits)
  for (const digits of ['3000', '3100', 'a000', '8000', '0500']) assert.ok(read(digits), digits)
})

test('nothing may stand behind the one item', () => {
  assert.equal(read('050000'), undefined)
  assert.equal(read(''), undefined)
})

test('items stand in items twelve deep', () => {
  const nested = (depth: number): Uint8Array =>
    depth === 0 ? new Uint8Array(0) : sequence(nested(depth - 1))
  assert.ok(readDer(nested(12)))
  assert.equal(readDer(nested(13)), undefined)
})

test('numbers, truths and bits have one form each', () => {
  const number = (digits: string): string | undefined => {
    const octets = unsignedOf(read(digits))
    return octets && hex(octets)
  }
  assert.equal(number('020100'), '00')
  assert.equal(number('02017f'), '7f')
  assert.equal(number('02020080'), '80')
  for (const bad of ['0200', '020180', '0202007f', '02020000', '040101'])
    assert.equal(number(bad), undefined, bad)
  assert.deepEqual(
    ['0101ff', '010100', '010101', '0100', '0102ffff'].map((each) => booleanOf(read(each))),
    [true, false, undefined, undefined, undefined],
  )
  assert.deepEqual(wholeBitsOf(readDer(bitString(utf8('a')))), utf8('a'))
  assert.equal(wholeBitsOf(read('03020780')), undefined)
  assert.equal(wholeBitsOf(read('0300')), undefined)
})

test('bits with names are counted from the first', () => {
  const bits = (digits: string): string | undefined => {
    const bit = namedBitsOf(read(digits))
    return bit && Array.from({ length: 12 }, (_, at) => (bit(at) ? '1' : '0')).join('')
  }
  assert.equal(bits('03020780'), '100000000000')
  assert.equal(bits('0303040ff0'), '000011111111')
  assert.equal(bits('030100'), '000000000000')
  for (const bad of ['0300', '030101', '03020881', '03020781'])
    assert.equal(bits(bad), undefined, bad)
})

test('object identifiers of any size are read back', () => {
  const arc = fc.oneof(fc.nat(), fc.bigInt(0n, 2n ** 128n)).map(String)
  const top = fc.oneof(
    fc.tuple(fc.constantFrom('0', '1'), fc.nat(39).map(String)),
    fc.tuple(fc.constant('2'), arc),
  )
  fc.assert(
    fc.property(top, fc.array(arc, { maxLength: 2 }), (first, rest) => {
      const dotted = [...first, ...rest].join('.')
      assert.equal(oidOf(readDer(oid(dotted))), dotted)
    }),
  )
  for (const bad of ['0600', '060180', '06028001', '06022a80', `0641${'01'.repeat(65)}`])
    assert.equal(oidOf(read(bad)), undefined, bad)
})

test('times are dates, in the form of their century', () => {
  for (const at of [
    '1950-01-01T00:00:00Z',
    '1999-12-31T23:59:59Z',
    '2049-12-31T23:59:59Z',
    '2050-01-01T00:00:00Z',
    '2024-02-29T12:00:00Z',
  ])
    assert.equal(timeOf(readDer(time(Date.parse(at)))), Date.parse(at), at)
  const utc = (digits: string): number | undefined => timeOf(readDer(der(0x17, utf8(digits))))
  const general = (digits: string): number | undefined => timeOf(readDer(der(0x18, utf8(digits))))
  for (const bad of [
    '2311220000Z',
    '231122000000',
    '231122000000+0000',
    '23113100000Z',
    '231131000000Z',
    '230229000000Z',
    '231122240000Z',
    '231122006000Z',
    '231122000060Z',
    '23112200000-Z',
    '',
  ])
    assert.equal(utc(bad), undefined, bad)
  assert.equal(general('20231122000000Z'), undefined)
  assert.equal(general('20500101000000.5Z'), undefined)
  assert.equal(general('99991231235959Z'), Date.parse('9999-12-31T23:59:59Z'))
})

test('names are printable ASCII', () => {
  assert.equal(asciiOf(utf8('a@b')), 'a@b')
  for (const bad of ['a b', 'ä@b', 'a\0@b', 'a\n']) assert.equal(asciiOf(utf8(bad)), undefined)
})

test('any octets are read whole, as they are written, or not at all', () => {
  const genuine = fc.constantFrom(
    sequence(oid('1.2.840.10045.2.1'), der(0xa3, bitString(utf8('abc')))),
    sequence(time(0), sequence(integer(Uint8Array.of(0x80)), boolean(true))),
  )
  fc.assert(
    fc.property(hostileOctets(genuine), (octets) => {
      const item = readDer(octets)
      if (item === undefined) return
      assert.deepEqual(written(item), Uint8Array.from(octets))
      void [oidOf(item), timeOf(item), unsignedOf(item), namedBitsOf(item), booleanOf(item)]
    }),
    { numRuns: 500 },
  )
})

/** An item written again from its parts. */
function written({ tag, content, items }: DerItem): Uint8Array {
  return der(tag, (tag & 0x20) === 0 ? content : concat(...items.map(written)))
}
