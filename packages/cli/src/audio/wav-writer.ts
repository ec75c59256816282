import { open, type FileHandle } from 'node:fs/promises'
import { HufuError } from '@hufu/protocol/wire'
import { writeFailure } from '../files/failure.ts'
import { writeAll } from '../files/write-all.ts'
import { codeOf } from '../system.ts'
import { SAMPLE_RATE } from './opus.ts'

/** A recording: one channel of 16 bits at 48,000 samples a second. */
export interface WavWriter {
  /** Adds samples from −1 to 1. They are on the disk a second or two later. */
  append(samples: Float32Array): void
  /**
   * Writes what is left.
   *
   * @throws {HufuError} `ERR_FILE_WRITE`, also for what failed before.
   */
  close(): Promise<void>
}

/** Samples that are written at a time: one second. */
const BLOCK_SAMPLES = SAMPLE_RATE
/** Blocks that may wait for a slow disk: a minute. Our choice. */
const MOST_WAITING = 60

/**
 * Makes a recording at `path`, where nothing may be yet. Its header is set right after each second, so that it can be played
 * even if nobody closes it. From 4 GiB on (half a day) it is RF64, for which there is room from the start.
 *
 * @param onFailure told once, at the first failure; nothing is written any more.
 * @throws {HufuError} `ERR_FILE_WRITE`
 */
export async function createWav(
  path: string,
  onFailure: (error: HufuError) => void,
): Promise<WavWriter> {
  const file = await open(path, 'wx', 0o666).catch((cause: unknown) => {
    if (codeOf(cause) !== 'EEXIST') throw writeFailure(path, cause)
    throw new HufuError('ERR_FILE_WRITE', `${path}: is there already, and is not replaced`)
  })
  return wavWriter(file, path, onFailure)
}

/** What {@link createWav} gives, into an empty file that is open; `path` is for messages. */
export function wavWriter(
  file: Pick<FileHandle, 'writev' | 'close'>,
  path: string,
  onFailure: (error: HufuError) => void,
): WavWriter {
  let octets = 0
  let failure: HufuError | undefined
  let waiting = 0
  let block = new Int16Array(BLOCK_SAMPLES)
  let filled = 0
  let written: Promise<void> = Promise.resolve()

  const fail = (cause: unknown): void => {
    if (failure !== undefined) return
    failure = writeFailure(path, cause)
    onFailure(failure)
  }
  const write = async (samples: Int16Array): Promise<void> => {
    if (failure !== undefined) return
    // the sound first: the header never promises what is not there
    await writeAll(file, WAV_HEADER_OCTETS + octets, [littleEndian(samples)])
    octets += samples.byteLength
    await writeAll(file, 0, [wavHeader(octets)])
  }
  const flush = (): void => {
    const samples = block.subarray(0, filled)
    block = new Int16Array(BLOCK_SAMPLES)
    filled = 0
    if (waiting === MOST_WAITING)
      return fail(new HufuError('ERR_FILE_WRITE', `${path}: the disk does not keep up`))
    waiting += 1
    written = written
      .then(() => write(samples))
      .catch(fail)
      .finally(() => {
        waiting -= 1
      })
  }
  flush() // the header

  return {
    append(samples) {
      if (failure !== undefined) return
      for (const sample of samples) {
        block[filled++] = Math.round(Math.max(-1, Math.min(1, sample)) * 0x7fff)
        if (filled === BLOCK_SAMPLES) flush()
      }
    },
    async close() {
      flush()
      await written
      await file.close().catch(fail)
      if (failure !== undefined) throw failure
    },
  }
}

/** RIFF, a chunk for long lengths or a gap in its place, the format, and the head of the sound. */
const WAV_HEADER_OCTETS = 80
const LONG_OCTETS = 28

/**
 * The header of so many octets of sound.
 *
 * @returns {@link WAV_HEADER_OCTETS} octets (EBU Tech 3306 §4: a `JUNK` chunk becomes `ds64`).
 */
export function wavHeader(octets: number): Uint8Array {
  const whole = WAV_HEADER_OCTETS - 8 + octets
  const isLong = whole > 0xffff_fffe
  const header = new Uint8Array(WAV_HEADER_OCTETS)
  const view = new DataView(header.buffer)
  const text = (at: number, value: string): void => header.set(Buffer.from(value, 'latin1'), at)
  const u64 = (at: number, value: number): void => view.setBigUint64(at, BigInt(value), true)
  text(0, isLong ? 'RF64' : 'RIFF')
  view.setUint32(4, isLong ? 0xffff_ffff : whole, true)
  text(8, 'WAVE')
  text(12, isLong ? 'ds64' : 'JUNK')
  view.setUint32(16, LONG_OCTETS, true)
  if (isLong) {
    u64(20, whole)
    u64(28, octets)
    u64(36, octets / 2)
  }
  text(48, 'fmt ')
  view.setUint32(52, 16, true)
  view.setUint16(56, 1, true)
  view.setUint16(58, 1, true)
  view.setUint32(60, SAMPLE_RATE, true)
  view.setUint32(64, SAMPLE_RATE * 2, true)
  view.setUint16(68, 2, true)
  view.setUint16(70, 16, true)
  text(72, 'data')
  view.setUint32(76, isLong ? 0xffff_ffff : octets, true)
  return header
}

/** The samples as WAV has them, whatever the machine's order is. */
function littleEndian(samples: Int16Array): Uint8Array {
  const octets = new Uint8Array(samples.byteLength)
  const view = new DataView(octets.buffer)
  samples.forEach((sample, at) => view.setInt16(at * 2, sample, true))
  return octets
}
