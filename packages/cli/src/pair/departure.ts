/** What counts when one asks whether to leave. */
export interface Departure {
  /** Something is said and not taken yet, or a file is on its way, in or out. */
  readonly busy: boolean
  /** The user wants to leave, or the other does. */
  readonly quitting: boolean
  /** This end came to send files (--send). */
  readonly cameToSend: boolean
  /** Nothing more will be said here. */
  readonly inputEnded: boolean
  /** Something was said or sent here. */
  readonly spoke: boolean
  /** The other has nothing more to say. */
  readonly peerFinished: boolean
}

/**
 * Whether it is time to leave. Never while something is on its way. Whoever came to send leaves when it is across; whoever
 * spoke, at the end of the input; whoever only listens, when the other has finished too.
 */
export function isTimeToLeave(at: Departure): boolean {
  if (at.busy) return false
  if (at.quitting || at.cameToSend) return true
  return at.inputEnded && (at.spoke || at.peerFinished)
}
