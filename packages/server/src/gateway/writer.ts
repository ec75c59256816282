import { hold, letGo } from './lent.ts'
import { messageHead, messageOf } from './message.ts'
import { inThisTurn } from './turn.ts'

/** What a writer writes to. */
export interface Sink {
  /** Sends these octets in one write. */
  write(pieces: readonly Uint8Array[]): void
  /** Octets that were written and have not left yet. */
  unsent(): number
  /** More waits than may. Called once; what was queued is dropped, since nobody may make the server hold more. */
  slow(): void
}

/** Everything that leaves by one socket. */
export interface Writer {
  /**
   * Queues a frame, whole or as its head and its payload; all that is queued in one turn of the loop leaves together. The
   * caller does not touch it afterwards. Ignored after `slow` was called.
   */
  push(frame: Uint8Array, payload?: Uint8Array): void
  /** Queues a whole WebSocket message of frames. Others may hold the same octets. */
  pushMessage(message: Uint8Array): void
  /** Octets that are queued. */
  queued(): number
  /** Sends what is queued and a last frame, whatever waits already. */
  finish(frame: Uint8Array): void
}

export interface WriterLimits {
  /** Octets in one WebSocket message at most. */
  readonly messageOctets: number
  /** Octets that may wait, queued and unsent together. */
  readonly unsentOctets: number
}

/**
 * A frame of so many octets is a WebSocket message of its own, written without a copy. Our choice: what the other side
 * saves by getting it at once outweighs a head.
 */
const ALONE_OCTETS = 8_192

interface Queued {
  /** A frame, or its beginning; or a whole message. */
  readonly head: Uint8Array
  /** Held, if it is lent. */
  readonly payload: Uint8Array
  readonly octets: number
  readonly isMessage: boolean
}

/** Collects frames and sends them in few WebSocket messages and one write. */
export function writerTo(
  sink: Sink,
  limits: WriterLimits,
  soon: (act: () => void) => void = inThisTurn,
): Writer {
  return new GatheringWriter(sink, limits, soon)
}

/** A class, as every connection has one: methods cost nothing there, functions do. */
class GatheringWriter implements Writer {
  readonly #sink: Sink
  readonly #limits: WriterLimits
  readonly #soon: (act: () => void) => void
  #queue: Queued[] = NONE
  #queued = 0
  #cut = false

  constructor(sink: Sink, limits: WriterLimits, soon: (act: () => void) => void) {
    this.#sink = sink
    this.#limits = limits
    this.#soon = soon
  }

  push(head: Uint8Array, payload: Uint8Array = NO_PAYLOAD): void {
    this.#add(head, payload, false)
  }

  pushMessage(message: Uint8Array): void {
    this.#add(message, NO_PAYLOAD, true)
  }

  queued(): number {
    return this.#queued
  }

  finish(frame: Uint8Array): void {
    if (this.#queue.length === 0) this.#queue = []
    this.#queue.push({ head: frame, payload: NO_PAYLOAD, octets: frame.length, isMessage: false })
    this.#flush()
    this.#cut = true
  }

  #add(head: Uint8Array, payload: Uint8Array, isMessage: boolean): void {
    if (this.#cut) return
    const octets = head.length + payload.length
    if (this.#queued + octets + this.#sink.unsent() > this.#limits.unsentOctets) {
      this.#cut = true
      for (const { payload: dropped } of this.#queue) letGo(dropped)
      this.#queue = NONE
      this.#queued = 0
      this.#sink.slow()
      return
    }
    this.#queued += octets
    hold(payload)
    const one = { head, payload, octets, isMessage }
    if (this.#queue.length > 0) return void this.#queue.push(one)
    this.#queue = [one]
    this.#soon(() => this.#flush())
  }

  #flush(): void {
    if (this.#queue.length === 0) return
    const all = this.#queue
    this.#queue = NONE
    this.#queued = 0
    this.#sink.write(piecesOf(all, this.#limits.messageOctets))
  }
}

/** The queue of all who have nothing to send. Never written to. */
const NONE: Queued[] = []
const NO_PAYLOAD = new Uint8Array(0)

/** What was queued, in order, small frames joined, as WebSocket messages of at most `most` octets (a larger frame stands alone). */
function piecesOf(queue: readonly Queued[], most: number): readonly Uint8Array[] {
  const pieces: Uint8Array[] = []
  let run: Uint8Array[] = []
  let octets = 0
  const endRun = (): void => {
    if (octets > 0) pieces.push(messageOf(run))
    run = []
    octets = 0
  }
  for (const one of queue) {
    const alone = isAlone(one)
    if (alone || octets + one.octets > most) endRun()
    if (one.isMessage) pieces.push(one.head)
    else if (alone) {
      pieces.push(Buffer.concat([messageHead(one.octets), one.head]))
      if (one.payload.length > 0) pieces.push(one.payload)
    } else {
      run.push(one.head, one.payload)
      octets += one.octets
    }
  }
  endRun()
  // copied by now; the others are let go by whoever writes them
  for (const one of queue) if (!isAlone(one)) letGo(one.payload)
  return pieces
}

/** Whether it goes out as it is, and not copied together with its neighbours. */
function isAlone(one: Queued): boolean {
  return one.isMessage || one.octets >= ALONE_OCTETS
}
