import assert from 'node:assert/strict'
import { createInterface } from 'node:readline'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { screen } from './screen.ts'

test('what scrolls comes above a question, and the question is shown again', () => {
  let written = ''
  const write = (text: string): boolean => ((written += text), true)
  const stream = { isTTY: true, columns: 80, write } as unknown as NodeJS.WriteStream
  const shown = screen(stream)
  const question = {
    getCursorPos: () => ({ rows: 1, cols: 3 }),
    setPrompt: () => undefined,
    prompt: () => void write('Answer? y'),
  }
  shown.keep(question)
  assert.equal(written, 'Answer? y')
  written = ''
  shown.above(() => write('somebody else calls\n'))
  assert.equal(written, '\u001B[1A\r\u001B[Jsomebody else calls\nAnswer? y')
  shown.keep(undefined)
  written = ''
  shown.above(() => write('after it\n'))
  assert.equal(written, 'after it\n')
})

test('what scrolls above a line of several rows stays, however often', async () => {
  let written = ''
  const write = (text: string): boolean => ((written += text), true)
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 20, write })
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined })
  const editor = createInterface({ input, output: stream, terminal: true })
  const shown = screen(stream as unknown as NodeJS.WriteStream)
  shown.keep(editor)
  editor.write('a line of more than forty columns, so of three rows')
  for (const line of ['one', 'two', 'three']) {
    written = ''
    shown.above(() => write(`${line}\n`))
    const ups = [...written.matchAll(/\u001B\[(\d+)A/g)].map(([, rows]) => Number(rows))
    assert.deepEqual(ups, [2], `${line}: up to its first row, once`)
  }
  editor.close()
})
