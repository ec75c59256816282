import assert from 'node:assert/strict'
import { test } from 'node:test'
import { plain } from './plain.ts'

test('what could control a terminal is shown as a mark, and letters stay', () => {
  assert.equal(plain('\u001B]0;title\u0007\r\n'), '\u{FFFD}]0;title\u{FFFD}\u{FFFD}\u{FFFD}')
  assert.equal(plain('\u009B2J\u007F\u202Egnp'), '\u{FFFD}2J\u{FFFD}\u{FFFD}gnp')
  assert.equal(plain('a\tÄ 虎符 👩‍🚀'), 'a\tÄ 虎符 👩‍🚀')
})
