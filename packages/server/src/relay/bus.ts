/** Stops a subscription at once: the handler is not called again. */
export type Unsubscribe = () => void

/**
 * Takes one message. `head` is empty if there was none. `rest` goes on where `octets` end: it is empty unless the message was
 * published with one, and even then they need not be cut where they were. One handler may serve many subjects.
 */
export type Hear = (
  octets: Uint8Array,
  head: Uint8Array,
  rest: readonly Uint8Array[],
  subject: string,
) => void

/**
 * How the nodes of one server speak to each other, and one node's rooms among themselves: everything crosses it, so that
 * one node and many run the same code. Every one must pass `busContract`.
 *
 * A message reaches all who are subscribed to its subject when it arrives, at most once; messages of one publisher on one
 * subject arrive in order; a handler is never called from within `publish`. There is no memory: what nobody is subscribed
 * to is lost.
 */
export interface Bus {
  /**
   * `subject`: dots between its parts, no spaces. `head`: a few octets, apart so that large `octets` need no copy to get
   * them in front. `rest`: what follows `octets`, apart so that large pieces need no copy to be joined. The caller does not
   * touch any of them afterwards.
   */
  publish(
    subject: string,
    octets: Uint8Array,
    head?: Uint8Array,
    rest?: readonly Uint8Array[],
  ): void
  /** The handler may look at what it gets for as long as it likes, and not write to it. It should not throw. */
  subscribe(subject: string, handler: Hear): Unsubscribe
  /** Nothing is delivered any more. */
  close(): Promise<void>
}
