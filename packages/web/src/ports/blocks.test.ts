import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { inBlocks } from './blocks.ts'

const BLOCK_OCTETS = 1_310_720

/** Another thread, to which memory really goes, and the file that it writes. */
function disk(): {
  readonly write: ReturnType<typeof inBlocks>
  readonly file: Uint8Array
  readonly memory: Set<number>
  readonly sizes: number[]
} {
  const file = new Uint8Array(3 * BLOCK_OCTETS)
  const memory = new Set<number>()
  const sizes: number[] = []
  const write = inBlocks((at, data) => {
    const there = structuredClone(data, { transfer: [data.buffer] })
    const marks = new Uint8Array(there.buffer)
    memory.add((marks[marks.length - 1] ||= memory.size + 1))
    sizes.push(there.length)
    file.set(there, at)
    return Promise.resolve(there)
  })
  return { write, file, memory, sizes }
}

test('pieces of all sizes stand one behind the other, from where they belong', async () => {
  const length = fc.oneof(fc.nat(100), fc.nat(BLOCK_OCTETS))
  await fc.assert(
    fc.asyncProperty(fc.nat(1_000), fc.array(length, { maxLength: 3 }), async (at, lengths) => {
      const { write, file } = disk()
      const pieces = lengths.map((octets, index) => new Uint8Array(octets).fill(index + 1))
      const expected = new Uint8Array(file.length)
      expected.set(Buffer.concat(pieces).subarray(0, file.length - at), at)
      if (at + Buffer.concat(pieces).length > file.length) return
      await write(at, pieces)
      assert.ok(Buffer.from(file).equals(expected))
    }),
    { numRuns: 30 },
  )
})

test('the memory that came back is filled again', async () => {
  const { write, memory, sizes } = disk()
  for (let step = 0; step < 5; step += 1) await write(0, [new Uint8Array(1_100_000)])
  assert.equal(memory.size, 1)
  assert.deepEqual(
    sizes,
    Array.from({ length: 5 }, () => 1_100_000),
  )
})

test('little takes little, nothing takes none', async () => {
  const { write, sizes } = disk()
  await write(5, [])
  await write(5, [new Uint8Array(0)])
  assert.deepEqual(sizes, [])
  let octets = 0
  await inBlocks((_at, data) => {
    octets = data.buffer.byteLength
    return Promise.resolve(data)
  })(0, [Uint8Array.of(1, 2), Uint8Array.of(3)])
  assert.equal(octets, 3)
})

test('a refusal reaches who writes, and nothing of what follows is written', async () => {
  let tries = 0
  const write = inBlocks(() => {
    tries += 1
    return Promise.reject(new Error('no room'))
  })
  await assert.rejects(write(0, [new Uint8Array(BLOCK_OCTETS + 1)]), /no room/)
  assert.equal(tries, 1)
})
