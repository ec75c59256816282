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
  const keyOctets = octetsFor(keyId)
  const counterOctets = octetsFor(counter)
  const header = new Uint8Array(1 + keyOctets + counterOctets)
  header[0] = (nibble(keyId, keyOctets) << 4) | nibble(counter, counterOctets)
  write(header, 1, keyOctets, keyId)
  write(header, 1 + keyOctets, counterOctets, counter)
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

const INLINE = 8n
const LONG = 8

/** Octets that follow the config octet for `value`: 0 where it fits into that. */
function octetsFor(value: bigint): number {
  if (value < INLINE) return 0
  let octets = 1
  for (let rest = value >> 8n; rest > 0n; rest >>= 8n) octets += 1
  return octets
}

function nibble(value: bigint, octets: number): number {
  return octets === 0 ? Number(value) : LONG | (octets - 1)
}

function write(header: Uint8Array, at: number, octets: number, value: bigint): void {
  let rest = value
  for (let place = at + octets - 1; place >= at; place--) {
    header[place] = Number(rest & 0xffn)
    rest >>= 8n
  }
}

function read(
  frame: Uint8Array,
  at: number,
  field: number,
): { readonly value: bigint; readonly end: number } | undefined {
  const low = field & 7
  if ((field & LONG) === 0) return { value: BigInt(low), end: at }
  const end = at + low + 1
  if (end > frame.length) return undefined
  // as a number as long as one holds it: most are short, and big ones are slow
  let high = 0
  let value = 0
  for (let place = at; place < end; place++) {
    if (end - place > 4) high = high * 256 + frame[place]!
    else value = value * 256 + frame[place]!
  }
  const whole = high === 0 ? BigInt(value) : (BigInt(high) << 32n) | BigInt(value)
  return octetsFor(whole) === low + 1 ? { value: whole, end } : undefined
}
