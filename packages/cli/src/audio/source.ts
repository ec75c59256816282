import { encodeAudio } from '@hufu/protocol/call'
import { audioEncoder, FRAME_SAMPLES, SAMPLE_RATE } from './opus.ts'
import { resampler } from './resampler.ts'
import { openWav } from './wav-reader.ts'

/** The sound of a file, as payloads of media frames of 20 ms each. */
export interface AudioSource {
  /**
   * The next one; `undefined` at the end, and once it is closed.
   *
   * @throws {HufuError} `ERR_FILE_READ`
   */
  next(): Promise<Uint8Array | undefined>
  close(): Promise<void>
}

/**
 * Opens a WAV file to be heard in a call. No more of it than half a second stands in memory.
 *
 * @throws {HufuError} `ERR_FILE_READ`, or `ERR_AUDIO_FORMAT` if it is of no kind that is read.
 */
export async function openAudio(path: string): Promise<AudioSource> {
  const wav = await openWav(path)
  const encoder = await audioEncoder()
  const rate = resampler(wav.rate, SAMPLE_RATE)
  let samples: Float32Array = new Float32Array(0)
  let at = 0
  let isSound = false
  let isOver = false
  let sequence = 0
  let isClosed = false

  /** The end of the sound, behind so many samples that wait; what the encoder holds back, and silence up to a whole frame. */
  const tail = (waiting: number): Float32Array => {
    const last = rate.end()
    if (!isSound) return last
    const frames = Math.ceil((waiting + last.length + encoder.delay) / FRAME_SAMPLES)
    const padded = new Float32Array(frames * FRAME_SAMPLES - waiting)
    padded.set(last)
    return padded
  }
  const more = async (): Promise<void> => {
    const piece = await wav.read()
    if (isClosed) return
    isOver = piece === undefined
    const left = samples.subarray(at)
    if (piece !== undefined) isSound = true
    const fresh = piece === undefined ? tail(left.length) : rate.push(piece)
    samples = new Float32Array(left.length + fresh.length)
    samples.set(left)
    samples.set(fresh, left.length)
    at = 0
  }
  return {
    async next() {
      while (samples.length - at < FRAME_SAMPLES && !isOver && !isClosed) await more()
      // it may have been closed meanwhile, and has no encoder any more
      if (isClosed || samples.length - at < FRAME_SAMPLES) return undefined
      const opus = encoder.encode(samples.subarray(at, at + FRAME_SAMPLES))
      at += FRAME_SAMPLES
      return encodeAudio({ sequence: sequence++, opus })
    },
    async close() {
      if (isClosed) return
      isClosed = true
      encoder.free()
      await wav.close()
    },
  }
}
