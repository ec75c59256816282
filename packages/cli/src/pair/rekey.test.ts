import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readRekey } from './rekey.ts'

test('a time, a number of records, a size, in any order', () => {
  assert.deepEqual(readRekey('30s'), { afterMs: 30_000 })
  assert.deepEqual(readRekey('8MiB,500,2m'), {
    afterMs: 120_000,
    afterRecords: 500,
    afterOctets: 8_388_608,
  })
})

test('anything else is ERR_USAGE', () => {
  for (const typed of [
    '',
    '30S',
    '0s',
    '15',
    '63KiB',
    '1.5m',
    '30s,40s',
    '30s,',
    '8MB',
    '-5',
    '999999999GiB',
  ]) {
    assert.throws(() => readRekey(typed), { code: 'ERR_USAGE' }, typed)
  }
})
