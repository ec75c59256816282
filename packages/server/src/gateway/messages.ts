import { freeChunk, lend } from './lent.ts'
import { unmask } from './unmask.ts'

/*
 * What a client's WebSocket says (RFC 6455 §5), from the chunks in which it happens to arrive.
 *
 *   head ─ two to fourteen octets ─→ payload ─ all of it ─→ head
 *     └─ what no client may say ─→ broken ←─ too long ──┘
 */

/** What is told of what a client says. */
export interface Hearer {
  /** A whole binary message. A large one is lent: whoever keeps it beyond this turn of the loop holds it. */
  message(octets: Uint8Array): void
  /** A text message, whatever is in it. */
  text(): void
  ping(payload: Uint8Array): void
  /** The client closes; nothing follows. */
  closed(): void
  /** The rest cannot be understood, or is too much: `code` is the one to close with (RFC 6455 §7.4.1). Nothing follows. */
  broken(code: number): void
}

export interface MessageLimits {
  /** Octets in one message at most. */
  readonly octets: number
  /** Pieces of one message at most, whether fragments or chunks: each costs some octets beyond its own. */
  readonly pieces: number
}

const FIN = 0x80
const RESERVED = 0x70
const MASKED = 0x80
const CONTINUATION = 0
const TEXT = 1
const BINARY = 2
const CLOSE = 8
const PING = 9
const PONG = 10
/** Octets in the payload of a control frame at most (§5.5). */
const CONTROL_OCTETS = 125

/** Messages of so many octets are copied into buffers of their own, which can be freed. Our choice. */
const LARGE_OCTETS = 16_384

const PROTOCOL_ERROR = 1_002
const POLICY_VIOLATION = 1_008
const TOO_BIG = 1_009

const NO_PIECES: readonly Uint8Array[] = []

/** Reads one client's messages. A class, as every connection has one: methods cost nothing there, functions do. */
export class MessageReader {
  readonly #limits: MessageLimits
  /** The beginning of a head that was cut. */
  #cut: Uint8Array | undefined
  /** Of the frame whose payload is being read: 0 octets left means that a head comes next. */
  #left = 0
  #first = 0
  #mask: Uint8Array | undefined
  #masked = 0
  /** The message that is being read: its kind, 0 if there is none. */
  #kind = 0
  #octets = 0
  #pieces: Uint8Array[] | undefined
  /** Earlier chunks of which the pieces are views, and nobody else's. */
  #chunks: Uint8Array[] | undefined
  /** Whether somebody was given a view of the chunk that is being read. */
  #givenAway = false
  /** The payload of a control frame, which may stand between the fragments of a message. */
  #control: Uint8Array[] | undefined
  #over = false

  constructor(limits: MessageLimits) {
    this.#limits = limits
  }

