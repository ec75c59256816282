import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ERRORS } from '@hufu/terminal'
import { isLanguage, languageFor, LANGUAGES } from './languages.ts'

test('the first of the browser’s languages that the app has is chosen', () => {
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
  assert.deepEqual(shapes[1]?.toSorted(), shapes[0]?.toSorted())
  for (const { text } of Object.values(LANGUAGES)) {
    for (const [path, value] of leaves(text)) assert.match(value, /\S/, path)
  }
})

test('every Chinese string is Chinese', () => {
  for (const [path, value] of leaves(LANGUAGES.zh.text)) {
    assert.match(value, /\p{Script=Han}/u, path)
  }
})

test('what is said of a name or a number has it inside, in both languages', () => {
  for (const { text } of Object.values(LANGUAGES)) {
    assert.match(text.talk.paired('Ada'), /Ada/)
    assert.match(text.code.meant('tanfo', 'tango'), /tanfo.*tango/)
    assert.match(text.file.part('3 MB', '10 MB'), /3 MB.*10 MB/)
    assert.match(text.time.left(600), /10/)
    assert.match(text.time.left(59), /59/)
  }
})

test('every error says what happened and what to do, and no two kinds say the same', () => {
  for (const { text } of Object.values(LANGUAGES)) {
    assert.deepEqual(Object.keys(text.errors).toSorted(), Object.keys(ERRORS).toSorted())
    for (const { what, next } of Object.values(text.errors)) assert.match(what + next, /[.。]$/)
    const said = Object.values(text.errors).map(({ what }) => what)
    assert.equal(new Set(said).size, said.length)
  }
})

test('every title begins with hufu', () => {
  for (const { text } of Object.values(LANGUAGES)) assert.ok(text.title.startsWith('hufu'))
})

/** Every string of a table, with its path; a function's for an argument of its own. */
function leaves(value: unknown, path = ''): readonly (readonly [string, string])[] {
  if (typeof value === 'string') return [[path, value]]
  if (typeof value === 'function') return [[path, String(value(2, 2))]]
  assert.ok(typeof value === 'object' && value !== null, path)
  return Object.entries(value).flatMap(([key, part]) => leaves(part, `${path}.${key}`))
}
