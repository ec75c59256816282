import { concat } from './bytes.ts'

/** `bytes` after their length in LEB128, the draft's `prepend_len` (draft-irtf-cfrg-cpace-21). */
export function prependLen(bytes: Uint8Array): Uint8Array {
  return concat(leb128(bytes.length), bytes)
}

/** Each part after its length, the draft's `lv_cat`: no two lists of parts give the same octets. */
export function lvCat(...parts: readonly Uint8Array[]): Uint8Array {
  return concat(...parts.flatMap((part) => [leb128(part.length), part]))
}

/** Unsigned LEB128: seven bits an octet, the lowest first, the top bit set in all but the last. */
function leb128(value: number): Uint8Array {
  const octets: number[] = []
  let left = value
  for (; left > 127; left = Math.floor(left / 128)) octets.push(128 + (left % 128))
  return Uint8Array.of(...octets, left)
}
