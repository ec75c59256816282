import type { EpochKeys } from '@hufu/protocol/group'
import { DATA_ROOM_OCTETS } from '@hufu/protocol/wire'
import { inOrder } from '../talk/in-order.ts'
import type { CallCounts } from './events.ts'
import { frames, type FrameKeys } from './frames.ts'
import { mediaLine, type MediaLineOptions } from './media.ts'

/*
 * Media of a call: sealed, sent if it is not late, opened, and counted. Nothing is sent again.
 */

/** This end's media in a call. */
export interface Sounding {
  accept(keys: EpochKeys): void
  use(keys: EpochKeys): void
  forget(epoch: number): void
  /** False if it was dropped: it would be late, or there is no key or connection. */
  send(payload: Uint8Array): boolean
  hear(heard: (from: number, payload: Uint8Array) => void): void
  readonly counts: CallCounts
  close(): void
}

export interface SoundingOptions extends Omit<MediaLineOptions, 'on'> {
  readonly self: number
  /** Where the keys lie, if not here. */
  readonly keys: FrameKeys | undefined
  /** Whether this end may send now. */
  readonly canSend: () => boolean
  readonly on: {
    readonly opened: () => void
    readonly lost: () => void
    /** A frame of so many octets was good. */
    readonly passed: (octets: number) => void
  }
}

/** Frames that may be with a slow token: who speaks faster than it seals is late, and who floods is not heard. Our choices. */
const MOST_SEALING = 16
const MOST_OPENING = 512
/** Frames that are kept for a key that is on its way. Our choice: two seconds of five who speak. */
const MOST_EARLY = 512

export function sounding({ self, keys, canSend, on, ...options }: SoundingOptions): Sounding {
  const mine = frames('media', self, keys)
  let early: { readonly from: number; readonly frame: Uint8Array; readonly epoch: number }[] = []
  /** The first epoch that this end had keys of, and the latest. */
  let first = Infinity
  let newest = 0
  let late = 0
  let heard: ((from: number, payload: Uint8Array) => void) | undefined

  const line = mediaLine({
    ...options,
    on: {
      opened: on.opened,
      lost: on.lost,
      frame: (from, frame) => open(from, frame),
      closed: on.lost,
    },
  })
  const sealed = inOrder<Uint8Array>((roomy) => line.send(roomy))
  const opened = inOrder<{ readonly from: number; readonly payload: Uint8Array | undefined }>(
    ({ from, payload }) => {
      if (payload !== undefined) heard?.(from, payload)
    },
  )

  const open = (from: number, frame: Uint8Array): void => {
    if (opened.length >= MOST_OPENING) {
      mine.counts.undecryptable += 1
      return
    }
    const made = mine.open(from, frame)
    if (made.is === 'bad') return
    if (made.is === 'early') {
      const isToCome = made.epoch > newest && early.length < MOST_EARLY
      if (isToCome) early.push({ from, frame: frame.slice(), epoch: made.epoch })
      // what is older than this end is not for it
      else if (made.epoch >= first) mine.counts.undecryptable += 1
      return
    }
    const { plaintext } = made
    if (plaintext instanceof Promise) opened.push(plaintext.then((payload) => ({ from, payload })))
    else opened.push({ from, payload: plaintext })
    on.passed(frame.length)
  }

  return {
    accept(accepted) {
      mine.accept(accepted)
      first = Math.min(first, accepted.epoch)
      newest = Math.max(newest, accepted.epoch)
      const waiting = early
      early = []
      for (const one of waiting)
        if (one.epoch <= newest) open(one.from, one.frame)
        else early.push(one)
    },
    use: (used) => mine.use(used),
    forget: (epoch) => mine.forget(epoch),
    send(payload) {
      const isPrompt = canSend() && line.fit === 'open' && sealed.length < MOST_SEALING
      const frame = isPrompt ? mine.seal(payload, DATA_ROOM_OCTETS) : undefined
      if (frame === undefined) late += 1
      else sealed.push(frame)
      return frame !== undefined
    },
    hear: (one) => void (heard = one),
    get counts() {
      const { sent, received, lost, undecryptable } = mine.counts
      return { sent, received, lost, undecryptable, late }
    },
    close() {
      mine.close()
      line.close()
    },
  }
}
