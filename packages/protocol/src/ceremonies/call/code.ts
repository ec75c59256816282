import { concat, hkdf, lvCat, utf8 } from '../../crypto/index.ts'
import { wordAt } from '../../wire/words.ts'

/** What those in a call compare when it matters: two ways to say the same 128 bits and more. */
export interface CallCode {
  /** Twelve words of the list: 132 bits. */
  readonly words: readonly string[]
  /** 39 digits, in groups of three: 129 bits. */
  readonly digits: string
}

const WORD_COUNT = 12
const DIGIT_COUNT = 39

/**
 * The code of a call: the same for all who have verified the same KEYs in the same call. A member who comes or goes changes it.
 *
 * @param call 16 octets
 * @param keyIds of all members, 32 octets each, in any order; who is in it by two terminals counts twice
 */
export function callCode(call: Uint8Array, keyIds: readonly Uint8Array[]): CallCode {
  const ids = keyIds.toSorted(compare)
  const octets = hkdf('sha256', concat(...ids), call, lvCat(utf8('hufu/1 call code')), 64)
  const view = new DataView(octets.buffer, octets.byteOffset)
  const words = Array.from({ length: WORD_COUNT }, (_, n) => wordAt(view.getUint16(2 * n) % 2_048))
  let number = 0n
  for (const octet of octets.subarray(2 * WORD_COUNT)) number = number * 256n + BigInt(octet)
  // 320 bits modulo 10^39: no digit is likelier than another
  const digits = String(number % 10n ** BigInt(DIGIT_COUNT)).padStart(DIGIT_COUNT, '0')
  return { words, digits: digits.match(/\d{3}/g)!.join(' ') }
}

function compare(a: Uint8Array, b: Uint8Array): number {
  const at = a.findIndex((octet, index) => octet !== b[index])
  return at < 0 ? 0 : a[at]! - b[at]!
}