  /** The next octets. They are unmasked in place, and become the reader's. */
  take(chunk: Uint8Array, hearer: Hearer): void {
    const octets = this.#cut === undefined ? chunk : Buffer.concat([this.#cut, chunk])
    this.#cut = undefined
    this.#givenAway = false
    this.#read(octets, hearer)
    if (this.#givenAway) return
    if (this.#pieces === undefined) freeChunk(octets)
    else (this.#chunks ??= []).push(octets)
  }

  #read(octets: Uint8Array, hearer: Hearer): void {
    let at = 0
    while (at < octets.length && !this.#over) {
      if (this.#left === 0) {
        const next = this.#head(octets, at, hearer)
        if (next === undefined) {
          // a copy: a few octets should not keep a whole chunk
          this.#cut = Uint8Array.from(octets.subarray(at))
          return
        }
        at = next
      } else {
        const end = Math.min(octets.length, at + this.#left)
        this.#payload(octets.subarray(at, end), hearer)
        at = end
      }
    }
  }

  /** Reads a head. The result: where it ends; undefined if not all of it is here. */
  #head(octets: Uint8Array, at: number, hearer: Hearer): number | undefined {
    if (octets.length < at + 2) return undefined
    const first = octets[at]!
    const second = octets[at + 1]!
    const short = second & ~MASKED
    const lengthOctets = short === 126 ? 2 : short === 127 ? 8 : 0
    const maskAt = at + 2 + lengthOctets
    const end = maskAt + 4
    const fault = this.#faultOf(first, second)
    if (fault !== undefined) return this.#break(fault, hearer)
    if (octets.length < end) return undefined
    const length = lengthOctets === 0 ? short : lengthAt(octets, at + 2, lengthOctets)
    const opcode = first & 0x0f
    if (opcode < CLOSE) {
      if (opcode !== CONTINUATION) this.#kind = opcode
      this.#octets += length
      if (this.#octets > this.#limits.octets) return this.#break(TOO_BIG, hearer)
    }
    this.#first = first
    this.#left = length
    this.#masked = 0
    this.#mask = maskOf(octets, maskAt)
    if (length === 0) this.#payload(NOTHING, hearer)
    return end
  }

  /** What is wrong with the first two octets of a head, if anything. */
  #faultOf(first: number, second: number): number | undefined {
    const opcode = first & 0x0f
    const isControl = opcode >= CLOSE
    const known = opcode <= BINARY || (isControl && opcode <= PONG)
    const inTurn = isControl || (opcode === CONTINUATION) === (this.#kind !== 0)
    const whole = !isControl || ((first & FIN) !== 0 && (second & ~MASKED) <= CONTROL_OCTETS)
    const fits = (first & RESERVED) === 0 && (second & MASKED) !== 0
    return known && inTurn && whole && fits ? undefined : PROTOCOL_ERROR
  }

  #payload(octets: Uint8Array, hearer: Hearer): void {
    if (this.#mask !== undefined) unmask(octets, this.#mask, this.#masked)
    this.#masked += octets.length
    this.#left -= octets.length
    const isControl = (this.#first & 0x0f) >= CLOSE
    if (isControl) (this.#control ??= []).push(Uint8Array.from(octets))
    else if ((this.#pieces ??= []).push(octets) > this.#limits.pieces)
      return this.#break(POLICY_VIOLATION, hearer)
    if (this.#left > 0) return
    this.#mask = undefined
    if (isControl) this.#endControl(hearer)
    else if ((this.#first & FIN) !== 0) this.#endMessage(hearer)
  }

  #endControl(hearer: Hearer): void {
    const payload = Buffer.concat(this.#control ?? NO_PIECES)
    this.#control = undefined
    const opcode = this.#first & 0x0f
    if (opcode === PING) hearer.ping(payload)
    if (opcode !== CLOSE) return
    this.#over = true
    hearer.closed()
  }

  #endMessage(hearer: Hearer): void {
    const message = this.#joined()
    const kind = this.#kind
    this.#pieces = undefined
    this.#kind = 0
    this.#octets = 0
    for (const chunk of this.#chunks ?? NO_PIECES) freeChunk(chunk)
    this.#chunks = undefined
    if (kind === TEXT) hearer.text()
    else hearer.message(message)
  }

  /** The message in one piece: a view of this chunk if it is small and came whole, a copy if not. */
  #joined(): Uint8Array {
    const pieces = this.#pieces ?? NO_PIECES
    const octets = this.#octets
    if (octets >= LARGE_OCTETS) {
      const message = lend(octets)
      let at = 0
      for (const piece of pieces) {
        message.set(piece, at)
        at += piece.length
      }
      return message
    }
    if (pieces.length !== 1) return Buffer.concat(pieces)
    this.#givenAway = true
    return pieces[0]!
  }

  #break(code: number, hearer: Hearer): undefined {
    this.#over = true
    this.#pieces = undefined
    this.#chunks = undefined
    this.#control = undefined
    hearer.broken(code)
  }
}

const NOTHING = new Uint8Array(0)

/** A length of two octets or eight; one that is no safe integer is still too large for any limit. */
function lengthAt(octets: Uint8Array, at: number, count: number): number {
  let length = 0
  for (let i = 0; i < count; i += 1) length = length * 256 + octets[at + i]!
  return length
}

/** The four octets of a mask, a copy; undefined if they change nothing, as ours do. */
function maskOf(octets: Uint8Array, at: number): Uint8Array | undefined {
  const zero = (octets[at]! | octets[at + 1]! | octets[at + 2]! | octets[at + 3]!) === 0
  return zero ? undefined : Uint8Array.from(octets.subarray(at, at + 4))
}
