import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { lines, MAX_LINE_OCTETS } from './lines.ts'

async function* cut(octets: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < octets.length; at += size) yield octets.subarray(at, at + size)
}

async function all(octets: Uint8Array, size = 65_536): Promise<string[]> {
  const found: string[] = []
  for await (const line of lines(cut(octets, size))) found.push(line)
  return found
}

test('any text comes out line by line, however it is cut', async () => {
  const line = fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\n', '').toWellFormed())
  await fc.assert(
    fc.asyncProperty(fc.array(line), fc.integer({ min: 1, max: 9 }), async (texts, size) => {
      const octets = Buffer.from(texts.map((text) => `${text}\n`).join(''))
      assert.deepEqual(await all(octets, size), texts)
    }),
  )
})

test('a last line needs no newline, and nothing is no line', async () => {
  assert.deepEqual(await all(Buffer.from('a\n\nb')), ['a', '', 'b'])
  assert.deepEqual(await all(Buffer.from('a\r\n')), ['a\r'])
  assert.deepEqual(await all(Buffer.from('')), [])
})

test('a line of 256 KiB passes; one octet more, ended or not, is ERR_USAGE', async () => {
  const longest = Buffer.alloc(MAX_LINE_OCTETS, 'x')
  assert.equal((await all(Buffer.concat([longest, Buffer.from('\n')])))[0]!.length, MAX_LINE_OCTETS)
  for (const end of ['x', 'x\n'])
    await assert.rejects(all(Buffer.concat([longest, Buffer.from(end)])), {
      code: 'ERR_USAGE',
      message: /line 1 .* 256 KiB/,
    })
})

test('what is no UTF-8 is ERR_USAGE, behind the good lines', async () => {
  const found: string[] = []
  await assert.rejects(
    async () => {
      for await (const line of lines(cut(Buffer.from('good\n\xff\n', 'latin1'), 3)))
        found.push(line)
    },
    { code: 'ERR_USAGE', message: /line 2/ },
  )
  assert.deepEqual(found, ['good'])
})
