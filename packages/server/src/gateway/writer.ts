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

interface Frame {
  readonly head: Uint8Array
  readonly payload: Uint8Array | undefined
  readonly octets: number
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
  let queue: Frame[] = []
  let queued = 0
  let cut = false
  const flush = (): void => {
    if (queue.length === 0) return
    const frames = queue
    queue = []
    queued = 0
    sink.write(piecesOf(frames, limits.messageOctets))
  }
  return {
    push(head, payload) {
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
      if (queue.push({ head, payload, octets }) === 1) soon(flush)
    },
    finish(frame) {
      queue.push({ head: frame, payload: undefined, octets: frame.length })
      flush()
      cut = true
    },
  }
}

/** Frames in order, small neighbours joined, as WebSocket messages of at most `most` octets (a larger frame stands alone). */
function piecesOf(frames: readonly Frame[], most: number): readonly Uint8Array[] {
  const pieces: Uint8Array[] = []
  let run: Uint8Array[] = []
  let octets = 0
  const endRun = (): void => {
    if (octets > 0) pieces.push(Buffer.concat([messageHead(octets), ...run]))
    run = []
    octets = 0
  }
  for (const frame of frames) {
    const alone = frame.octets >= ALONE_OCTETS
    if (alone || octets + frame.octets > most) endRun()
    if (alone) {
      pieces.push(Buffer.concat([messageHead(frame.octets), frame.head]))
      if (frame.payload !== undefined) pieces.push(frame.payload)
      continue
    }
    run.push(frame.head)
    if (frame.payload !== undefined) run.push(frame.payload)
    octets += frame.octets
  }
  endRun()
  return pieces
}

/** FIN and opcode "binary" (RFC 6455 §5.2). A server masks nothing. */
const BINARY = 0x82
/** Lengths up to this stand in the second octet; 126 announces two more octets, 127 eight. */
const SHORT = 125

/** What stands before the octets of a whole binary WebSocket message from a server (RFC 6455 §5.2). */
function messageHead(octets: number): Uint8Array {
  if (octets <= SHORT) return Uint8Array.of(BINARY, octets)
  if (octets <= 0xffff) return Uint8Array.of(BINARY, SHORT + 1, octets >>> 8, octets)
  const head = Buffer.alloc(10)
  head[0] = BINARY
  head[1] = SHORT + 2
  head.writeUInt32BE(octets, 6)
  return head
}

let dueThisTurn: (() => void)[] = []

/** After all sockets that are ready now have been read: one timer for all writers. */
function inThisTurn(act: () => void): void {
  if (dueThisTurn.push(act) > 1) return
  setImmediate(() => {
    const due = dueThisTurn
    dueThisTurn = []
    for (const one of due) one()
  })
}
