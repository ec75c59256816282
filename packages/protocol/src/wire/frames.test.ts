import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { concat, unhex } from '../crypto/index.ts'
import { hostileOctets } from '../testing/values.testing.ts'
import {
  controlFrame,
  dataFrame,
  DATA_HEAD_OCTETS,
  FRAME_HEAD_OCTETS,
  MAX_DATA_OCTETS,
  splitFrames,
  type Frame,
} from './frames.ts'

const MAX_CONTROL = 200

const anyFrame: fc.Arbitrary<Frame> = fc.oneof(
  fc.uint8Array({ maxLength: MAX_CONTROL }).map((body): Frame => ({ type: 'control', body })),
  fc
    .tuple(fc.nat(0xffff_ffff), fc.nat(0xffff), fc.uint8Array({ maxLength: 300 }))
    .map(([session, sender, payload]): Frame => ({ type: 'data', session, sender, payload })),
)

describe('frames', () => {
  test('any number of them in one message come apart as they went together', () => {
    fc.assert(
      fc.property(fc.array(anyFrame, { minLength: 1, maxLength: 8 }), (frames) => {
        const split = splitFrames(concat(...frames.map(written)), MAX_CONTROL)
        assert.deepEqual(split, { ok: true, value: frames })
      }),
    )
  })

  test('have the layout of the description', () => {
    assert.deepEqual(controlFrame(unhex('80')), unhex('0000000180'))
    assert.deepEqual(dataFrame(0x01020304, 0x0506, unhex('ff')), unhex('01000007010203040506ff'))
  })

  test('are views, wherever the message stands in its memory', () => {
    const padded = concat(unhex('eeee'), controlFrame(unhex('80')))
    const split = splitFrames(padded.subarray(2), MAX_CONTROL)
    assert.deepEqual(split, { ok: true, value: [{ type: 'control', body: unhex('80') }] })
  })

  test('any octets give an outcome, and whole frames or none', () => {
    const genuine = fc
      .array(anyFrame, { minLength: 1, maxLength: 4 })
      .map((frames) => concat(...frames.map(written)))
    fc.assert(
      fc.property(hostileOctets(genuine), (octets) => {
        const split = splitFrames(octets, MAX_CONTROL)
        if (split.ok) assert.deepEqual(concat(...split.value.map(written)), octets)
        else assert.match(split.code, /^ERR_WIRE_(FRAME|OVERSIZE)$/)
      }),
      { numRuns: 1_000 },
    )
  })

  test('one that is cut spoils the message, whatever came before it', () => {
    const good = controlFrame(unhex('80'))
    const data = dataFrame(1, 2, unhex('ff'))
    for (let length = 1; length < data.length; length += 1) {
      const split = splitFrames(concat(good, data.subarray(0, length)), MAX_CONTROL)
      assert.deepEqual(split, { ok: false, code: 'ERR_WIRE_FRAME' }, `${length} octets`)
    }
  })

  test('of an unknown type, too short for their head, or none at all are refused', () => {
    for (const octets of ['', '02000000', 'ff000000', '01000000', '010000050102030405']) {
      assert.deepEqual(splitFrames(unhex(octets), MAX_CONTROL), {
        ok: false,
        code: 'ERR_WIRE_FRAME',
      })
    }
  })

  test('have a greatest size each, and not an octet more', () => {
    const outcome = (octets: Uint8Array): string => {
      const split = splitFrames(octets, MAX_CONTROL)
      return split.ok ? 'ok' : split.code
    }
    assert.equal(outcome(controlFrame(new Uint8Array(MAX_CONTROL))), 'ok')
    assert.equal(outcome(controlFrame(new Uint8Array(MAX_CONTROL + 1))), 'ERR_WIRE_OVERSIZE')
    const full = dataFrame(1, 0, new Uint8Array(MAX_DATA_OCTETS))
    assert.equal(full.length, FRAME_HEAD_OCTETS + DATA_HEAD_OCTETS + MAX_DATA_OCTETS)
    assert.equal(outcome(full), 'ok')
    assert.equal(outcome(dataFrame(1, 0, new Uint8Array(MAX_DATA_OCTETS + 1))), 'ERR_WIRE_OVERSIZE')
  })
})

function written(frame: Frame): Uint8Array {
  return frame.type === 'control'
    ? controlFrame(frame.body)
    : dataFrame(frame.session, frame.sender, frame.payload)
}
