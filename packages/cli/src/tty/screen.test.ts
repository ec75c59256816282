import assert from 'node:assert/strict'
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
