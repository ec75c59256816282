import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isLanguage, languageFor, LANGUAGES } from './languages.ts'

test('the first of the browser’s languages that the page has is chosen', () => {
  assert.equal(languageFor(['zh-CN', 'en']), 'zh')
  assert.equal(languageFor(['ZH-Hant-TW']), 'zh')
  assert.equal(languageFor(['de-DE', 'en-GB', 'zh']), 'en')
  assert.equal(languageFor(['zhx', 'fr']), 'en')
  assert.equal(languageFor([]), 'en')
})

test('only the tables that exist are languages', () => {
  assert.ok(isLanguage('en'))
  assert.ok(isLanguage('zh'))
  assert.ok(!isLanguage('fr'))
  assert.ok(!isLanguage('toString'))
})

test('no language has an empty string, or lists of another length', () => {
  const shapes = Object.values(LANGUAGES).map(({ text }) => leaves(text).map(([path]) => path))
  assert.deepEqual(shapes[1], shapes[0])
  for (const { text } of Object.values(LANGUAGES)) {
    for (const [path, value] of leaves(text)) assert.match(value, /\S/, path)
  }
})

test('every Chinese string is Chinese', () => {
  for (const [path, value] of leaves(LANGUAGES.zh.text)) {
    assert.match(value, /\p{Script=Han}/u, path)
  }
})

test('every title begins with hufu', () => {
  for (const { text } of Object.values(LANGUAGES)) assert.ok(text.title.startsWith('hufu'))
})

/** Every string of a table, with its path. */
function leaves(value: unknown, path = ''): readonly (readonly [string, string])[] {
  if (typeof value === 'string') return [[path, value]]
  assert.ok(typeof value === 'object' && value !== null, path)
  return Object.entries(value).flatMap(([key, part]) => leaves(part, `${path}.${key}`))
}
