import type { AudioFrame } from '@hufu/protocol/call'
import type { AudioDecoder } from './opus.ts'

/*
 * One sender's frames, as they come, made into sound without gaps, 20 ms a pull.
 *
 *   silent --a frame--> filling --the delay is over--> playing --nothing for 100 ms--> silent
 *
 * The delay grows by 20 ms for each frame that comes too late, and shrinks again while there is more than it takes, so
 * that a sender's clock that is faster or slower than ours does no harm.
 */

/** What became of a sender's frames, each of 20 ms. */
export interface PlayoutCounts {
  /** Played as they were sent. */
  readonly played: number
  /** Lost, and made good by what the next one carried, or guessed. */
  readonly concealed: number
  /** Came when they had been given up, or twice. */
  readonly late: number
  /** Left out, so as not to fall behind. */
  readonly skipped: number
}

export interface Playout {
  /** A frame arrived. */
  take(frame: AudioFrame): void
  /** The next 20 ms; `undefined` for silence. */
  pull(): Float32Array | undefined
  /** Whether there is anything to be pulled, or soon will be. */
  readonly sounds: boolean
  readonly counts: PlayoutCounts
}

/** Frames that are held back at the beginning: 60 ms. All of these are our choice, in frames of 20 ms. */
const LEAST_DELAY = 3
/** Beyond that, people talk into each other. */
const MOST_DELAY = 10
/** Guesses in a row: from then on there is nothing to go by. */
const MOST_CONCEALED = 5
/** More than this waiting is no buffer but a backlog. */
const MOST_WAITING = 25
/** Frames further off than 5 s are another beginning, or a replay. */
const FAR = 250
/** How long there must be more than enough before a frame is left out: 2 s. */
const WATCHED = 100
/** How long no frame must have been late before the delay shrinks: 10 s. */
const CALM = 500

type State =
  | { readonly at: 'silent' }
  | { readonly at: 'filling'; readonly left: number }
  | {
      readonly at: 'playing'
      /** Guessed in a row, with nothing waiting. */
      readonly guessed: number
    }

/** @param decoder of this sender alone; stays the caller's. */
export function playout(decoder: AudioDecoder): Playout {
  const waiting = new Map<number, Uint8Array>()
  let state: State = { at: 'silent' }
  /** The sequence to be played next; −1 before the first. */
  let next = -1
  let newest = -1
  let delay = LEAST_DELAY
  /** Pulls to be guessed without moving on. */
  let owed = 0
  let calm = 0
  let surplus = { pulls: 0, least: Infinity }
  const counts = { played: 0, concealed: 0, late: 0, skipped: 0 }

  const playable = (sequence: number): boolean => {
    if (next < 0) return true
    if (state.at === 'silent') return sequence >= next || sequence < next - FAR
    if (state.at === 'playing') return sequence >= next && sequence < next + FAR
    return Math.abs(sequence - newest) < FAR
  }
  const late = (sequence: number): void => {
    counts.late += 1
    const isClose = state.at === 'playing' && sequence < next && sequence >= next - MOST_DELAY
    if (!isClose || delay >= MOST_DELAY) return
    delay += 1
    owed += 1
    calm = 0
  }
  /** Leaves out the oldest, so that `most` are waiting. */
  const catchUp = (most: number): void => {
    const from = newest - most + 1
    for (const sequence of waiting.keys()) {
      if (sequence >= from) continue
      waiting.delete(sequence)
      counts.skipped += 1
    }
    next = Math.max(next, from)
  }
  const conceal = (): Float32Array => {
    counts.concealed += 1
    return decoder.conceal()
  }
  const decode = (packet: Uint8Array): Float32Array => {
    const samples = decoder.decode(packet)
    if (samples === undefined) return conceal()
    counts.played += 1
    return samples
  }
  const begin = (): void => {
    next = Math.min(...waiting.keys())
    owed = 0
    surplus = { pulls: 0, least: Infinity }
    state = { at: 'playing', guessed: 0 }
  }
  const fall = (): undefined => {
    state = { at: 'silent' }
    return undefined
  }
  const play = (guessed: number): Float32Array | undefined => {
    if (owed > 0) {
      owed -= 1
      return conceal()
    }
    const packet = waiting.get(next)
    if (packet === undefined && waiting.size === 0 && guessed >= MOST_CONCEALED) return fall()
    state = { at: 'playing', guessed: packet === undefined ? guessed + 1 : 0 }
    waiting.delete(next)
    next += 1
    if (packet !== undefined) return shrunk(decode(packet))
    const after = waiting.get(next)
    if (after === undefined) return conceal()
    counts.concealed += 1
    return decoder.recover(after)
  }
  /** Every now and then, 40 ms in the time of 20, if so much was never needed. */
  const shrunk = (samples: Float32Array): Float32Array => {
    calm += 1
    if (calm >= CALM && delay > LEAST_DELAY) {
      delay -= 1
      calm = 0
    }
    const ahead = newest - next + 1
    surplus = { pulls: surplus.pulls + 1, least: Math.min(surplus.least, ahead) }
    if (surplus.pulls < WATCHED) return samples
    const isTooMuch = surplus.least > delay
    surplus = { pulls: 0, least: Infinity }
    const packet = waiting.get(next)
    if (!isTooMuch || packet === undefined) return samples
    waiting.delete(next)
    next += 1
    counts.skipped += 1
    return crossFaded(samples, decoder.decode(packet) ?? samples)
  }

  return {
    take({ sequence, opus }) {
      if (!playable(sequence) || waiting.has(sequence)) return late(sequence)
      if (state.at === 'silent') {
        state = { at: 'filling', left: delay }
        newest = sequence
        next = sequence
      }
      waiting.set(sequence, opus.slice())
      newest = Math.max(newest, sequence)
      if (newest - next >= MOST_WAITING) catchUp(delay)
    },
    pull() {
      if (state.at === 'silent') return undefined
      if (state.at === 'playing') return play(state.guessed)
      if (state.left > 0) {
        state = { at: 'filling', left: state.left - 1 }
        return undefined
      }
      begin()
      return play(0)
    },
    get sounds() {
      return state.at !== 'silent'
    },
    counts,
  }
}

/** From one into the other, both as loud as they are. */
function crossFaded(one: Float32Array, other: Float32Array): Float32Array {
  return one.map((sample, at) => {
    const part = at / one.length
    return sample * (1 - part) + other[at]! * part
  })
}
