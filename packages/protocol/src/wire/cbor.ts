import { text, utf8 } from '../crypto/index.ts'
import { done, failed, HufuError, type Outcome } from './errors.ts'

/*
 * CBOR (RFC 8949) as far as hufu uses it: unsigned numbers, byte strings, text, arrays, true, false, null, in the one
 * canonical form of each (§4.2.1: shortest heads, definite lengths). Everything else is refused as it is read, so that
 * there is nothing to check afterwards.
 */

/** What hufu's CBOR can hold: arrays of these, and nothing else (no maps, floats, tags, negative numbers). */
export type Value = number | string | boolean | null | Uint8Array | readonly Value[]

/** Octets in the largest control message. Our choice: X-Wing's 1,216-octet key fits ten times over. */
export const MAX_CONTROL_OCTETS = 16_384
/** Arrays within arrays, the outermost counted. Our choice: the deepest message in use has four. */
export const MAX_DEPTH = 8

/** Major types and simple values (RFC 8949 §3). */
const UINT = 0
const BYTES = 2
const TEXT = 3
const ARRAY = 4
const FALSE = 0xf4
const TRUE = 0xf5
const NULL = 0xf6

/**
 * Encodes `value` canonically.
 *
 * @throws {HufuError} `ERR_CALL_ORDER` for a number that is not a safe unsigned integer, or text with half a character.
 */
export function encodeCbor(value: Value): Uint8Array {
  const whole = new Uint8Array(octetsOf(value))
  write(value, whole, 0)
  return whole
}

/**
 * Decodes exactly one canonical item. Size and depth are capped, and no length is believed that the octets do not bear out.
 *
 * Codes: `ERR_WIRE_OVERSIZE`, `ERR_WIRE_DEPTH`, `ERR_WIRE_MALFORMED`.
 */
export function decodeCbor(
  bytes: Uint8Array,
  maxOctets: number = MAX_CONTROL_OCTETS,
): Outcome<Value> {
  if (bytes.length > maxOctets) return failed('ERR_WIRE_OVERSIZE')
  const reader: Reader = { bytes, at: 0, tooDeep: false }
  const value = read(reader, 0)
  if (reader.tooDeep) return failed('ERR_WIRE_DEPTH')
  return value === undefined || reader.at !== bytes.length
    ? failed('ERR_WIRE_MALFORMED')
    : done(value)
}

/** Octets of `value`, so that it is written where it stays. */
function octetsOf(value: Value): number {
  if (value === null || typeof value === 'boolean') return 1
  if (typeof value === 'number') return headOctets(value)
  if (typeof value === 'string') return withHead(utf8Octets(value))
  if (value instanceof Uint8Array) return withHead(value.length)
  let octets = headOctets(value.length)
  for (const item of value) octets += octetsOf(item)
  return octets
}

function withHead(octets: number): number {
  return headOctets(octets) + octets
}

function headOctets(argument: number): number {
  if (!Number.isSafeInteger(argument) || argument < 0)
    throw new HufuError('ERR_CALL_ORDER', 'not a safe unsigned integer')
  if (argument < 24) return 1
  if (argument < 0x100) return 2
  if (argument < 0x1_0000) return 3
  return argument < 0x1_0000_0000 ? 5 : 9
}

/** Octets of `text` in UTF-8: a pair of surrogates takes four. */
function utf8Octets(text: string): number {
  if (!text.isWellFormed()) throw new HufuError('ERR_CALL_ORDER', 'text with half a character')
  let octets = text.length
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i)
    if (unit >= 0x80) octets += unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 1 : 2
  }
  return octets
}

/** Writes `value` at `at`; the result is where it ends. */
function write(value: Value, whole: Uint8Array, at: number): number {
  if (typeof value === 'number') return writeHead(UINT, value, whole, at)
  if (typeof value === 'string') return writeText(value, whole, at)
  if (value instanceof Uint8Array) return writeOctets(BYTES, value, whole, at)
  if (value === null || typeof value === 'boolean') {
    whole[at] = value === null ? NULL : value ? TRUE : FALSE
    return at + 1
  }
  let end = writeHead(ARRAY, value.length, whole, at)
  for (const item of value) end = write(item, whole, end)
  return end
}

/** Most text is short and of single octets: those are written where they stay. */
function writeText(value: string, whole: Uint8Array, at: number): number {
  const { length } = value
  const start = writeHead(TEXT, length, whole, at)
  for (let i = 0; i < length; i += 1) {
    const unit = value.charCodeAt(i)
    if (unit >= 0x80) return writeOctets(TEXT, utf8(value), whole, at)
    whole[start + i] = unit
  }
  return start + length
}

function writeOctets(major: number, octets: Uint8Array, whole: Uint8Array, at: number): number {
  const start = writeHead(major, octets.length, whole, at)
  whole.set(octets, start)
  return start + octets.length
}

function writeHead(major: number, argument: number, whole: Uint8Array, at: number): number {
  const end = at + headOctets(argument)
  // 24 to 27 announce one, two, four or eight octets
  whole[at] = (major << 5) | (end === at + 1 ? argument : 24 + Math.log2(end - at - 1))
  for (let i = end - 1, rest = argument; i > at; i -= 1) {
    whole[i] = rest % 256
    rest = Math.floor(rest / 256)
  }
  return end
}

interface Reader {
  readonly bytes: Uint8Array
  at: number
  tooDeep: boolean
}

/** The item at the reader, or undefined if it is not one of ours in its one form. `depth`: arrays around it. */
function read(reader: Reader, depth: number): Value | undefined {
  const { bytes } = reader
  const first = bytes[reader.at]
  if (first === undefined) return undefined
  if (first >= FALSE && first <= NULL) {
    reader.at += 1
    return first === NULL ? null : first === TRUE
  }
  const major = first >> 5
  if (major !== UINT && major !== BYTES && major !== TEXT && major !== ARRAY) return undefined
  const argument = readArgument(reader)
  if (argument === undefined) return undefined
  if (major === UINT) return argument
  if (argument > bytes.length - reader.at) return undefined
  if (major === ARRAY) return readItems(reader, argument, depth + 1)
  const end = reader.at + argument
  // A copy in any case: what `slice` gives of Node's Buffer is a view.
  const octets = new Uint8Array(argument)
  octets.set(bytes.subarray(reader.at, end))
  reader.at = end
  return major === BYTES ? octets : text(octets)
}

function readItems(reader: Reader, count: number, depth: number): Value | undefined {
  if (depth > MAX_DEPTH) {
    reader.tooDeep = true
    return undefined
  }
  const items: Value[] = []
  for (let n = 0; n < count; n += 1) {
    const item = read(reader, depth)
    if (item === undefined) return undefined
    items.push(item)
  }
  return items
}

/** A head's argument in its shortest form, as a safe integer; undefined otherwise. */
function readArgument(reader: Reader): number | undefined {
  const { bytes, at } = reader
  const short = bytes[at]! & 0x1f
  if (short < 24) {
    reader.at = at + 1
    return short
  }
  if (short > 27) return undefined
  const octets = 1 << (short - 24)
  if (at + 1 + octets > bytes.length) return undefined
  let value = 0
  for (let i = 1; i <= octets; i += 1) value = value * 256 + bytes[at + i]!
  const least = octets === 1 ? 24 : 2 ** (octets * 4)
  if (value < least || !Number.isSafeInteger(value)) return undefined
  reader.at = at + 1 + octets
  return value
}
