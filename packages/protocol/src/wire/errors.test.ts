import assert from 'node:assert/strict'
import { test } from 'node:test'
import { done, ERRORS, failed, HufuError, isErrorCode } from './errors.ts'

test('every code is a word in capitals, with somebody to act', () => {
  for (const [code, blame] of Object.entries(ERRORS)) {
    assert.match(code, /^ERR(_[A-Z]+)+$/)
    assert.ok(['user', 'peer', 'server', 'caller', 'bug'].includes(blame), code)
  }
})

test('an error carries its code, its blame and its cause', () => {
  const cause = new Error('why')
  const error = new HufuError('ERR_RATE', 'too fast', { cause })
  assert.ok(error instanceof Error)
  assert.deepEqual(
    [error.name, error.code, error.blame, error.message, error.cause],
    ['HufuError', 'ERR_RATE', 'user', 'too fast', cause],
  )
  assert.equal(new HufuError('ERR_RATE').message, 'ERR_RATE')
})

test('only codes of the table are codes', () => {
  assert.ok(isErrorCode('ERR_RATE'))
  for (const text of ['', 'ERR_', 'ERR_OF_TOMORROW', 'toString', '__proto__', 'constructor']) {
    assert.ok(!isErrorCode(text), text)
  }
})

test('an outcome is a value or a code', () => {
  assert.deepEqual(done(undefined), { ok: true, value: undefined })
  assert.deepEqual(failed('ERR_RATE'), { ok: false, code: 'ERR_RATE' })
})
