import { Application, createDecoder, createEncoder, type OpusDecoderHandle } from 'libopus-wasm'
import { MAX_OPUS_OCTETS } from '@hufu/protocol/call'

/*
 * Opus (RFC 6716) as calls use it: one channel, 48,000 samples a second, 20 ms a packet. Samples are floats from −1 to 1.
 */

export const SAMPLE_RATE = 48_000
/** Samples of 20 ms. */
export const FRAME_SAMPLES = 960

/** Bits a second; speech in full bandwidth, with what a lost packet needs in the next. Our choice. */
const BITRATE = 32_000
/** What the encoder is told to expect, so that it spends bits on lost packets. Our choice. */
const EXPECTED_LOSS_PERCENT = 10

/** Packs sound, 20 ms after 20 ms. */
export interface AudioEncoder {
  /** Samples that come out later than they go in. */
  readonly delay: number
  /** @param frame {@link FRAME_SAMPLES} samples. */
  encode(frame: Float32Array): Uint8Array
  free(): void
}

/** Unpacks one sender's sound, 20 ms after 20 ms, in the order of time. */
export interface AudioDecoder {
  /** {@link FRAME_SAMPLES} samples; `undefined` if the packet is none. */
  decode(packet: Uint8Array): Float32Array | undefined
  /** The 20 ms before `next`, which were lost: by what `next` carries of them, or guessed. */
  recover(next: Uint8Array): Float32Array
  /** A guess at 20 ms that were lost. */
  conceal(): Float32Array
  free(): void
}

export async function audioEncoder(): Promise<AudioEncoder> {
  const encoder = await createEncoder({
    channels: 1,
    sampleRate: SAMPLE_RATE,
    application: Application.Voip,
    bitrate: BITRATE,
    fec: true,
    packetLossPercent: EXPECTED_LOSS_PERCENT,
  })
  return {
    delay: encoder.getLookahead(),
    encode: (frame) => encoder.encodeFloat(frame, { maxPacketBytes: MAX_OPUS_OCTETS }),
    free: () => encoder.free(),
  }
}

export async function audioDecoder(): Promise<AudioDecoder> {
  const decoder = await createDecoder({
    channels: 1,
    sampleRate: SAMPLE_RATE,
    maxFrameSize: FRAME_SAMPLES,
  })
  const conceal = (): Float32Array => decoder.decodePacketLossFloat(FRAME_SAMPLES)
  return {
    decode: (packet) => whole(() => decoder.decodeFloat(packet)),
    recover: (next) => whole(() => recovered(decoder, next)) ?? conceal(),
    conceal,
    free: () => decoder.free(),
  }
}

function recovered(decoder: OpusDecoderHandle, next: Uint8Array): Float32Array {
  return decoder.decodeFloat(next, { decodeFec: true, frameSize: FRAME_SAMPLES })
}

/** What a peer sent is an outcome: the library throws for packets that are none, and gives less for short ones. */
function whole(decode: () => Float32Array): Float32Array | undefined {
  try {
    const samples = decode()
    return samples.length === FRAME_SAMPLES ? samples : undefined
  } catch {
    return undefined
  }
}
