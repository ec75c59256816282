import { HufuError } from '@hufu/protocol/wire'

/** How a WAV file keeps its samples. */
export interface WavFormat {
  readonly coding: 'integer' | 'float'
  readonly channels: number
  /** Samples a second and channel. */
  readonly rate: number
  /** Octets of one sample of one channel. */
  readonly octets: number
}

/** Samples a second that are taken. Telephones have 8,000; beyond the highest nobody hears. Our choice. */
const LEAST_RATE = 4_000
const MOST_RATE = 384_000

/** Codes in the `fmt ` chunk (mmreg.h). */
const PCM = 1
const FLOAT = 3
const EXTENSIBLE = 0xfffe
/** Octets of the chunk up to where an extensible one names its true code. */
const EXTENSIBLE_OCTETS = 26

const INTEGER_BITS: readonly number[] = [8, 16, 24, 32]
const FLOAT_BITS: readonly number[] = [32, 64]

/**
 * Reads the body of a `fmt ` chunk.
 *
 * @throws {HufuError} `ERR_AUDIO_FORMAT`, with what is wrong with it.
 */
export function readFormat(chunk: Uint8Array): WavFormat {
  if (chunk.length < 16) throw unsupported('its format is cut short')
  const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength)
  const named = view.getUint16(0, true)
  const isLong = named === EXTENSIBLE && chunk.length >= EXTENSIBLE_OCTETS
  const code = isLong ? view.getUint16(24, true) : named
  const channels = view.getUint16(2, true)
  const rate = view.getUint32(4, true)
  const align = view.getUint16(12, true)
  const bits = view.getUint16(14, true)
  if (code !== PCM && code !== FLOAT) throw unsupported(`it is compressed (format ${code})`)
  const coding = code === PCM ? 'integer' : 'float'
  const isKnown = (coding === 'integer' ? INTEGER_BITS : FLOAT_BITS).includes(bits)
  if (!isKnown) throw unsupported(`its samples have ${bits} bits`)
  if (channels !== 1 && channels !== 2) throw unsupported(`it has ${channels} channels`)
  if (rate < LEAST_RATE || rate > MOST_RATE) throw unsupported(`${rate} samples a second`)
  if (align !== (channels * bits) / 8) throw unsupported('its format contradicts itself')
  return { coding, channels, rate, octets: bits / 8 }
}

/** The samples in `octets`, which are whole ones, as floats from −1 to 1, and the mean of two channels. */
export function readSamples(format: WavFormat, octets: Uint8Array): Float32Array {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength)
  const read = READERS[`${format.coding} ${format.octets}`]!
  const { channels } = format
  const samples = new Float32Array(octets.length / (format.octets * channels))
  for (let at = 0; at < samples.length; at++) {
    const place = at * channels * format.octets
    const first = read(view, place)
    samples[at] = channels === 1 ? first : (first + read(view, place + format.octets)) / 2
  }
  return samples
}

const READERS: Readonly<Record<string, (view: DataView, at: number) => number>> = {
  'integer 1': (view, at) => (view.getUint8(at) - 128) / 128,
  'integer 2': (view, at) => view.getInt16(at, true) / 0x8000,
  'integer 3': (view, at) => (view.getUint16(at, true) | (view.getInt8(at + 2) << 16)) / 0x80_0000,
  'integer 4': (view, at) => view.getInt32(at, true) / 0x8000_0000,
  'float 4': (view, at) => within(view.getFloat32(at, true)),
  'float 8': (view, at) => within(view.getFloat64(at, true)),
}

/** Floats may be anything; what is no number is silence. */
function within(value: number): number {
  return Number.isNaN(value) ? 0 : Math.max(-1, Math.min(1, value))
}

/** The file cannot be played. */
export function unsupported(reason: string): HufuError {
  return new HufuError('ERR_AUDIO_FORMAT', reason)
}
