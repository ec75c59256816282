import { shortArray } from '../../crypto/index.ts'

/*
 * The header of an SFrame (RFC 9605 §4.3), all big-endian and as short as can be:
 *
 *   X K K K Y C C C | key id | counter
 *
 * X = 0: KKK is the key id itself, below 8. X = 1: KKK + 1 octets of it follow. Y and CCC likewise for the counter.
 */

/** A header, and how many octets it took. Both numbers below 2^64. */
export interface SframeHeader {
  readonly keyId: bigint
  readonly counter: bigint
  readonly octets: number
}

/** Octets of the longest header. */
export const MAX_HEADER_OCTETS = 17

/** The octets of a header. Both numbers from 0 to 2^64 − 1. */
export function encodeHeader(keyId: bigint, counter: bigint): Uint8Array {
  const [key, count] = [halves(keyId), halves(counter)]
  const keyOctets = octetsFor(key)
  const counterOctets = octetsFor(count)
  const header = shortArray(1 + keyOctets + counterOctets)
  header[0] = (nibble(key, keyOctets) << 4) | nibble(count, counterOctets)
  write(header, 1, keyOctets, key)
  write(header, 1 + keyOctets, counterOctets, count)
  return header
}

/** The header that `frame` begins with; undefined if it is cut short, or longer than it has to be (§4.3). */
export function readHeader(frame: Uint8Array): SframeHeader | undefined {
  const config = frame[0]
  if (config === undefined) return undefined
  const keyId = read(frame, 1, config >> 4)
  if (keyId === undefined) return undefined
  const counter = read(frame, keyId.end, config & 15)
  if (counter === undefined) return undefined
  return { keyId: keyId.value, counter: counter.value, octets: counter.end }
}

/** A number below 2^64 as two of 32 bits: reckoning with big ones is slow, and a frame has some ten of them. */
export interface Halves {
  readonly high: number
  readonly low: number
}

const HALF = 0x1_0000_0000
const SAFE = BigInt(Number.MAX_SAFE_INTEGER)

/** The halves of a number from 0 to 2^64 − 1. */
export function halves(value: bigint): Halves {
  if (value > SAFE) return { high: Number(value >> 32n), low: Number(value & 0xffff_ffffn) }
  const whole = Number(value)
  return { high: Math.floor(whole / HALF), low: whole >>> 0 }
}

const INLINE = 8
const LONG = 8

/** Octets that follow the config octet for a number: 0 where it fits into that. */
function octetsFor({ high, low }: Halves): number {
  if (high > 0) return 4 + least(high)
  return low < INLINE ? 0 : least(low)
}

/** Octets of a number below 2^32, at least one. */
function least(value: number): number {
  if (value < 0x100) return 1
  if (value < 0x1_0000) return 2
  return value < 0x100_0000 ? 3 : 4
}

function nibble({ low }: Halves, octets: number): number {
  return octets === 0 ? low : LONG | (octets - 1)
}

function write(header: Uint8Array, at: number, octets: number, { high, low }: Halves): void {
  for (let place = 0; place < octets; place++) {
    const half = place < 4 ? low : high
    header[at + octets - 1 - place] = half >>> (8 * (place & 3))
  }
}

function read(
  frame: Uint8Array,
  at: number,
  field: number,
): { readonly value: bigint; readonly end: number } | undefined {
  const short = field & 7
  if ((field & LONG) === 0) return { value: BigInt(short), end: at }
  const end = at + short + 1
  if (end > frame.length) return undefined
  let high = 0
  let low = 0
  for (let place = at; place < end; place++) {
    if (end - place > 4) high = high * 256 + frame[place]!
    else low = low * 256 + frame[place]!
  }
  if (octetsFor({ high, low }) !== short + 1) return undefined
  const whole = high * HALF + low
  return { value: whole < 2 ** 53 ? BigInt(whole) : (BigInt(high) << 32n) | BigInt(low), end }
}
