import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codeOf, placeFor } from './place.ts'

test('a link’s code says where it is used', () => {
  assert.deepEqual(placeFor('enrol=7Q2M-K0ZD'), { at: 'enrol', code: '7Q2M-K0ZD' })
  assert.deepEqual(placeFor('4821-tango-orbit-lilac'), {
    at: 'join',
    code: '4821-tango-orbit-lilac',
  })
})

test('the fragment of a link is the code, whatever was done to it on the way', () => {
  assert.equal(codeOf('#4821-tango-orbit-acorn'), '4821-tango-orbit-acorn')
  assert.equal(codeOf('#4821%20tango%20orbit%20acorn'), '4821 tango orbit acorn')
  assert.equal(codeOf(''), '')
  assert.equal(codeOf('#'), '')
})

test('a fragment that cannot be read, or goes on for ever, does no harm', () => {
  assert.equal(codeOf('#%E0%A4%A'), '')
  assert.ok(codeOf(`#${'a'.repeat(100_000)}`).length < 1_000)
})
