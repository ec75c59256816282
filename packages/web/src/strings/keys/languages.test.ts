import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keysEn } from './en.ts'
import { keysZh } from './zh.ts'

test('both languages say the same things of keys, and none of them nothing', () => {
  assert.deepEqual(
    leaves(keysZh).map(([path]) => path),
    leaves(keysEn).map(([path]) => path),
  )
  for (const [path, value] of leaves(keysEn)) assert.match(value, /\S/, path)
  for (const [path, value] of leaves(keysZh)) assert.match(value, /\p{Script=Han}/u, path)
})

test('what is said of somebody or something names them, in both languages', () => {
  for (const [path, said, named] of [...spoken(keysEn), ...spoken(keysZh)])
    for (const one of named) assert.ok(said.includes(one), `${path}: ${said}`)
})

/** What each function of a table says, with its path and what it was given. */
function spoken(
  value: unknown,
  path = '',
): readonly (readonly [string, string, readonly string[]])[] {
  if (typeof value === 'function') {
    const named = ['<one>', '<two>', '<three>'].slice(0, value.length)
    return [[path, String(value(...named)), named]]
  }
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, part]) => spoken(part, `${path}.${key}`))
}

/** Every string of a table, with its path; a function's for arguments of its own. */
function leaves(value: unknown, path = ''): readonly (readonly [string, string])[] {
  if (typeof value === 'string') return [[path, value]]
  if (typeof value === 'function') return [[path, String(value('a', 'b'))]]
  assert.ok(typeof value === 'object' && value !== null, path)
  return Object.entries(value).flatMap(([key, part]) => leaves(part, `${path}.${key}`))
}
