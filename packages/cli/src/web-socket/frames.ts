/*
 * WebSocket frames (RFC 6455 §5) at a client's end.
 *
 *   head ─ two to ten octets ─→ payload ─ all of it ─→ head
 *     └─ what no server may say, or too long ─→ over ←─ close
 */

/** What is told of what a server says. */
export interface Hearer {
  /** A whole binary message, in memory of its own. */
  message(octets: Uint8Array): void
  ping(payload: Uint8Array): void
  /** The server closes, or what it says cannot be understood or is too much. Nothing follows. */
  over(): void
}

const FIN = 0x80
const RESERVED = 0x70
const MASKED = 0x80
const CONTINUATION = 0
const BINARY = 2
const CLOSE = 8
const PING = 9
const PONG = 10
/** Octets in the payload of a control frame at most (§5.5). */
const CONTROL_OCTETS = 125
/** Octets in the longest head without a mask. */
const HEAD_OCTETS = 10
/** Frames of one message at most: each costs some octets beyond its own. Our choice. */
const MAX_FRAGMENTS = 1_024

/** Reads what a server says: call the result with its octets as they come; it keeps none of their memory. */
export function frameReader(maxOctets: number, hearer: Hearer): (octets: Uint8Array) => void {
  const head = Buffer.alloc(HEAD_OCTETS)
  let headFilled = 0
  /** Of the frame that is being read; undefined while its head is. */
  let payload: Uint8Array | undefined
  let filled = 0
  /** Frames of an unfinished message. */
  let fragments: Uint8Array[] = []
  let isOver = false

  const end = (): void => {
    isOver = true
    fragments = []
    hearer.over()
  }

  const frameRead = (octets: Uint8Array): void => {
    const opcode = head[0]! & 0x0f
    payload = undefined
    headFilled = 0
    if (opcode === CLOSE) return end()
    if (opcode === PING) return hearer.ping(octets)
    if (opcode === PONG) return
    if ((head[0]! & FIN) === 0) fragments.push(octets)
    else if (fragments.length === 0) hearer.message(octets)
    else {
      const message = joined([...fragments, octets])
      fragments = []
      hearer.message(message)
    }
  }

  /** Whether a frame of `length` octets goes on with the message that is unfinished, or begins one. */
  const fits = (length: number): boolean => {
    const inTurn = (head[0]! & 0x0f) === (fragments.length === 0 ? BINARY : CONTINUATION)
    return inTurn && fragments.length < MAX_FRAGMENTS && octetsIn(fragments) + length <= maxOctets
  }

  /** Takes octets of a head; how many. */
  const takeHead = (octets: Uint8Array): number => {
    const wanted = headOctets(head, headFilled)
    const taken = Math.min(wanted - headFilled, octets.length)
    head.set(octets.subarray(0, taken), headFilled)
    headFilled += taken
    if (headFilled < headOctets(head, headFilled)) return taken
    const length = payloadOctets(head)
    if (!isAllowed(head, length) || (!isControl(head) && !fits(length))) end()
    else {
      payload = Buffer.allocUnsafeSlow(length)
      filled = 0
    }
    return taken
  }

  return (octets) => {
    let at = 0
    while (!isOver && (at < octets.length || payload?.length === filled)) {
      if (payload === undefined) {
        at += takeHead(octets.subarray(at))
        continue
      }
      const taken = Math.min(payload.length - filled, octets.length - at)
      payload.set(octets.subarray(at, at + taken), filled)
      filled += taken
      at += taken
      if (filled === payload.length) frameRead(payload)
    }
  }
}

/** Octets of the head whose first `filled` octets are in `head`, as far as they tell. */
function headOctets(head: Uint8Array, filled: number): number {
  const short = filled < 2 ? 0 : head[1]! & ~MASKED
  return short === 127 ? HEAD_OCTETS : short === 126 ? 4 : 2
}

/** A length that is no safe integer is still too large for any limit. */
function payloadOctets(head: Buffer): number {
  const short = head[1]! & ~MASKED
  if (short === 127) return head.readUInt32BE(2) * 0x1_0000_0000 + head.readUInt32BE(6)
  return short === 126 ? head.readUInt16BE(2) : short
}

/** Whether a server may say this at any time. */
function isAllowed(head: Uint8Array, length: number): boolean {
  const [first, second] = [head[0]!, head[1]!]
  if ((first & RESERVED) !== 0 || (second & MASKED) !== 0) return false
  if (!isControl(head)) return true
  return (first & 0x0f) <= PONG && (first & FIN) !== 0 && length <= CONTROL_OCTETS
}

function isControl(head: Uint8Array): boolean {
  return (head[0]! & 0x0f) >= CLOSE
}

function octetsIn(fragments: readonly Uint8Array[]): number {
  return fragments.reduce((octets, { length }) => octets + length, 0)
}

function joined(fragments: readonly Uint8Array[]): Uint8Array {
  const whole = Buffer.allocUnsafeSlow(octetsIn(fragments))
  let at = 0
  for (const each of fragments) {
    whole.set(each, at)
    at += each.length
  }
  return whole
}

/**
 * What stands before the payload of a client's frame. A mask keeps what a page may choose from being read as HTTP by a
 * proxy (§10.3). Nobody chooses what leaves here, and a mask of zeros spares both ends a pass over every octet.
 */
export function frameHead(opcode: 'binary' | 'close' | 'pong', octets: number): Uint8Array {
  const lengthOctets = octets <= 125 ? 0 : octets <= 0xffff ? 2 : 8
  const head = Buffer.alloc(2 + lengthOctets + 4)
  head[0] = FIN | OPCODES[opcode]
  head[1] = MASKED | (lengthOctets === 0 ? octets : lengthOctets === 2 ? 126 : 127)
  if (lengthOctets === 2) head.writeUInt16BE(octets, 2)
  if (lengthOctets === 8) head.writeBigUInt64BE(BigInt(octets), 2)
  return head
}

const OPCODES = { binary: BINARY, close: CLOSE, pong: PONG } as const
