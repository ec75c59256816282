import { concat } from '../crypto/index.ts'
import { done, failed, type Outcome } from '../wire/errors.ts'

/*
 * What a record's payload holds:
 *
 *   kind u8 | sequence u48 | acknowledged u48 | limit u48 | data
 *
 * `sequence`: of the segment in a data frame, else the one its sender expects next. `acknowledged`: segments below it
 * have been taken by the application. `limit`: the cost up to which the other may send.
 */

/** Octets of a link frame before its data. */
export const LINK_HEAD_OCTETS = 19

const DATA = 1
const MORE = 2
const SYNC = 4
const REPLY = 8

export interface LinkFrame {
  /** `data` carries a segment, the last of its message unless `more`; `sync` asks to send again from `sequence`, and for a `reply`. */
  readonly kind: 'data' | 'ack' | 'sync' | 'reply'
  readonly more: boolean
  readonly sequence: number
  readonly acknowledged: number
  readonly limit: number
  readonly data: Uint8Array
}

const KINDS: Readonly<Record<number, Pick<LinkFrame, 'kind' | 'more'>>> = {
  0: { kind: 'ack', more: false },
  [DATA]: { kind: 'data', more: false },
  [DATA | MORE]: { kind: 'data', more: true },
  [SYNC]: { kind: 'sync', more: false },
  [REPLY]: { kind: 'reply', more: false },
}
const BITS = { ack: 0, data: DATA, sync: SYNC, reply: REPLY } as const

/** The octets of a frame. Numbers below 2^48. */
export function encodeFrame(frame: LinkFrame): Uint8Array {
  return concat(encodeFrameHead(frame), frame.data)
}

/** The octets of a frame before its data. */
export function encodeFrameHead(frame: Omit<LinkFrame, 'data'>): Uint8Array {
  const head = new Uint8Array(LINK_HEAD_OCTETS)
  const view = new DataView(head.buffer)
  view.setUint8(0, BITS[frame.kind] | (frame.more ? MORE : 0))
  writeU48(view, 1, frame.sequence)
  writeU48(view, 7, frame.acknowledged)
  writeU48(view, 13, frame.limit)
  return head
}

/** Reads a frame; `data` is a view. Codes: `ERR_LINK_MALFORMED`. */
export function decodeFrame(bytes: Uint8Array): Outcome<LinkFrame> {
  const kind = KINDS[bytes[0] ?? -1]
  if (kind === undefined || bytes.length < LINK_HEAD_OCTETS) return failed('ERR_LINK_MALFORMED')
  if (kind.kind !== 'data' && bytes.length !== LINK_HEAD_OCTETS) return failed('ERR_LINK_MALFORMED')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  return done({
    ...kind,
    sequence: readU48(view, 1),
    acknowledged: readU48(view, 7),
    limit: readU48(view, 13),
    data: bytes.subarray(LINK_HEAD_OCTETS),
  })
}

/** Two u48: the payload of a closing record. `sent`: segments in all; `taken`: of the other's, by the application. */
export function encodeClose(counters: {
  readonly sent: number
  readonly taken: number
}): Uint8Array {
  const bytes = new Uint8Array(12)
  const view = new DataView(bytes.buffer)
  writeU48(view, 0, counters.sent)
  writeU48(view, 6, counters.taken)
  return bytes
}

/** Reads a closing record's payload. Codes: `ERR_LINK_MALFORMED`. */
export function decodeClose(bytes: Uint8Array): Outcome<{ sent: number; taken: number }> {
  if (bytes.length !== 12) return failed('ERR_LINK_MALFORMED')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  return done({ sent: readU48(view, 0), taken: readU48(view, 6) })
}

function writeU48(view: DataView, at: number, value: number): void {
  view.setUint16(at, Math.floor(value / 0x1_0000_0000))
  view.setUint32(at + 2, value % 0x1_0000_0000)
}

function readU48(view: DataView, at: number): number {
  return view.getUint16(at) * 0x1_0000_0000 + view.getUint32(at + 2)
}
