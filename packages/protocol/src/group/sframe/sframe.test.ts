import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { bulkKey as nobleBulkKey } from '../../crypto/noble/bulk.ts'
import { concat, hex, Secret, unhex, utf8 } from '../../crypto/index.ts'
import { encodeHeader, MAX_HEADER_OCTETS, readHeader } from './header.ts'
import { sframeKeys } from './keys.ts'
import { frameOpener, frameRoot, frameSealer } from './sframe.ts'
import { SFRAME_SUITES } from './suites.ts'
import { FRAMES, HEADERS } from './vectors.testing.ts'
import { replayWindow, WINDOW_FRAMES } from './window.ts'

const anyU64 = fc.oneof(fc.bigInt(0n, 300n), fc.bigInt(0n, 0xffff_ffff_ffff_ffffn))
const suite = SFRAME_SUITES[5]
const baseKey = new Secret(new Uint8Array(32).fill(7))

describe('the header', () => {
  test('is that of all published vectors, both ways', () => {
    assert.equal(HEADERS.length, 289)
    for (const line of HEADERS) {
      const [keyId, counter, header] = line.split(' ') as [string, string, string]
      const numbers = [BigInt(`0x${keyId}`), BigInt(`0x${counter}`)] as const
      assert.equal(hex(encodeHeader(...numbers)), header)
      assert.deepEqual(readHeader(unhex(header)), {
        keyId: numbers[0],
        counter: numbers[1],
        octets: header.length / 2,
      })
    }
  })

  test('comes back, and says where it ends', () => {
    fc.assert(
      fc.property(anyU64, anyU64, fc.uint8Array({ maxLength: 4 }), (keyId, counter, rest) => {
        const header = encodeHeader(keyId, counter)
        assert.ok(header.length <= MAX_HEADER_OCTETS)
        assert.deepEqual(readHeader(concat(header, rest)), {
          keyId,
          counter,
          octets: header.length,
        })
        assert.equal(readHeader(header.subarray(0, header.length - 1)), undefined)
      }),
    )
  })

  test('is refused where it is longer than it has to be', () => {
    for (const header of ['8007', '0807', '810007', '9000ff', 'f80000000000000001'])
      assert.equal(readHeader(unhex(header)), undefined, header)
  })
})

describe('frames', () => {
  for (const vector of FRAMES)
    test(`are those of the published vectors, suite ${vector.suite}`, async () => {
      const own = SFRAME_SUITES[vector.suite]
      const base = new Secret(unhex(vector.baseKey))
      const metadata = unhex(vector.metadata)
      const keys = sframeKeys(own, base, vector.keyId)
      assert.equal(hex(keys.key.expose()), vector.key)
      assert.equal(hex(keys.salt), vector.salt)
      const sealer = frameSealer(own, base, vector.keyId, { counter: vector.counter })
      const frame = await sealer.seal(unhex(vector.plaintext), { metadata })
      assert.equal(hex(frame), vector.frame)
      const opener = frameOpener(own, base, vector.keyId)
      const opened = await opener.open(frame, readHeader(frame)!, metadata)
      assert.equal(hex(opened!), vector.plaintext)
      // and by what a browser does it with
      const { octets, counter } = readHeader(frame)!
      const nonce = keys.salt.slice()
      const view = new DataView(nonce.buffer)
      view.setBigUint64(4, view.getBigUint64(4) ^ counter)
      const associated = concat(frame.subarray(0, octets), metadata)
      const plaintext = await nobleBulkKey(keys.key).open(nonce, frame.subarray(octets), associated)
      assert.equal(hex(plaintext!), vector.plaintext)
    })

  test('open once, and only as they were sealed', async () => {
    const sealer = frameSealer(suite, baseKey, 65_537n)
    const opener = frameOpener(suite, baseKey, 65_537n)
    const other = frameOpener(suite, baseKey, 65_538n)
    const frames = [await sealer.seal(utf8('one')), await sealer.seal(utf8('two'))]
    for (const frame of frames) {
      const header = readHeader(frame)!
      for (let at = header.octets; at < frame.length; at++) {
        const altered = frame.slice()
        altered[at]! ^= 1
        assert.equal(await opener.open(altered, header), undefined)
      }
      assert.equal(await other.open(frame, header), undefined)
      assert.notEqual(await opener.open(frame, header), undefined)
      assert.equal(await opener.open(frame, header), undefined)
    }
    assert.equal(sealer.frames, 2)
    assert.equal(await opener.open(frames[0]!.subarray(0, 10), readHeader(frames[0]!)!), undefined)
  })
})

describe('the root of an epoch', () => {
  test('has the same key for each sender as the base key', async () => {
    const root = frameRoot(suite, baseKey)
    for (const keyId of [3n, 65_537n, 65_538n]) {
      const frame = await root.sealer(keyId, { counter: 5n }).seal(utf8('x'))
      assert.deepEqual(
        await frameSealer(suite, baseKey, keyId, { counter: 5n }).seal(utf8('x')),
        frame,
      )
      const header = readHeader(frame)!
      assert.deepEqual(await frameOpener(suite, baseKey, keyId).open(frame, header), utf8('x'))
      assert.deepEqual(await root.opener(keyId).open(frame, header), utf8('x'))
      assert.equal(await root.opener(keyId + 1n).open(frame, header), undefined)
    }
  })

  test('makes no key once it is wiped, and those that were made stay', async () => {
    const root = frameRoot(suite, baseKey)
    const [sealer, opener] = [root.sealer(7n), root.opener(7n)]
    root.wipe()
    assert.throws(() => root.opener(7n), { code: 'ERR_SECRET_WIPED' })
    assert.throws(() => root.sealer(7n), { code: 'ERR_SECRET_WIPED' })
    const frame = await sealer.seal(utf8('x'))
    assert.deepEqual(await opener.open(frame, readHeader(frame)!), utf8('x'))
  })
})

describe('the window', () => {
  test('lets each counter through once, and none that is too old', () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt(0n, 3_000n), { maxLength: 400 }), (counters) => {
        const window = replayWindow()
        const seen = new Set<bigint>()
        let newest = -1n
        for (const counter of counters) {
          const isNew = !seen.has(counter) && counter > newest - BigInt(WINDOW_FRAMES)
          assert.equal(window.admits(counter), isNew)
          if (!isNew) continue
          window.note(counter)
          seen.add(counter)
          if (counter > newest) newest = counter
        }
      }),
    )
  })
})
