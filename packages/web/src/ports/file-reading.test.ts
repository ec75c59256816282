import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { HufuError, type ErrorCode } from '@hufu/terminal'
import fc from 'fast-check'
import { readingOf } from './file-reading.ts'

/** Longer than one opening reads. */
const OCTETS = randomBytes(17_000_000)
const FILE = new File([OCTETS], 'long.bin')

test('from beginning to end, in blocks, over more than one opening', async () => {
  const { read, close } = readingOf(FILE, 'long.bin')
  const blocks = []
  for (let at = 0; at < OCTETS.length; at += 1_000_000) blocks.push(await read(at, 1_000_000))
  assert.ok(Buffer.concat(blocks).equals(OCTETS))
  assert.deepEqual(
    blocks.map((block) => block.byteOffset),
    blocks.map(() => 0),
  )
  await close()
})

test('what is given back is read into again, and nothing else', async () => {
  const { read, giveBack, close } = readingOf(FILE, 'long.bin')
  const first = await read(0, 1_000_000)
  const second = await read(1_000_000, 1_000_000)
  giveBack(first)
  const third = await read(2_000_000, 1_000_000)
  assert.equal(first.length, 0) // its memory is the third's
  assert.ok(OCTETS.subarray(1_000_000, 2_000_000).equals(second))
  assert.ok(OCTETS.subarray(2_000_000, 3_000_000).equals(third))
  giveBack(second)
  const short = await read(3_000_000, 10)
  assert.ok(OCTETS.subarray(3_000_000, 3_000_010).equals(short))
  await close()
})

test('anywhere, in any order, asked all at once', async () => {
  const place = fc.tuple(fc.nat(OCTETS.length + 10), fc.nat(100_000))
  await fc.assert(
    fc.asyncProperty(fc.array(place, { maxLength: 8 }), async (places) => {
      const { read, close } = readingOf(FILE, 'long.bin')
      const blocks = await Promise.all(places.map(([at, octets]) => read(at, octets)))
      for (const [index, [at, octets]] of places.entries())
        assert.ok(OCTETS.subarray(at, at + octets).equals(blocks[index]!))
      await close()
    }),
    { numRuns: 20 },
  )
})

test('where no stream fills arrays of ours', async () => {
  const slice = (from: number, to?: number): Blob =>
    Object.assign(FILE.slice(from, to), {
      stream: () => new ReadableStream(), // no byte stream: has no such reader
    })
  const { read } = readingOf(Object.assign(new File([OCTETS], 'a'), { slice }), 'a')
  assert.ok(OCTETS.subarray(5, 1_000_005).equals(await read(5, 1_000_000)))
  assert.equal((await read(OCTETS.length - 1, 10)).length, 1)
})

test('a file that was changed while it was read', async () => {
  let isChanged = false
  const slice = (from: number, to?: number): Blob => {
    const part = FILE.slice(from, to)
    const refuse = (): Promise<never> => Promise.reject(new DOMException('', 'NotReadableError'))
    return isChanged ? Object.assign(part, { stream: refusing, arrayBuffer: refuse }) : part
  }
  const changing = Object.assign(new File([OCTETS], 'a'), { slice })
  const { read } = readingOf(changing, 'a')
  await read(0, 1_000_000)
  isChanged = true
  // Of what is open the browser does not say it; of the next stretch, and at the end, it does.
  await assert.rejects(read(16_700_000, 200_000), changed('ERR_FILE_CHANGED'))
  isChanged = false
  await read(OCTETS.length - 20, 10)
  isChanged = true
  await assert.rejects(read(OCTETS.length - 10, 10), changed('ERR_FILE_CHANGED'))
})

test('a file that may not be read', async () => {
  const refuse = (): Promise<never> => Promise.reject(new DOMException('', 'SecurityError'))
  const part = Object.assign(new Blob(['x']), {
    stream: () => new ReadableStream(),
    arrayBuffer: refuse,
  })
  const { read } = readingOf(Object.assign(new File(['x'], 'a'), { slice: () => part }), 'a')
  await assert.rejects(read(0, 1), changed('ERR_FILE_READ'))
})

/** A stream of octets whose first read fails. */
function refusing(): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    type: 'bytes',
    pull() {
      throw new DOMException('', 'NotReadableError')
    },
  })
}

function changed(code: ErrorCode): (error: unknown) => boolean {
  return (error) => error instanceof HufuError && error.code === code
}
