import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readCode } from './code.ts'

test('a code is read as it is typed, or out of its link', () => {
  for (const typed of [
    '4821-tango-orbit-acorn',
    ' 4821 Tango  ORBIT acorn ',
    'https://hufu.example/#4821-tango-orbit-acorn',
  ])
    assert.equal(readCode(typed).is, 'good', typed)
})

test('what is no code is said to be none', () => {
  assert.equal(readCode('  ').is, 'empty')
  for (const typed of [
    '4821',
    'tango-orbit-acorn',
    '4821-tango-orbit',
    '4821-tango-orbit-acorn-acid',
  ])
    assert.equal(readCode(typed).is, 'malformed', typed)
})

test('a slip is found, and mended', () => {
  const read = readCode('4821 tanfo orbit acorn')
  assert.equal(read.is, 'doubtful')
  if (read.is !== 'doubtful') return
  assert.deepEqual([read.word, read.near], ['tanfo', 'tango'])
  assert.equal(readCode(read.mended).is, 'good')
})

test('two slips are mended one after the other', () => {
  const first = readCode('4821-tanfo-orbti-acorn')
  assert.ok(first.is === 'doubtful')
  const second = readCode(first.mended)
  assert.ok(second.is === 'doubtful')
  assert.deepEqual([second.word, second.near], ['orbti', 'orbit'])
})

test('a word that is near no other is not replaced by a guess', () => {
  const read = readCode('4821-qqqq-orbit-acorn')
  assert.ok(read.is === 'doubtful')
  assert.equal(read.near, undefined)
})
