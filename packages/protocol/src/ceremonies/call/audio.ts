import { concat } from '../../crypto/index.ts'

/*
 * What is sealed in a media frame (docs/protocol.md, call): one octet that says what it is, and for sound
 *
 *   1 | sequence u32 | one Opus packet of 20 ms, one channel
 *
 * The sequence counts frames of 20 ms, so that it says the place in time too.
 */

/** 20 ms of a member's sound. */
export interface AudioFrame {
  /** Below 2^32; enough for two years and a half. */
  readonly sequence: number
  /** 1 to {@link MAX_OPUS_OCTETS} octets. */
  readonly opus: Uint8Array
}

/** Octets of the largest packet with one frame in it (RFC 6716 §3.4). */
export const MAX_OPUS_OCTETS = 1_275

/** Milliseconds of sound in a frame. */
export const AUDIO_FRAME_MS = 20

/** The plaintext of a media frame. */
export function encodeAudio({ sequence, opus }: AudioFrame): Uint8Array {
  const head = new Uint8Array(HEAD_OCTETS)
  head[0] = KIND
  new DataView(head.buffer).setUint32(1, sequence)
  return concat(head, opus)
}

/**
 * Reads the plaintext of a media frame. `undefined` if it is something else, or its Opus packet is empty, too large or
 * not of 20 ms; what is inside that packet is the decoder's to judge. The packet shares its memory with `payload`.
 */
export function readAudio(payload: Uint8Array): AudioFrame | undefined {
  if (payload[0] !== KIND || payload.length <= HEAD_OCTETS) return undefined
  const opus = payload.subarray(HEAD_OCTETS)
  if (opus.length > MAX_OPUS_OCTETS || durationOf(opus) !== AUDIO_FRAME_MS) return undefined
  const view = new DataView(payload.buffer, payload.byteOffset)
  return { sequence: view.getUint32(1), opus }
}

const KIND = 1
const HEAD_OCTETS = 5

/** Milliseconds that an Opus packet lasts, by its first two octets (RFC 6716 §3.1, §3.2). */
function durationOf(packet: Uint8Array): number {
  const toc = packet[0]!
  const config = toc >> 3
  const each = durations(config)[config & 3]!
  if ((toc & 3) === 3) return each * ((packet[1] ?? 0) & 63)
  return (toc & 3) === 0 ? each : each * 2
}

/** By the configuration's two low bits: SILK, hybrid, CELT. */
function durations(config: number): readonly number[] {
  if (config < 12) return [10, 20, 40, 60]
  return config < 16 ? [10, 20, 10, 20] : [2.5, 5, 10, 20]
}
