import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { matches, readTranscript } from './format.ts'
import { play, serve } from './terminals.ts'

const CASES = new URL('cases/', import.meta.url)

let server: Awaited<ReturnType<typeof serve>>
before(async () => {
  server = await serve('--guesses-per-source 1000')
})
after(async () => server.stop())

describe('transcripts', { concurrency: 2 }, () => {
  for (const file of readdirSync(CASES).toSorted()) {
    const transcript = readTranscript(readFileSync(new URL(file, CASES), 'utf8'))
    test(`${file}: ${transcript.about}`, async () => play(transcript, server.url))
  }
})

test('a transcript that does not hold is noticed', async () => {
  const wrong = ['> hufu 9.9.9', '! …\n> hufu …\n= 1', '> hufu …\n! something', '']
  for (const lines of wrong) {
    const transcript = readTranscript(`a $ hufu version\n${lines}`)
    await assert.rejects(play(transcript, server.url), assert.AssertionError)
  }
  await play(readTranscript('a $ hufu version\n> hufu …\nno x'), server.url)
})

test('a step that waits for what cannot come is named, at once', async () => {
  const cases: readonly [text: string, named: RegExp, patienceMs?: number][] = [
    ['a $ hufu version\nb after "never" $ hufu version', /b: `after "never"`/],
    ['a $ hufu version\n< {code}', /a: `\{code\}`/],
    ['a $ hufu version\n> …\nfile {code}', /`\{code\}` at the end/],
    ['a after "x" $ hufu version\nb after "y" $ hufu version', /a: `after "x"`/],
    // The first would stay, and is killed.
    ['a $ hufu pair\n<…\nb after "never" $ hufu version', /b: `after "never"`/, 200],
  ]
  for (const [text, named, patienceMs] of cases)
    await assert.rejects(play(readTranscript(text), server.url, patienceMs), named)
})

test('the marks of transcripts', () => {
  assert.ok(matches(['a b c', 'd'], ['a…c', 'd']))
  assert.ok(matches(['a', 'b', 'c'], ['…', 'c']))
  assert.ok(matches([], ['…']))
  assert.ok(!matches(['abc'], ['b…']))
  assert.ok(!matches(['a', 'b'], ['a']))
  assert.ok(!matches(['a+b'], ['a.b']))
})
