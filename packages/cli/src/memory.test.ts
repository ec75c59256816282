import assert from 'node:assert/strict'
import { test } from 'node:test'
import { letGo } from './memory.ts'

test('what is let go is empty at once, with every view of it', () => {
  const whole = new Uint8Array(100)
  const view = whole.subarray(20)
  letGo(view)
  assert.deepEqual([whole.length, view.length], [0, 0])
  letGo(view)
})

test('what may share its memory is left alone', () => {
  const small = Buffer.from('from a pool of many')
  letGo(small)
  assert.equal(small.toString(), 'from a pool of many')
})
