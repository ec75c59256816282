/** `bytes` after their length in LEB128, the draft's `prepend_len` (draft-irtf-cfrg-cpace-21). */
export function prependLen(bytes: Uint8Array): Uint8Array {
  return lvCat(bytes)
}

/** Each part after its length, the draft's `lv_cat`: no two lists of parts give the same octets. */
export function lvCat(...parts: readonly Uint8Array[]): Uint8Array {
  let octets = 0
  for (const part of parts) octets += leb128Octets(part.length) + part.length
  const joined = new Uint8Array(octets)
  let at = 0
  for (const part of parts) {
    at = writeLeb128(joined, at, part.length)
    joined.set(part, at)
    at += part.length
  }
  return joined
}

/** Writes `value` in unsigned LEB128: seven bits an octet, the lowest first, the top bit set in all but the last. */
function writeLeb128(into: Uint8Array, start: number, value: number): number {
  let at = start
  let left = value
  for (; left > 127; left >>>= 7) into[at++] = 128 | (left & 127)
  into[at] = left
  return at + 1
}

function leb128Octets(value: number): number {
  let octets = 1
  for (let left = value; left > 127; left >>>= 7) octets += 1
  return octets
}
