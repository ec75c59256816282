import type { Duplex } from 'node:stream'
import type { Socket, Wire } from './connection.ts'
import { isLent, letGo } from './lent.ts'
import { MessageReader, type Hearer, type MessageLimits } from './messages.ts'

/** Control frames that end here (RFC 6455 §5.5): FIN and opcode. */
const CLOSE = 0x88
const PONG = 0x8a
/** "No status received": not sent, so it is answered with an empty close frame. */
const NO_STATUS = 1_005

/**
 * The server's end of a WebSocket (RFC 6455). A class, as every connection has one: methods cost nothing there, functions
 * do.
 */
export class ServerSocket implements Socket, Hearer {
  /** Whether it was let in, and has to be let out. */
  readonly admitted: boolean
  readonly wire: Wire
  readonly #raw: Duplex
  readonly #reader: MessageReader
  #closing = false

  constructor(
    raw: Duplex,
    limits: MessageLimits,
    admitted: boolean,
    start: (socket: Socket) => Wire,
  ) {
    this.#raw = raw
    this.#reader = new MessageReader(limits)
    this.admitted = admitted
    this.wire = start(this)
  }

  /** What has arrived. */
  take(chunk: Uint8Array): void {
    this.#reader.take(chunk, this)
  }

  /** The other side sends nothing more. */
  ended(): void {
    this.#hangUp()
  }

  // what the connection does

  write(pieces: readonly Uint8Array[]): void {
    if (this.#closing || !this.#raw.writable) return
    if (pieces.length > 1) this.#raw.cork()
    for (const piece of pieces)
      if (isLent(piece)) this.#raw.write(piece, () => letGo(piece))
      else this.#raw.write(piece)
    if (pieces.length > 1) this.#raw.uncork()
  }

  unsent(): number {
    return this.#raw.writableLength
  }

  pause(): void {
    this.#raw.pause()
  }

  resume(): void {
    this.#raw.resume()
  }

  close(code: number): void {
    if (this.#closing) return
    this.#writeControl(CLOSE, code === NO_STATUS ? [] : [code >>> 8, code & 0xff])
    this.#closing = true
    // whoever was paused is to be heard closing
    this.#raw.resume()
  }

  terminate(): void {
    this.#raw.destroy()
  }

  // what the other side says

  message(octets: Uint8Array): void {
    this.wire.receive(octets)
  }

  text(): void {
    // nothing of ours is text: the same fault as any other frame that is none
    this.wire.end('ERR_WIRE_FRAME')
  }

  ping(payload: Uint8Array): void {
    if (!this.#closing) this.#writeControl(PONG, payload)
  }

  /** The other side closes, or answers our closing: either way nothing is left to say. */
  closed(): void {
    this.close(NO_STATUS)
    this.#hangUp()
  }

  broken(code: number): void {
    this.wire.broken(code)
  }

  #writeControl(first: number, payload: ArrayLike<number>): void {
    this.#raw.write(Uint8Array.of(first, payload.length, ...Array.from(payload)))
  }

  /** Ends once all is written; a socket that takes nothing more is dropped by whoever waits for it. */
  #hangUp(): void {
    this.#closing = true
    this.#raw.end(() => this.#raw.destroy())
  }
}
