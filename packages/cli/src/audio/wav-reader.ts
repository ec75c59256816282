import { open } from 'node:fs/promises'
import { HufuError } from '@hufu/protocol/wire'
import { codeOf } from '../system.ts'
import { readFormat, readSamples, unsupported, type WavFormat } from './wav-format.ts'

/** The sound of a WAV file, piece by piece. */
export interface WavReader {
  /** Samples a second. */
  readonly rate: number
  /**
   * The next samples, at most a quarter of a second of them; `undefined` at the end.
   *
   * @throws {HufuError} `ERR_FILE_READ`
   */
  read(): Promise<Float32Array | undefined>
  close(): Promise<void>
}

/**
 * Opens a WAV file: RIFF or RF64, integers of 8 to 32 bits or floats, one channel or two. Only ever read forward, so it may
 * be a pipe, and one that is still being written ends where it ends.
 *
 * @throws {HufuError} `ERR_FILE_READ`, or `ERR_AUDIO_FORMAT` if it is none or of another kind.
 */
export async function openWav(path: string): Promise<WavReader> {
  const octets = await openOctets(path)
  try {
    const { format, length } = await readHeader(octets)
    const block = format.channels * format.octets
    const most = block * Math.ceil(format.rate / 4)
    let left = length
    return {
      rate: format.rate,
      async read() {
        const taken = await octets.take(Math.min(left, most))
        const whole = taken.length - (taken.length % block)
        left -= taken.length
        return whole === 0 ? undefined : readSamples(format, taken.subarray(0, whole))
      },
      close: octets.close,
    }
  } catch (cause) {
    await octets.close()
    if (!(cause instanceof HufuError) || cause.code !== 'ERR_AUDIO_FORMAT') throw cause
    throw new HufuError('ERR_AUDIO_FORMAT', `${path}: ${cause.message}`)
  }
}

/** Octets of a file, in their order. */
interface Octets {
  /** So many; fewer only at the end. */
  take(octets: number): Promise<Uint8Array>
  close(): Promise<void>
}

async function openOctets(path: string): Promise<Octets> {
  const failed = (cause: unknown): never => {
    throw new HufuError('ERR_FILE_READ', `${path}: ${reasonOf(cause)}`, { cause })
  }
  const file = await open(path, 'r').catch(failed)
  return {
    async take(octets) {
      const data = new Uint8Array(octets)
      let filled = 0
      while (filled < octets) {
        const { bytesRead } = await file
          .read(data, filled, octets - filled, null)
          .catch((cause: unknown) => failed(cause))
        if (bytesRead === 0) break
        filled += bytesRead
      }
      return data.subarray(0, filled)
    },
    close: () => file.close(),
  }
}

/** What a file that is still written, or was streamed, gives as its length: take what comes. */
const UNKNOWN_LENGTHS: readonly number[] = [0, 0xffff_ffff]
/** Octets of other chunks before the sound that are passed over: pictures and the like. Our choice. */
const MOST_SKIPPED = 64 * 1024 * 1024
const SKIP_OCTETS = 65_536
const MOST_FORMAT_OCTETS = 4_096

async function readHeader(
  octets: Octets,
): Promise<{ readonly format: WavFormat; readonly length: number }> {
  const head = latin1(await octets.take(12))
  const isWav = head.startsWith('RIFF') || head.startsWith('RF64')
  if (!isWav || !head.endsWith('WAVE')) throw unsupported('it is no WAV file')
  let format: WavFormat | undefined
  let long: number | undefined
  let skipped = 0
  for (;;) {
    const chunk = await octets.take(8)
    if (chunk.length < 8) throw unsupported('there is no sound in it')
    const name = latin1(chunk.subarray(0, 4))
    const length = littleEndian(chunk, 4)
    if (name === 'data') {
      if (format === undefined) throw unsupported('its format does not come first')
      if (length === 0xffff_ffff && long !== undefined) return { format, length: long }
      return { format, length: UNKNOWN_LENGTHS.includes(length) ? Infinity : length }
    }
    // chunks begin at even places
    const padded = length + (length % 2)
    if (name === 'fmt ' || name === 'ds64') {
      if (length > MOST_FORMAT_OCTETS) throw unsupported('its format is too long')
      const body = (await octets.take(padded)).subarray(0, length)
      if (name === 'fmt ') format = readFormat(body)
      else long = readLong(body)
      continue
    }
    skipped += padded
    if (skipped > MOST_SKIPPED) throw unsupported('there is too much else in it')
    for (let left = padded; left > 0; left -= SKIP_OCTETS)
      await octets.take(Math.min(left, SKIP_OCTETS))
  }
}

/** The length of the sound in a `ds64` chunk (EBU Tech 3306 §3). */
function readLong(chunk: Uint8Array): number | undefined {
  if (chunk.length < 16) throw unsupported('its format is cut short')
  const length = littleEndian(chunk, 8) + littleEndian(chunk, 12) * 2 ** 32
  return length === 0 ? undefined : length
}

function littleEndian(octets: Uint8Array, at: number): number {
  return new DataView(octets.buffer, octets.byteOffset).getUint32(at, true)
}

function latin1(octets: Uint8Array): string {
  return String.fromCharCode(...octets)
}

function reasonOf(cause: unknown): string {
  const code = codeOf(cause)
  return REASONS[code] ?? (code === '' ? String(cause) : code)
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'no permission to read it',
  EPERM: 'no permission to read it',
  EISDIR: 'it is a folder',
}
