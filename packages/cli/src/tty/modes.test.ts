import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ReadStream } from 'node:tty'
import { outlivesTerminal } from './modes.ts'

test('a terminal that is gone has no modes, and nobody fails at them', () => {
  const set: boolean[] = []
  let gone = false
  const stdin = {
    setRawMode(raw: boolean) {
      if (gone) throw new Error('setRawMode EIO')
      set.push(raw)
      return this
    },
  } as unknown as ReadStream
  outlivesTerminal(stdin)
  const { setRawMode } = stdin
  outlivesTerminal(stdin)
  assert.equal(stdin.setRawMode, setRawMode, 'once is enough')
  assert.equal(stdin.setRawMode(true), stdin)
  gone = true
  assert.equal(stdin.setRawMode(false), stdin)
  assert.deepEqual(set, [true])
})
