import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { concat, unhex } from '../../crypto/index.ts'
import { encodeAudio, MAX_OPUS_OCTETS, readAudio } from './audio.ts'

/** First octets of packets, by milliseconds (RFC 6716 §3.1): SILK, hybrid and CELT; one frame, two, two unlike, counted. */
const PACKETS: readonly (readonly [string, number])[] = [
  ['08', 20],
  ['0800', 20],
  ['00', 10],
  ['01', 20],
  ['02', 20],
  ['09', 40],
  ['18', 60],
  ['68', 20],
  ['78', 20],
  ['70', 10],
  ['f8', 20],
  ['f9', 40],
  ['e0', 2.5],
  ['e308', 20],
  ['eb04', 20],
  ['e300', 0],
  ['e3', 0],
  ['fb02', 40],
]

test('a frame comes back', () => {
  fc.assert(
    fc.property(fc.nat(0xffff_ffff), fc.uint8Array({ maxLength: 100 }), (sequence, rest) => {
      const opus = concat(Uint8Array.of(0x78), rest)
      const payload = encodeAudio({ sequence, opus })
      assert.deepEqual(readAudio(payload), { sequence, opus })
      assert.deepEqual(readAudio(concat(Uint8Array.of(9), payload).subarray(1)), { sequence, opus })
    }),
  )
})

test('what lasts longer or shorter than 20 ms is none', () => {
  for (const [packet, ms] of PACKETS) {
    const read = readAudio(encodeAudio({ sequence: 1, opus: unhex(packet) }))
    assert.equal(read !== undefined, ms === 20, packet)
  }
})

test('what is empty, too large or of another kind is none', () => {
  const packet = new Uint8Array(MAX_OPUS_OCTETS + 1).fill(0x78)
  assert.equal(readAudio(encodeAudio({ sequence: 1, opus: packet })), undefined)
  assert.notEqual(readAudio(encodeAudio({ sequence: 1, opus: packet.subarray(1) })), undefined)
  for (const octets of ['', '01', '0100000001', '020000000178']) {
    assert.equal(readAudio(unhex(octets)), undefined, octets)
  }
})
