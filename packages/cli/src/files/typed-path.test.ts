import assert from 'node:assert/strict'
import { test } from 'node:test'
import { typedPath } from './typed-path.ts'

test('a typed path may begin at home, as in a shell', () => {
  assert.equal(typedPath('~', '/home/ann'), '/home/ann')
  assert.equal(typedPath('~/in/a b', '/home/ann'), '/home/ann/in/a b')
  for (const as of ['.', 'in', '/tmp/~', '~bob/in', './~/in'])
    assert.equal(typedPath(as, '/home/ann'), as)
})

test('quotes around a typed path are no part of it, and within it are', () => {
  assert.equal(typedPath("'/tmp/a b'", '/home/ann'), '/tmp/a b')
  assert.equal(typedPath('"it\'s here"', '/home/ann'), "it's here")
  for (const as of ["'", "''", `'a"`, "it's", "'a", "a'"])
    assert.equal(typedPath(as, '/home/ann'), as)
})
