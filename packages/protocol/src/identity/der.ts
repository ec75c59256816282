import { text } from '../crypto/index.ts'

/*
 * DER (X.690) as far as certificates need it: tags of one octet, definite lengths in their shortest form, and of each value
 * read here the one encoding that DER has for it. Everything else is refused as it is read.
 */

/** Items within items, the outermost counted. Our choice: a certificate's own structure has seven. */
const MAX_DEPTH = 12
/** Octets of an object identifier. Our choice: one arc of a UUID has 19. */
const MAX_OID_OCTETS = 64

/** Tags (X.680 §8.6, with X.690's bit for "constructed"). */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const

/** One item: its tag, what it holds, and all of it as it was signed or compared. Views of what was read. */
export interface DerItem {
  readonly tag: number
  readonly content: Uint8Array
  readonly whole: Uint8Array
  /** What a constructed item holds, one after another; of others empty. */
  readonly items: readonly DerItem[]
}

/** Exactly one item with all that is in it; `undefined` if any of it is not as above, or too deep. */
export function readDer(octets: Uint8Array): DerItem | undefined {
  const item = readItem(octets, 0, 1)
  return item?.whole.length === octets.length ? item : undefined
}

/** The items of a SEQUENCE, or of whatever else has this tag; `undefined` for another tag. */
export function itemsOf(
  item: DerItem | undefined,
  tag: number = TAG.sequence,
): readonly DerItem[] | undefined {
  return item?.tag === tag ? item.items : undefined
}

/** The octets of a primitive item with this tag; `undefined` for another tag. */
export function contentOf(item: DerItem | undefined, tag: number): Uint8Array | undefined {
  return item?.tag === tag ? item.content : undefined
}

/** True or false in DER's one form of each (X.690 §11.1). */
export function booleanOf(item: DerItem | undefined): boolean | undefined {
  const content = contentOf(item, TAG.boolean)
  if (content?.length !== 1) return undefined
  return content[0] === 0xff ? true : content[0] === 0 ? false : undefined
}

/** The octets of an INTEGER that is not negative, without the zero that keeps its sign (X.690 §8.3). */
export function unsignedOf(item: DerItem | undefined): Uint8Array | undefined {
  const content = contentOf(item, TAG.integer)
  if (content === undefined || content.length === 0 || content[0]! >= 0x80) return undefined
  if (content.length === 1 || content[0] !== 0) return content
  return content[1]! >= 0x80 ? content.subarray(1) : undefined
}

/** The octets of a BIT STRING that has a whole number of them (X.690 §8.6). */
export function wholeBitsOf(item: DerItem | undefined): Uint8Array | undefined {
  const content = contentOf(item, TAG.bitString)
  return content?.[0] === 0 ? content.subarray(1) : undefined
}

/** The bits of a BIT STRING with names for them: true where a bit is set; those that are not there are not set. */
export function namedBitsOf(item: DerItem | undefined): ((bit: number) => boolean) | undefined {
  const content = contentOf(item, TAG.bitString)
  const unused = content?.[0]
  if (content === undefined || unused === undefined || unused > 7) return undefined
  if (content.length === 1 && unused !== 0) return undefined
  // DER: unused bits are zero (X.690 §11.2.1)
  if (unused > 0 && (content.at(-1)! & ((1 << unused) - 1)) !== 0) return undefined
  return (bit) => ((content[1 + (bit >> 3)] ?? 0) & (0x80 >> (bit & 7))) !== 0
}

/** An object identifier in its dotted form, arcs of any size. */
export function oidOf(item: DerItem | undefined): string | undefined {
  const content = contentOf(item, TAG.oid)
  if (content === undefined || content.length === 0 || content.length > MAX_OID_OCTETS)
    return undefined
  const arcs: string[] = []
  let arc = 0n
  let fresh = true
  for (const octet of content) {
    if (fresh && octet === 0x80) return undefined // a leading zero: not the shortest
    arc = (arc << 7n) | BigInt(octet & 0x7f)
    fresh = octet < 0x80
    if (!fresh) continue
    arcs.push(arcs.length === 0 ? firstArcs(arc) : String(arc))
    arc = 0n
  }
  return fresh ? arcs.join('.') : undefined
}

/** Printable ASCII, as an IA5String of a name has it. */
export function asciiOf(content: Uint8Array): string | undefined {
  return content.every((octet) => octet > 0x20 && octet < 0x7f) ? text(content) : undefined
}

/** UTCTime or GeneralizedTime as certificates have them (RFC 5280 §4.1.2.5), in Unix milliseconds. */
export function timeOf(item: DerItem | undefined): number | undefined {
  if (item?.tag !== TAG.utcTime && item?.tag !== TAG.generalizedTime) return undefined
  const short = item.tag === TAG.utcTime
  const digits = asciiOf(item.content) ?? ''
  if (!(short ? /^\d{12}Z$/ : /^\d{14}Z$/).test(digits)) return undefined
  const full = short ? `${digits < '5' ? '20' : '19'}${digits}` : digits
  // dates before 2050 have one form only
  if (!short && full < '2050') return undefined
  const iso = full.replace(/^(....)(..)(..)(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6.000Z')
  const at = Date.parse(iso)
  // what is no date (February 30th) comes back as another
  return Number.isNaN(at) || new Date(at).toISOString() !== iso ? undefined : at
}

function firstArcs(first: bigint): string {
  const top = first < 40n ? 0n : first < 80n ? 1n : 2n
  return `${top}.${first - top * 40n}`
}

function readItem(octets: Uint8Array, at: number, depth: number): DerItem | undefined {
  const tag = octets[at]
  if (tag === undefined || depth > MAX_DEPTH || !isTaken(tag)) return undefined
  const head = readLength(octets, at + 1)
  if (head === undefined || head.length > octets.length - head.at) return undefined
  const end = head.at + head.length
  const items = (tag & 0x20) === 0 ? [] : readItems(octets.subarray(0, end), head.at, depth + 1)
  if (items === undefined) return undefined
  return { tag, content: octets.subarray(head.at, end), whole: octets.subarray(at, end), items }
}

function readItems(octets: Uint8Array, from: number, depth: number): DerItem[] | undefined {
  const items: DerItem[] = []
  for (let at = from; at < octets.length;) {
    const item = readItem(octets, at, depth)
    if (item === undefined) return undefined
    items.push(item)
    at += item.whole.length
  }
  return items
}

/** Universal tags that DER has in this form, and tags that depend on where they stand; of one octet. */
function isTaken(tag: number): boolean {
  if ((tag & 0x1f) === 0x1f) return false
  if (tag >= 0x80) return tag < 0xc0
  return tag === TAG.sequence || tag === TAG.set || (tag > 0 && tag < 0x20)
}

/** The length at `at`, and where what it counts begins. Two octets are more than a certificate may have. */
function readLength(octets: Uint8Array, at: number): { length: number; at: number } | undefined {
  const first = octets[at]
  if (first === undefined) return undefined
  if (first < 0x80) return { length: first, at: at + 1 }
  const [high, low] = [octets[at + 1], octets[at + 2]]
  if (first === 0x81 && high !== undefined && high >= 0x80) return { length: high, at: at + 2 }
  if (first !== 0x82 || high === undefined || low === undefined || high === 0) return undefined
  return { length: (high << 8) | low, at: at + 3 }
}
