import { messageHead, messageOf } from './message.ts'
import { inThisTurn } from './turn.ts'

/** What a writer writes to. */
export interface Sink {
  /** Sends these octets in one write. */
  write(pieces: readonly Uint8Array[]): void
  /** Octets that were written and have not left yet. */
  unsent(): number
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
  readonly payload: Uint8Array | undefined
  readonly octets: number
  readonly isMessage: boolean
}

/**
 * Collects frames and sends them in few WebSocket messages and one write. `slow` is called once, when more than the limit
 * waits: what was queued is dropped, since nobody may make the server hold more.
 */
export function writerTo(
  sink: Sink,
  limits: WriterLimits,
  slow: () => void,
  soon: (act: () => void) => void = inThisTurn,
): Writer {
  let queue: Queued[] = []
  let queued = 0
  let cut = false
  const flush = (): void => {
    if (queue.length === 0) return
    const all = queue
    queue = []
    queued = 0
    sink.write(piecesOf(all, limits.messageOctets))
  }
  const add = (head: Uint8Array, payload: Uint8Array | undefined, isMessage: boolean): void => {
    if (cut) return
    const octets = head.length + (payload?.length ?? 0)
    if (queued + octets + sink.unsent() > limits.unsentOctets) {
      cut = true
      queue = []
      queued = 0
      slow()
      return
    }
    queued += octets
    if (queue.push({ head, payload, octets, isMessage }) === 1) soon(flush)
  }
  return {
    push: (head, payload) => add(head, payload, false),
    pushMessage: (message) => add(message, undefined, true),
    finish(frame) {
      queue.push({ head: frame, payload: undefined, octets: frame.length, isMessage: false })
      flush()
      cut = true
    },
  }
}

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
    const alone = one.isMessage || one.octets >= ALONE_OCTETS
    if (alone || octets + one.octets > most) endRun()
    if (one.isMessage) pieces.push(one.head)
    else if (alone) {
      pieces.push(Buffer.concat([messageHead(one.octets), one.head]))
      if (one.payload !== undefined) pieces.push(one.payload)
    } else {
      run.push(one.head)
      if (one.payload !== undefined) run.push(one.payload)
      octets += one.octets
    }
  }
  endRun()
  return pieces
}
