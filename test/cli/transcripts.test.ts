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

test('the marks of transcripts', () => {
  assert.ok(matches(['a b c', 'd'], ['a…c', 'd']))
  assert.ok(matches(['a', 'b', 'c'], ['…', 'c']))
  assert.ok(matches([], ['…']))
  assert.ok(!matches(['abc'], ['b…']))
  assert.ok(!matches(['a', 'b'], ['a']))
  assert.ok(!matches(['a+b'], ['a.b']))
})
