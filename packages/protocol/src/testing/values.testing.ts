import * as fc from 'fast-check'
import type { Value } from '../wire/cbor.ts'
import type { Codec } from '../wire/schema.ts'

/** Any code point but the surrogates. fast-check's own tables of them take a second to build. */
const codePoint = fc
  .oneof(fc.nat(0x7f), fc.nat(0xd7ff), fc.integer({ min: 0xe000, max: 0x10ffff }))
  .map((code) => String.fromCodePoint(code))

/** Well-formed text, from empty to `units` code points, with every plane of Unicode in it. */
export function anyText(units: number): fc.Arbitrary<string> {
  return fc.string({ unit: codePoint, maxLength: units })
}

/** Any value that hufu's CBOR can hold, arrays at most `depth` deep. */
export function cborValue(depth: number): fc.Arbitrary<Value> {
  const scalar: fc.Arbitrary<Value> = fc.oneof(
    fc.maxSafeNat(),
    fc.constantFrom(0, 23, 24, 255, 256, 65_535, 65_536, 0xffff_ffff, 0x1_0000_0000),
    anyText(40),
    fc.boolean(),
    fc.constant(null),
    fc.uint8Array({ maxLength: 40 }),
  )
  if (depth === 0) return scalar
  return fc.oneof(scalar, fc.array(cborValue(depth - 1), { maxLength: 5 }))
}

/**
 * Octets that look like a peer's: random ones, and `genuine` ones cut, lengthened or with a few octets replaced, so that
 * a decoder is tried beyond its first head.
 */
export function hostileOctets(genuine: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
  const replaced = fc
    .tuple(genuine, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }))
    .map(([octets, changes]) => {
      const spoilt = octets.slice()
      for (const [at, octet] of changes) if (spoilt.length > 0) spoilt[at % spoilt.length] = octet
      return spoilt
    })
  const cut = fc
    .tuple(genuine, fc.nat())
    .map(([octets, to]) => octets.subarray(0, to % (octets.length + 1)))
  const longer = fc
    .tuple(genuine, fc.uint8Array({ minLength: 1, maxLength: 4 }))
    .map(([octets, tail]) => Uint8Array.of(...octets, ...tail))
  return fc.oneof(fc.uint8Array({ maxLength: 60 }), replaced, cut, longer)
}

/** Nothing a peer sends may share memory with what a codec gives out: the octets change, the message does not. */
export function decodesIntoItsOwn<M>(codec: Codec<M>, message: M): boolean {
  const octets = codec.encode(message)
  const decoded = codec.decode(octets)
  const before = JSON.stringify(decoded)
  octets.fill(0xff)
  const again = codec.decode(codec.encode(message))
  return decoded.ok && JSON.stringify(decoded) === before && JSON.stringify(again) === before
}
