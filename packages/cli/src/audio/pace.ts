import type { Clock } from '@hufu/terminal'
import type { Ms } from '@hufu/protocol/wire'
import { AUDIO_FRAME_MS } from '@hufu/protocol/call'
import type { AudioSource } from './source.ts'

/** Later than this, the rest is put off instead of being sent in one burst. Our choice. */
const MOST_BEHIND_MS = 500

/**
 * Sends a source's payloads, one each 20 ms by the clock and not by the last one, so that small delays do not add up.
 * Resolves at the end of the source, or of `signal`, with how many were sent; the source stays open.
 *
 * @throws {HufuError} what the source throws.
 */
export async function play(
  source: AudioSource,
  send: (payload: Uint8Array) => void,
  clock: Clock,
  signal: AbortSignal,
): Promise<number> {
  let begin = clock.now()
  let sent = 0
  while (!signal.aborted) {
    const payload = await source.next()
    if (payload === undefined) break
    const due = begin + sent * AUDIO_FRAME_MS
    const behind = clock.now() - due
    if (behind > MOST_BEHIND_MS) begin = (begin + behind) as Ms
    else if (behind < 0) await until(due as Ms, clock, signal)
    if (signal.aborted) break
    send(payload)
    sent += 1
  }
  return sent
}

function until(at: Ms, clock: Clock, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      cancel()
      signal.removeEventListener('abort', done)
      resolve()
    }
    const cancel = clock.wake(at, done)
    signal.addEventListener('abort', done)
  })
}
