import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HufuError } from './errors.ts'
import { nearestWord, wordAt, WORDS } from './words.ts'

test('there are 2,048 words, sorted, each once, and nobody can change them', () => {
  assert.equal(WORDS.length, 2048)
  assert.equal(new Set(WORDS).size, 2048)
  assert.deepEqual(WORDS, WORDS.toSorted())
  assert.ok(Object.isFrozen(WORDS))
})

test('each word has four to seven letters a to z', () => {
  assert.deepEqual(
    WORDS.filter((word) => !/^[a-z]{4,7}$/.test(word)),
    [],
  )
})

test('the first four letters name the word', () => {
  assert.equal(new Set(WORDS.map((word) => word.slice(0, 4))).size, 2048)
})

test('no two words are within edit distance 1 of each other', () => {
  assert.deepEqual(pairsOneEditApart(WORDS), [])
})

test('the search for near words finds a planted pair of each kind', () => {
  assert.deepEqual(pairsOneEditApart(['tango', 'mango', 'orbit']), ['tango mango'])
  assert.deepEqual(pairsOneEditApart(['orbit', 'orbits', 'lilac']), ['orbit orbits'])
  assert.deepEqual(pairsOneEditApart(['lilac', 'orbit', 'lilc']), ['lilac lilc'])
})

test('no swap of two neighbouring letters turns one word into another', () => {
  const known = new Set(WORDS)
  const swaps = WORDS.flatMap((word) =>
    Array.from({ length: word.length - 1 }, (_, at) => {
      const [one, other] = [word.charAt(at), word.charAt(at + 1)]
      return word.slice(0, at) + other + one + word.slice(at + 2)
    }).filter((swapped) => swapped !== word && known.has(swapped)),
  )
  assert.deepEqual(swaps, [])
})

test('the words of the documentation are in the list', () => {
  for (const word of ['tango', 'orbit', 'lilac']) assert.ok(WORDS.includes(word), word)
})

test('the order is part of the protocol', () => {
  assert.equal(wordAt(0), 'abacus')
  assert.equal(wordAt(2047), 'zoom')
  assert.equal(wordAt(WORDS.indexOf('tango')), 'tango')
})

test('an index without a word is the caller’s mistake', () => {
  for (const index of [-1, 2048, 0.5, Number.NaN]) {
    assert.throws(
      () => wordAt(index),
      (error) => error instanceof HufuError && error.code === 'ERR_CRYPTO_INPUT',
    )
  }
})

test('a slip of the finger finds the word that was meant', () => {
  assert.equal(nearestWord('tango'), 'tango')
  assert.equal(nearestWord(' Tango '), 'tango')
  assert.equal(nearestWord('tanga'), 'tango') // a letter wrong
  assert.equal(nearestWord('orbt'), 'orbit') // one missing
  assert.equal(nearestWord('lillac'), 'lilac') // one too many
  assert.equal(nearestWord('obrit'), 'orbit') // two swapped
  assert.equal(nearestWord('orbi'), 'orbit') // the first four letters
  assert.equal(nearestWord('orbitals'), 'orbit')
})

test('what is near no word, or equally near to two, is not guessed', () => {
  assert.equal(nearestWord(''), undefined)
  assert.equal(nearestWord('qqqqqq'), undefined)
  const [first, second, between] = equallyNear()
  assert.notEqual(first, second)
  assert.equal(nearestWord(between), undefined)
})

/** Two words, and what is one wrong letter away from both. */
function equallyNear(): readonly [string, string, string] {
  const seen = new Map<string, string>()
  for (const word of WORDS) {
    for (let at = 0; at < word.length; at++) {
      for (const letter of 'abcdefghijklmnopqrstuvwxyz') {
        const between = word.slice(0, at) + letter + word.slice(at + 1)
        const other = seen.get(between)
        if (other !== undefined && other !== word) return [other, word, between]
        seen.set(between, word)
      }
    }
  }
  throw new Error('no two words have a common neighbour')
}

function pairsOneEditApart(words: readonly string[]): string[] {
  return words.flatMap((a, at) =>
    words
      .slice(at + 1)
      .filter((b) => Math.abs(a.length - b.length) < 2 && editDistance(a, b) < 2)
      .map((b) => `${a} ${b}`),
  )
}

/** Levenshtein's, by the textbook, so that it shares nothing with what it checks. */
function editDistance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const change = (above[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1)
      current.push(Math.min(change, (above[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1))
    }
    above = current
  }
  return above[b.length] ?? 0
}
