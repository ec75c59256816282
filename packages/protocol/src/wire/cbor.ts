import { decode, encode } from 'cborg'
import { done, failed, type Outcome } from './errors.ts'

/** What hufu's CBOR can hold: arrays of these, and nothing else (no maps, floats, tags, negative numbers). */
export type Value = number | string | boolean | null | Uint8Array | readonly Value[]

/** Octets in the largest control message. Our choice: X-Wing's 1,216-octet key fits ten times over. */
export const MAX_CONTROL_OCTETS = 16_384
/** Arrays within arrays, the outermost counted. Our choice: the deepest message in use has four. */
export const MAX_DEPTH = 8

/** Encodes `value` canonically (RFC 8949 §4.2.1: shortest heads, definite lengths). */
export function encodeCbor(value: Value): Uint8Array {
  return encode(value)
}

/**
 * Decodes exactly one canonical item. Size and depth are capped before anything is built; what comes out is encoded
 * again and compared, so that of all the encodings of a value only one is ever accepted.
 *
 * Codes: `ERR_WIRE_OVERSIZE`, `ERR_WIRE_DEPTH`, `ERR_WIRE_MALFORMED`.
 */
export function decodeCbor(
  bytes: Uint8Array,
  maxOctets: number = MAX_CONTROL_OCTETS,
): Outcome<Value> {
  if (bytes.length > maxOctets) return failed('ERR_WIRE_OVERSIZE')
  const depth = depthOf(bytes)
  if (depth === undefined) return failed('ERR_WIRE_MALFORMED')
  if (depth > MAX_DEPTH) return failed('ERR_WIRE_DEPTH')
  try {
    const value: Value = decode(bytes, STRICT)
    const again = encode(value)
    return sameOctets(again, bytes) ? done(value) : failed('ERR_WIRE_MALFORMED')
  } catch {
    return failed('ERR_WIRE_MALFORMED')
  }
}

const STRICT = {
  strict: true,
  allowIndefinite: false,
  allowUndefined: false,
  allowInfinity: false,
  allowNaN: false,
  allowBigInt: false,
  rejectDuplicateMapKeys: true,
  useMaps: true,
}

/** The shapes that {@link Value} has: major types 0, 2, 3, 4 and the simple values false, true, null (RFC 8949 §3). */
const UINT = 0
const BYTES = 2
const TEXT = 3
const ARRAY = 4
const SIMPLE = 7

/**
 * Walks the heads without building values: how deep the arrays go, or undefined if a head is of a type that we do not
 * use, is cut short, or claims more octets or elements than are there.
 */
function depthOf(bytes: Uint8Array): number | undefined {
  const open: number[] = [] // elements still to come, per open array
  let deepest = 0
  let at = 0
  do {
    const head = bytes[at]
    if (head === undefined) return undefined
    const major = head >> 5
    const argument = argumentAt(bytes, at)
    if (argument === undefined) return undefined
    at = argument.next
    if (open.length > 0) open[open.length - 1]! -= 1
    if (major === BYTES || major === TEXT) at += argument.value
    else if (major === ARRAY) {
      if (argument.value > bytes.length - at) return undefined
      open.push(argument.value)
      deepest = Math.max(deepest, open.length)
      if (deepest > MAX_DEPTH) return deepest
    } else if (major === SIMPLE ? head < 0xf4 || head > 0xf6 : major !== UINT) return undefined
    if (at > bytes.length) return undefined
    while (open.length > 0 && open[open.length - 1] === 0) open.pop()
  } while (open.length > 0)
  return at === bytes.length ? deepest : undefined
}

function argumentAt(bytes: Uint8Array, at: number): { value: number; next: number } | undefined {
  const short = bytes[at]! & 0x1f
  if (short < 24) return { value: short, next: at + 1 }
  if (short > 27) return undefined
  const octets = 1 << (short - 24)
  if (at + 1 + octets > bytes.length) return undefined
  let value = 0
  for (let i = 1; i <= octets; i += 1) value = value * 256 + bytes[at + i]!
  return { value, next: at + 1 + octets }
}

function sameOctets(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return false
  return true
}
