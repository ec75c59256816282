import { concat, unhex, utf8 } from '../crypto/index.ts'

/*
 * DER, written for tests: also such as no issuer would write. It shares nothing with the reader that it tests.
 */

/** One item with this tag around all `parts`. */
export function der(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = concat(...parts)
  const size = content.length
  const length =
    size < 0x80
      ? Uint8Array.of(size)
      : size < 0x100
        ? Uint8Array.of(0x81, size)
        : Uint8Array.of(0x82, size >> 8, size & 0xff)
  return concat(Uint8Array.of(tag), length, content)
}

export function sequence(...parts: readonly Uint8Array[]): Uint8Array {
  return der(0x30, ...parts)
}

/** An INTEGER that is not negative. */
export function integer(octets: Uint8Array): Uint8Array {
  let first = 0
  while (first < octets.length - 1 && octets[first] === 0) first += 1
  const digits = octets.subarray(first)
  return der(2, digits[0]! >= 0x80 ? concat(Uint8Array.of(0), digits) : digits)
}

export function boolean(value: boolean): Uint8Array {
  return der(1, Uint8Array.of(value ? 0xff : 0))
}

/** A BIT STRING of whole octets. */
export function bitString(octets: Uint8Array, unused = 0): Uint8Array {
  return der(3, Uint8Array.of(unused), octets)
}

export function octetString(...parts: readonly Uint8Array[]): Uint8Array {
  return der(4, ...parts)
}

export function oid(dotted: string): Uint8Array {
  const [first, second, ...rest] = dotted.split('.').map(BigInt)
  const arcs = [first! * 40n + second!, ...rest]
  return der(6, ...arcs.map(base128))
}

function base128(arc: bigint): Uint8Array {
  const octets = [Number(arc & 0x7fn)]
  for (let rest = arc >> 7n; rest > 0n; rest >>= 7n) octets.unshift(Number(rest & 0x7fn) | 0x80)
  return Uint8Array.from(octets)
}

/** UTCTime up to 2049, GeneralizedTime from then on. */
export function time(unixMs: number): Uint8Array {
  const digits = new Date(unixMs).toISOString().replaceAll(/[-:T]|\.\d+/g, '')
  return digits < '2050' ? der(0x17, utf8(digits.slice(2))) : der(0x18, utf8(digits))
}

/** A name with a common name only. */
export function commonName(name: string): Uint8Array {
  return sequence(der(0x31, sequence(oid('2.5.4.3'), der(0x0c, utf8(name)))))
}

/** SubjectPublicKeyInfo of a raw key. */
export function publicKeyInfo(
  algorithm: 'ed25519' | 'x25519' | 'p256',
  key: Uint8Array,
): Uint8Array {
  const ids = {
    ed25519: oid('1.3.101.112'),
    x25519: oid('1.3.101.110'),
    p256: concat(oid('1.2.840.10045.2.1'), oid('1.2.840.10045.3.1.7')),
  }
  return sequence(sequence(ids[algorithm]), bitString(key))
}

/** An RSA key of 512 bits, as far as a reader that takes none of them can tell. */
export const RSA_KEY_INFO: Uint8Array = sequence(
  sequence(oid('1.2.840.113549.1.1.1'), der(5)),
  bitString(sequence(integer(unhex('c3'.repeat(64))), integer(unhex('010001')))),
)
