import assert from 'node:assert/strict'
import { test } from 'node:test'
import { flag, list, nullable, number, record, table, text, word } from './reading.ts'

test('a value is read whole or not at all', () => {
  const read = record({
    name: text,
    role: word('operator', 'auditor'),
    counts: table(number),
    last: nullable(number),
    list: list(record({ on: flag })),
  })
  const good = {
    name: 'ada',
    role: 'operator',
    counts: { ERR_RATE: 2 },
    last: null,
    list: [{ on: true }],
  }
  assert.deepEqual(read(good), good)
  assert.deepEqual(read({ ...good, more: 1 }), good)
  for (const bad of [
    undefined,
    null,
    [],
    { ...good, name: 1 },
    { ...good, role: 'owner' },
    { ...good, counts: { ERR_RATE: '2' } },
    { ...good, counts: [2] },
    { ...good, last: undefined },
    { ...good, last: Infinity },
    { ...good, list: [{ on: true }, {}] },
  ])
    assert.equal(read(bad), undefined)
})
