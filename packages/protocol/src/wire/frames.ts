import { failed, done, type Outcome } from './errors.ts'

/*
 * One WebSocket message carries one or more frames, so that whatever is queued for a socket leaves in one write.
 *
 *   control:  00 | length u24 | CBOR
 *   data:     01 | length u24 | session u32 | sender u16 | payload
 *
 * All numbers big-endian. `length` counts what follows it. `session` is the connection's own number for a session
 * (given by the server when the terminal enters it). From the server `sender` is the index of whoever has sent it, stamped
 * by the server; from a terminal the same two octets say whom it is for: 0 for all others, n + 1 for member n alone.
 */

/** Octets of a frame before its body. */
export const FRAME_HEAD_OCTETS = 4
/** Octets of a data frame's body before its payload. */
export const DATA_HEAD_OCTETS = 6
/** Octets of a data frame before its payload. */
export const DATA_ROOM_OCTETS: number = FRAME_HEAD_OCTETS + DATA_HEAD_OCTETS
/** Octets in the largest data payload. Our choice: large enough that per-frame costs vanish in a file transfer. */
export const MAX_DATA_OCTETS = 65_536
/** Octets in the largest WebSocket message: several full frames may share one. Our choice. */
export const MAX_MESSAGE_OCTETS = 1_048_576

const CONTROL = 0
const DATA = 1

export type Frame =
  | { readonly type: 'control'; readonly body: Uint8Array }
  | {
      readonly type: 'data'
      readonly session: number
      readonly sender: number
      readonly payload: Uint8Array
    }

/** A control frame around the CBOR octets `body`. */
export function controlFrame(body: Uint8Array): Uint8Array {
  const frame = new Uint8Array(FRAME_HEAD_OCTETS + body.length)
  writeHead(frame, CONTROL, body.length)
  frame.set(body, FRAME_HEAD_OCTETS)
  return frame
}

/** What a data frame from a terminal carries in place of a sender, if it is for all others. */
export const TO_ALL = 0

/** What a data frame from a terminal carries in place of a sender, if it is for member `index` (0 to 65,534) alone. */
export function toMember(index: number): number {
  return index + 1
}

/** A data frame. `session` < 2^32, `sender` < 2^16; from a terminal {@link TO_ALL}, or what {@link toMember} says. */
export function dataFrame(session: number, sender: number, payload: Uint8Array): Uint8Array {
  const frame = new Uint8Array(DATA_ROOM_OCTETS + payload.length)
  frame.set(dataFrameHead(session, sender, payload.length))
  frame.set(payload, DATA_ROOM_OCTETS)
  return frame
}

/** The octets of a data frame before a payload of so many octets: who passes it on need not copy it. */
export function dataFrameHead(session: number, sender: number, payloadOctets: number): Uint8Array {
  const head = new Uint8Array(DATA_ROOM_OCTETS)
  writeHead(head, DATA, DATA_HEAD_OCTETS + payloadOctets)
  const view = new DataView(head.buffer)
  view.setUint32(4, session)
  view.setUint16(8, sender)
  return head
}

/**
 * Splits a WebSocket message into its frames: all of them, or none. Bodies are views of `message`, not copies.
 * `maxControl` octets at most in a control body.
 *
 * Codes: `ERR_WIRE_FRAME` (cut short, unknown type, empty message), `ERR_WIRE_OVERSIZE`.
 */
export function splitFrames(message: Uint8Array, maxControl: number): Outcome<readonly Frame[]> {
  const frames: Frame[] = []
  const view = new DataView(message.buffer, message.byteOffset, message.length)
  let at = 0
  while (at < message.length) {
    if (message.length - at < FRAME_HEAD_OCTETS) return failed('ERR_WIRE_FRAME')
    const head = view.getUint32(at)
    const type = head >>> 24
    const start = at + FRAME_HEAD_OCTETS
    const end = start + (head & 0xffffff)
    if (end > message.length) return failed('ERR_WIRE_FRAME')
    if (type === CONTROL) {
      if (end - start > maxControl) return failed('ERR_WIRE_OVERSIZE')
      frames.push({ type: 'control', body: message.subarray(start, end) })
    } else if (type === DATA) {
      if (end - start < DATA_HEAD_OCTETS) return failed('ERR_WIRE_FRAME')
      if (end - start > DATA_HEAD_OCTETS + MAX_DATA_OCTETS) return failed('ERR_WIRE_OVERSIZE')
      frames.push({
        type: 'data',
        session: view.getUint32(start),
        sender: view.getUint16(start + 4),
        payload: message.subarray(start + DATA_HEAD_OCTETS, end),
      })
    } else return failed('ERR_WIRE_FRAME')
    at = end
  }
  return frames.length > 0 ? done(frames) : failed('ERR_WIRE_FRAME')
}

function writeHead(frame: Uint8Array, type: number, length: number): void {
  new DataView(frame.buffer).setUint32(0, type * 0x1000000 + length)
}
