import assert from 'node:assert/strict'
import { test } from 'node:test'
import { typedPath } from './typed-path.ts'

test('a typed path may begin at home, as in a shell', () => {
  assert.equal(typedPath('~', '/home/ann'), '/home/ann')
  assert.equal(typedPath('~/in/a b', '/home/ann'), '/home/ann/in/a b')
  for (const as of ['.', 'in', '/tmp/~', '~bob/in', './~/in'])
    assert.equal(typedPath(as, '/home/ann'), as)
})
