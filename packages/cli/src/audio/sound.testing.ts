/* Sounds to test with, and what to look for in sounds. */

/** A sine of `hertz`, as loud as `level` from 0 to 1. */
export function tone(hertz: number, level: number, samples: number, rate: number): Float32Array {
  return Float32Array.from(
    { length: samples },
    (_, at) => level * Math.sin((2 * Math.PI * hertz * at) / rate),
  )
}

/** Root of the mean square. */
export function loudness(samples: Float32Array): number {
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length)
}

/** How loud the sine of `hertz` in `samples` is, from 0 to 1. */
export function levelOf(hertz: number, samples: Float32Array, rate: number): number {
  return fitted(hertz, samples, rate).level
}

/** Loudness of what is no sine of `hertz`, in decibels below that sine. */
export function noiseBelow(hertz: number, samples: Float32Array, rate: number): number {
  const { sine, cosine, level } = fitted(hertz, samples, rate)
  const rest = samples.map((sample, at) => {
    const phase = (2 * Math.PI * hertz * at) / rate
    return sample - sine * Math.sin(phase) - cosine * Math.cos(phase)
  })
  return 20 * Math.log10(level / Math.SQRT2 / loudness(rest))
}

/** The sine and cosine of `hertz` that come nearest to `samples`; whole periods make them independent of each other. */
function fitted(
  hertz: number,
  samples: Float32Array,
  rate: number,
): { readonly sine: number; readonly cosine: number; readonly level: number } {
  let sine = 0
  let cosine = 0
  samples.forEach((sample, at) => {
    const phase = (2 * Math.PI * hertz * at) / rate
    sine += (2 * sample * Math.sin(phase)) / samples.length
    cosine += (2 * sample * Math.cos(phase)) / samples.length
  })
  return { sine, cosine, level: Math.hypot(sine, cosine) }
}
