import assert from 'node:assert/strict'
import { test } from 'node:test'
import { writeAll } from './write-all.ts'

/** A file that takes at most `most` octets at a time. */
function slowFile(most: number): Parameters<typeof writeAll>[0] & { readonly octets: Buffer } {
  const octets = Buffer.alloc(20)
  return {
    octets,
    writev<T extends readonly NodeJS.ArrayBufferView[]>(buffers: T, position?: number) {
      const data = Buffer.concat(buffers as unknown as Uint8Array[]).subarray(0, most)
      octets.set(data, position)
      return Promise.resolve({ bytesWritten: data.length, buffers })
    },
  }
}

test('every octet is written once and at its place, however little is taken at a time', async () => {
  for (const most of [1, 2, 3, 4, 5, 7, 100]) {
    const file = slowFile(most)
    const written = await writeAll(
      file,
      3,
      ['ab', '', 'cde', 'f', ''].map((text) => Buffer.from(text)),
    )
    assert.equal(written, 6)
    assert.equal(file.octets.toString('latin1'), '\0\0\0abcdef'.padEnd(20, '\0'))
  }
})
