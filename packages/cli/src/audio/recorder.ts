import { rm } from 'node:fs/promises'
import { AUDIO_FRAME_MS } from '@hufu/protocol/call'
import type { HufuError, Ms } from '@hufu/protocol/wire'
import type { Clock } from '@hufu/terminal'
import { mixer, type AudioCounts } from './mixer.ts'
import { audioDecoder, type AudioDecoder } from './opus.ts'
import { createWav } from './wav-writer.ts'

/** Everybody's sound in one file. */
export interface Recorder {
  /** Now it begins, or goes on, in silence too. Without it, with the first that is heard. */
  start(): void
  /** What comes until it goes on is not for the file, nor is the silence. */
  pause(): void
  /** The payload of a media frame came from the member of this index; or was sent, if one is to be heard oneself. */
  hear(from: number, payload: Uint8Array): void
  readonly counts: AudioCounts
  /**
   * Plays out what is held back, and ends the file; one that was never begun is deleted, and gives `undefined`. May be
   * called again.
   *
   * @throws {HufuError} `ERR_FILE_WRITE`, also for what failed before.
   */
  close(): Promise<AudioCounts | undefined>
}

/** How often what was heard goes to the file. Our choice. */
const STEP_MS = 200
/** If the machine slept for longer than this, the recording leaves that out. Our choice. */
const MOST_STEP_MS = 10_000
/** What is held back at the end is less than this. */
const MOST_REST = 50
/** Decoders that stand ready. */
const SPARE_DECODERS = 4

/**
 * Makes a WAV file at `path`, where nothing may be yet, and records into it. It can be played even if it is never closed.
 *
 * @param onFailure told once, when nothing can be written any more.
 * @throws {HufuError} `ERR_FILE_WRITE`
 */
export async function openRecorder(
  path: string,
  clock: Clock,
  onFailure: (error: HufuError) => void,
): Promise<Recorder> {
  const pool = await decoderPool()
  const file = await createWav(path, onFailure)
  const voices = mixer(pool.take)
  let time: Ms | undefined
  let isBegun = false
  let isPaused = false
  let closing: Promise<AudioCounts | undefined> | undefined

  /** Plays what falls due until now. */
  const advance = (): void => {
    if (time === undefined) return
    const now = clock.now()
    if (now - time > MOST_STEP_MS) time = (now - MOST_STEP_MS) as Ms
    for (; now - time >= AUDIO_FRAME_MS; time = (time + AUDIO_FRAME_MS) as Ms)
      file.append(voices.pull())
  }
  let cancel = (): void => {}
  const step = (): void => {
    advance()
    cancel = clock.wake((clock.now() + STEP_MS) as Ms, step)
  }
  const start = (): void => {
    isPaused = false
    if (time !== undefined || closing !== undefined) return
    isBegun = true
    time = clock.now()
    step()
  }
  /** Plays out what is held back, and stands still. */
  const stand = (): void => {
    cancel()
    advance()
    time = undefined
    for (let rest = 0; rest < MOST_REST && voices.sounds; rest++) file.append(voices.pull())
  }

  const close = async (): Promise<AudioCounts | undefined> => {
    stand()
    const { counts } = voices
    voices.close()
    pool.close()
    await file.close()
    if (isBegun) return counts
    // so that the next try finds nothing in its way
    await rm(path, { force: true }).catch(() => undefined)
    return undefined
  }
  return {
    start,
    pause() {
      isPaused = true
      stand()
    },
    hear(from, payload) {
      if (closing !== undefined || isPaused) return
      start()
      advance()
      voices.hear(from, payload)
    },
    get counts() {
      return voices.counts
    },
    close: () => (closing ??= close()),
  }
}

/** Decoders are made asynchronously, frames are heard synchronously: a few are made ahead. */
async function decoderPool(): Promise<{ take(): AudioDecoder | undefined; close(): void }> {
  const spare: AudioDecoder[] = []
  let isOpen = true
  const fill = async (): Promise<void> => {
    while (isOpen && spare.length < SPARE_DECODERS) spare.push(await audioDecoder())
    if (!isOpen) for (const decoder of spare.splice(0)) decoder.free()
  }
  await fill()
  return {
    take() {
      const decoder = spare.pop()
      // without memory for another one, the members who come next are not heard
      fill().catch(() => {})
      return decoder
    },
    close() {
      isOpen = false
      for (const decoder of spare.splice(0)) decoder.free()
    },
  }
}
