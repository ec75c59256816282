import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sizeText } from './sizes.ts'

test('octets are shown in two or three digits', () => {
  const shown = [0, 1, 999, 1_000, 9_949, 9_950, 999_499, 999_500, 3_200_000, 100_000_000, 1e9]
  assert.deepEqual(shown.map(sizeText), [
    '0 B',
    '1 B',
    '999 B',
    '1.0 kB',
    '9.9 kB',
    '10 kB',
    '999 kB',
    '1.0 MB',
    '3.2 MB',
    '100 MB',
    '1.0 GB',
  ])
})
