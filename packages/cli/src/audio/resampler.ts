/*
 * From any rate to another, by a windowed sinc (J. O. Smith, Digital Audio Resampling): the filter stands in a table, 512
 * places between two samples, and straight lines between those, which puts the error some 100 dB below the sound.
 */

/** Takes sound of one rate, gives that of another. */
export interface Resampler {
  /** What can be said of the output by now; the next piece goes on where it ends. */
  push(samples: Float32Array): Float32Array
  /** What is left when nothing more comes. */
  end(): Float32Array
}

/** Zeros of the sinc on each side: what falls from passed to stopped does so within some 6 % of the band. Our choice. */
const ZEROS = 48
/** Places in the table between two samples. */
const PHASES = 512
/** Shape of the Kaiser window: stops by 100 dB (Kaiser 1974). */
const BETA = 10
/** Where the band ends, as a part of half the lower rate: the slope beyond it must not fold back far. */
const BAND = 0.94

/**
 * @param from samples a second of what comes.
 * @param to samples a second of what goes.
 */
export function resampler(from: number, to: number): Resampler {
  if (from === to) return { push: (samples) => samples, end: () => new Float32Array(0) }
  const filter = sincFilter(Math.min(1, to / from) * BAND)
  let kept: Float32Array = new Float32Array(filter.reach)
  /** Samples before `kept[0]`; what is before the beginning is silence. */
  let passed = -filter.reach
  let taken = 0
  let given = 0

  const push = (samples: Float32Array): Float32Array => {
    const all = joined(kept, samples)
    taken += samples.length
    // as far as the filter sees whole
    const end = Math.floor(((taken - filter.reach) * to) / from)
    const out = new Float32Array(Math.max(0, end - given))
    for (let at = 0; at < out.length; at++) {
      const [whole, phase] = placeOf(given + at, from, to)
      out[at] = filter.at(all, whole - passed, phase)
    }
    given += out.length
    const next = placeOf(given, from, to)[0] - filter.reach
    kept = all.slice(Math.max(0, next - passed))
    passed = Math.max(passed, next)
    return out
  }
  return {
    push,
    end() {
      const total = Math.ceil((taken * to) / from)
      const left = total - given
      return push(new Float32Array(filter.reach + Math.ceil(from / to) + 1)).slice(0, left)
    },
  }
}

/** Where output sample `index` falls: after which input sample, and how far. Exact, however long the sound is. */
function placeOf(index: number, from: number, to: number): readonly [number, number] {
  const position = index * from
  const whole = Math.floor(position / to)
  return [whole, (position - whole * to) / to]
}

interface SincFilter {
  /** Samples on each side that it looks at. */
  readonly reach: number
  /** The value between `samples[place]` and the next, at `phase` of the way. */
  at(samples: Float32Array, place: number, phase: number): number
}

/** @param cutoff as a part of half the input's rate. */
function sincFilter(cutoff: number): SincFilter {
  const reach = Math.ceil(ZEROS / cutoff) + 1
  const taps = 2 * reach
  const rows = Array.from({ length: PHASES + 1 }, (_, phase) => {
    const row = new Float32Array(taps)
    let sum = 0
    for (let tap = 0; tap < taps; tap++) {
      const distance = tap - reach + 1 - phase / PHASES
      row[tap] = sinc(distance * cutoff) * kaiser(distance / reach)
      sum += row[tap]!
    }
    // every row passes silence and standing levels alike
    return row.map((value) => value / sum)
  })
  return {
    reach,
    at(samples, place, phase) {
      const scaled = phase * PHASES
      const row = Math.floor(scaled)
      const low = rows[row]!
      const high = rows[row + 1]!
      const first = place - reach + 1
      let below = 0
      let above = 0
      for (let tap = 0; tap < taps; tap++) {
        const sample = samples[first + tap]!
        below += sample * low[tap]!
        above += sample * high[tap]!
      }
      return below + (above - below) * (scaled - row)
    },
  }
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x)
}

function kaiser(x: number): number {
  return Math.abs(x) >= 1 ? 0 : bessel(BETA * Math.sqrt(1 - x * x)) / bessel(BETA)
}

/** The modified Bessel function of the first kind, order 0. */
function bessel(x: number): number {
  let term = 1
  let sum = 1
  for (let k = 1; term > sum * 1e-12; k++) {
    term *= (x / (2 * k)) ** 2
    sum += term
  }
  return sum
}

function joined(one: Float32Array, other: Float32Array): Float32Array {
  const both = new Float32Array(one.length + other.length)
  both.set(one)
  both.set(other, one.length)
  return both
}
