import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { hex, utf8 } from '../crypto/index.ts'
import { goLock, opensLock } from './go-lock.ts'

const call = utf8('a call: 16 octet')
const go = {
  term: 2,
  epoch: 0x1_0000_0003,
  cut: true,
  reason: 'left',
  preimage: new Uint8Array(32).fill(7),
} as const

test('a lock is the hash that the protocol says', () => {
  const lv = (...parts: readonly Buffer[]): Buffer =>
    Buffer.concat(parts.flatMap((part) => [Buffer.of(part.length), part]))
  const made = lv(
    Buffer.from('hufu/1 call go'),
    Buffer.from(call),
    Buffer.from('0000000000000002', 'hex'),
    Buffer.from('0000000100000003', 'hex'),
    Buffer.from('01', 'hex'),
    Buffer.from('left'),
    Buffer.alloc(32, 7),
  )
  assert.equal(hex(goLock(call, go)), createHash('sha256').update(made).digest('hex'))
})

test('a lock is opened by its own go, and by no other', () => {
  const lock = goLock(call, go)
  assert.ok(opensLock(lock, call, go))
  const others = [
    { ...go, term: 3 },
    { ...go, epoch: 3 },
    { ...go, cut: false },
    { ...go, reason: 'asked' } as const,
    { ...go, preimage: new Uint8Array(32).fill(8) },
  ]
  for (const other of others) assert.ok(!opensLock(lock, call, other))
  assert.ok(!opensLock(lock, utf8('another: 16 octt'), go))
})
