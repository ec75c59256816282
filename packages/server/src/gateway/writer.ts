/** What a writer writes to. */
export interface Sink {
  /** Sends these WebSocket messages in one write. */
  write(messages: readonly Uint8Array[]): void
  /** Octets that were written and have not left yet. */
  unsent(): number
}

/** Everything that leaves by one socket. */
export interface Writer {
  /** Queues a frame; all that is queued in one turn of the loop leaves together. Ignored after `slow` was called. */
  push(frame: Uint8Array): void
  /** Sends what is queued now. */
  flush(): void
}

export interface WriterLimits {
  /** Octets in one WebSocket message at most. */
  readonly messageOctets: number
  /** Octets that may wait, queued and unsent together. */
  readonly unsentOctets: number
}

/** Frames of so many octets go as a message of their own, uncopied. Our choice: about what a copy and a head cost alike. */
const ALONE_OCTETS = 16_384

/**
 * Collects frames and sends them in few messages and one write. `slow` is called once, when more than the limit waits:
 * what was queued is dropped, since nobody may make the server hold more.
 */
export function writerTo(
  sink: Sink,
  limits: WriterLimits,
  slow: () => void,
  soon: (act: () => void) => void = inThisTurn,
): Writer {
  let queue: Uint8Array[] = []
  let queued = 0
  let cut = false
  const flush = (): void => {
    if (queue.length === 0) return
    const frames = queue
    queue = []
    queued = 0
    sink.write(messagesOf(frames, limits.messageOctets))
  }
  return {
    push(frame) {
      if (cut) return
      if (queued + frame.length + sink.unsent() > limits.unsentOctets) {
        cut = true
        queue = []
        queued = 0
        slow()
        return
      }
      queued += frame.length
      if (queue.push(frame) === 1) soon(flush)
    },
    flush,
  }
}

/** Frames in order, small neighbours joined, in messages of at most `most` octets (a larger frame stands alone). */
function messagesOf(frames: readonly Uint8Array[], most: number): readonly Uint8Array[] {
  const messages: Uint8Array[] = []
  let run: Uint8Array[] = []
  let octets = 0
  const endRun = (): void => {
    if (run.length > 0) messages.push(run.length === 1 ? run[0]! : Buffer.concat(run, octets))
    run = []
    octets = 0
  }
  for (const frame of frames) {
    const alone = frame.length >= ALONE_OCTETS
    if (alone || octets + frame.length > most) endRun()
    if (alone) messages.push(frame)
    else {
      run.push(frame)
      octets += frame.length
    }
  }
  endRun()
  return messages
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
