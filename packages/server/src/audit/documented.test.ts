import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { CHECKS } from '../doctor/finding.ts'
import { ACTIONS } from './actions.ts'

const page = readFileSync(new URL('../../../../docs/operations.md', import.meta.url), 'utf8')

/** First cells of the table under a heading of that first cell, with their whole rows. */
function rows(head: string): ReadonlyMap<string, string> {
  const table = new RegExp(`^\\| ${head} .*\\n(?:\\|.*\\n)+`, 'm').exec(page)?.[0] ?? ''
  const found = [...table.matchAll(/^\| `([a-z.-]+)` .*$/gm)]
  return new Map(found.map(([row, name]) => [name!, row]))
}

test('docs/operations.md lists every action that is recorded, with what its entries hold', () => {
  const listed = rows('action')
  assert.deepEqual([...listed.keys()].toSorted(), Object.keys(ACTIONS).toSorted())
  for (const [action, { detail }] of Object.entries(ACTIONS))
    for (const field of Object.keys(detail))
      assert.match(listed.get(action)!, new RegExp(`\`${field}\``), `${action}: ${field}`)
})

test('docs/operations.md lists every check of the doctor, in order', () => {
  assert.deepEqual([...rows('check').keys()], CHECKS)
})
