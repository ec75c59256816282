// 2,048 words made for reading aloud: eleven bits each. Derived by scripts/words.mjs from the "EFF
// Large Wordlist for Passphrases" (Electronic Frontier Foundation, Joseph Bonneau, 2016;
// https://www.eff.org/dice), licensed CC BY 3.0 US (https://creativecommons.org/licenses/by/3.0/us/);
// changed: cut to 2,048 words, and `tango` and `orbit` added by us. The rule stands in the script.

import { HufuError } from './errors.ts'
import { WORD_LIST } from './words.data.ts'

/**
 * The words, sorted: four to seven letters a to z each, no two with the same first four letters, no two
 * one slip apart. Order is part of the protocol: an index names a word.
 */
export const WORDS: readonly string[] = Object.freeze(WORD_LIST.trim().split(/\s+/))

/**
 * The word that an index names.
 *
 * @param index a whole number from 0 to 2047: eleven bits
 * @throws {HufuError} `ERR_CRYPTO_INPUT` if there is no such word
 */
export function wordAt(index: number): string {
  const word = WORDS[index]
  if (word === undefined) throw new HufuError('ERR_CRYPTO_INPUT', `no word has index ${index}`)
  return word
}

/**
 * The word that was most likely meant: the word itself, the only one that is a slip away (a letter
 * wrong, missing, too many, or two neighbours swapped), or the one that begins with the first four
 * letters. Case and surrounding white space do not count.
 *
 * @param typed what somebody typed for one word
 * @returns `undefined` if nothing is near, or two words are equally near: never a guess
 */
export function nearestWord(typed: string): string | undefined {
  const word = typed.trim().toLowerCase()
  if (WORDS.includes(word)) return word
  const near = WORDS.filter((candidate) => oneSlipApart(candidate, word))
  if (near.length > 0) return near.length === 1 ? near[0] : undefined
  return word.length < 4
    ? undefined
    : WORDS.find((candidate) => candidate.startsWith(word.slice(0, 4)))
}

function oneSlipApart(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false
  let head = 0
  while (head < a.length && a[head] === b[head]) head++
  const [restA, restB] = [a.slice(head), b.slice(head)]
  if (restA.slice(1) === restB || restA === restB.slice(1)) return true
  if (restA.slice(1) === restB.slice(1)) return true
  const swapped = restA.charAt(1) + restA.charAt(0) + restA.slice(2)
  return swapped === restB
}
