/** Stops a subscription at once: the handler is not called again. */
export type Unsubscribe = () => void

/** Takes one message. `head` is empty if there was none. One handler may serve many subjects. */
export type Hear = (octets: Uint8Array, head: Uint8Array, subject: string) => void

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
   * them in front. The caller does not touch either afterwards. A bus that keeps them beyond this turn of the loop holds
   * them (`hold`, `letGo`).
   */
  publish(subject: string, octets: Uint8Array, head?: Uint8Array): void
  /** The handler does not write to what it gets, and holds it if it keeps it beyond this turn. It should not throw. */
  subscribe(subject: string, handler: Hear): Unsubscribe
  /** Nothing is delivered any more. */
  close(): Promise<void>
}
