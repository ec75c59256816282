import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as zlib from 'node:zlib'
import fc from 'fast-check'
import { crc32 } from './crc32.ts'

test('the checksum is zip’s, in one piece and in two', () => {
  assert.equal(crc32(new TextEncoder().encode('123456789')), 0xcbf4_3926)
  fc.assert(
    fc.property(fc.uint8Array(), fc.uint8Array(), (first, second) => {
      assert.equal(crc32(second, crc32(first)), zlib.crc32(Buffer.concat([first, second])))
    }),
  )
})
