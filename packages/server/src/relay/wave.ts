import type { Ms } from '@hufu/protocol/wire'

/** Frames of one session that are to leave together. */
export interface Wave {
  frames: WaveFrame[]
  /** Octets of the frames, heads included. */
  octets: number
  /** When the last wave left; undefined before the first. */
  leftAt: Ms | undefined
  /** Calls off the timer that waits for the end of this one, if any does. */
  cancel: (() => void) | undefined
}

/** One frame: its head is that of a data frame on the wire. */
export interface WaveFrame {
  readonly sender: number
  readonly head: Uint8Array
  /** Held, if it is lent. */
  readonly payload: Uint8Array
}

/** Nothing gathered yet. */
export function emptyWave(): Wave {
  return { frames: [], octets: 0, leftAt: undefined, cancel: undefined }
}
