import { readAudio } from '@hufu/protocol/call'
import { FRAME_SAMPLES, type AudioDecoder } from './opus.ts'
import { playout, type Playout, type PlayoutCounts } from './playout.ts'

/** What became of all frames that were heard. */
export interface AudioCounts extends PlayoutCounts {
  /** Payloads that are no sound, or none that can be read. */
  readonly unread: number
  /** Frames of members beyond those that can be heard at once. */
  readonly crowded: number
}

/** All members' sound in one. */
export interface Mixer {
  /** A payload came from the member of this index. */
  hear(from: number, payload: Uint8Array): void
  /** The next 20 ms. */
  pull(): Float32Array
  /** Whether anybody is heard. */
  readonly sounds: boolean
  readonly counts: AudioCounts
  /** Frees the decoders. */
  close(): void
}

/** Members who can be heard at once. Our choice: more than people can follow, and a sixteenth of what a core can decode. */
export const MOST_HEARD = 64
/** Pulls of silence after which a member's decoder is free for others: 2 s. Our choice. */
const LONG_SILENT = 100

/** @param decoder a fresh one; `undefined` if there is none at the moment. */
export function mixer(decoder: () => AudioDecoder | undefined): Mixer {
  const voices = new Map<number, Voice>()
  let gone: PlayoutCounts = NONE
  let unread = 0
  let crowded = 0

  const voiceOf = (from: number): Voice | undefined => {
    const known = voices.get(from)
    if (known !== undefined) return known
    const fresh = voices.size < MOST_HEARD ? decoder() : undefined
    if (fresh === undefined) return undefined
    const voice = { decoder: fresh, playout: playout(fresh), silent: 0 }
    voices.set(from, voice)
    return voice
  }
  const end = (from: number, voice: Voice): void => {
    gone = sum(gone, voice.playout.counts)
    voice.decoder.free()
    voices.delete(from)
  }

  return {
    hear(from, payload) {
      const frame = readAudio(payload)
      if (frame === undefined) {
        unread += 1
        return
      }
      const voice = voiceOf(from)
      if (voice === undefined) {
        crowded += 1
        return
      }
      voice.playout.take(frame)
    },
    pull() {
      const mixed = new Float32Array(FRAME_SAMPLES)
      let heard = 0
      for (const [from, voice] of voices) {
        const samples = voice.playout.pull()
        voice.silent = samples === undefined ? voice.silent + 1 : 0
        if (voice.silent > LONG_SILENT) end(from, voice)
        if (samples === undefined) continue
        heard += 1
        for (let at = 0; at < mixed.length; at++) mixed[at]! += samples[at]!
      }
      return heard === 0 ? mixed : mixed.map(softClipped)
    },
    get sounds() {
      return [...voices.values()].some((voice) => voice.playout.sounds)
    },
    get counts() {
      let counts = gone
      for (const { playout: one } of voices.values()) counts = sum(counts, one.counts)
      return { ...counts, unread, crowded }
    },
    close() {
      for (const [from, voice] of voices) end(from, voice)
    },
  }
}

interface Voice {
  readonly decoder: AudioDecoder
  readonly playout: Playout
  /** Pulls since it was last heard. */
  silent: number
}

const NONE: PlayoutCounts = { played: 0, concealed: 0, late: 0, skipped: 0 }

function sum(one: PlayoutCounts, other: PlayoutCounts): PlayoutCounts {
  return {
    played: one.played + other.played,
    concealed: one.concealed + other.concealed,
    late: one.late + other.late,
    skipped: one.skipped + other.skipped,
  }
}

/** Up to here nothing is changed. Our choice. */
const KNEE = 0.7

/** Louder than can be written bends instead of breaking: nothing is cut off, and there is no corner at the knee. */
export function softClipped(sample: number): number {
  const size = Math.abs(sample)
  if (size <= KNEE) return sample
  return Math.sign(sample) * (KNEE + (1 - KNEE) * Math.tanh((size - KNEE) / (1 - KNEE)))
}
