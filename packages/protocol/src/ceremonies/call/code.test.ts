import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sha256, utf8 } from '../../crypto/index.ts'
import { WORDS } from '../../wire/words.ts'
import { callCode } from './code.ts'

const call = sha256(utf8('call')).slice(0, 16)
const [ann, bob, cy] = ['ann', 'bob', 'cy'].map((name) => sha256(utf8(name))) as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
]

test('twelve words of the list and 39 digits, whatever the order of those who are in it', () => {
  const { words, digits } = callCode(call, [ann, bob, cy])
  assert.equal(words.length, 12)
  assert.ok(words.every((word) => WORDS.includes(word)))
  assert.match(digits, /^(?:\d{3} ){12}\d{3}$/)
  assert.deepEqual(callCode(call, [cy, ann, bob]), { words, digits })
})

test('another call, member or key has another code', () => {
  const codes = [
    callCode(call, [ann, bob]),
    callCode(call, [ann, bob, cy]),
    callCode(call, [ann, bob, bob]),
    callCode(sha256(call).slice(0, 16), [ann, bob]),
  ]
  assert.equal(new Set(codes.map(({ words }) => words.join())).size, codes.length)
  assert.equal(new Set(codes.map(({ digits }) => digits)).size, codes.length)
})
