import { nearestWord, parseCode, type PairCode } from '@hufu/terminal'

/** What came of a typed code. */
export type ReadCode =
  | { readonly is: 'empty' | 'malformed' }
  | { readonly is: 'good'; readonly code: PairCode }
  /** A word that is not in the list; `near` is the one that was probably meant, and `mended` the code with it. */
  | {
      readonly is: 'doubtful'
      readonly code: PairCode
      readonly word: string
      readonly near: string | undefined
      readonly mended: string
    }

/**
 * Reads a code as somebody typed or pasted it: with hyphens or spaces, in any case, or as the link that carries it. A code
 * is good for one try, so a word that is not in the list is asked about before anything is sent.
 */
export function readCode(typed: string): ReadCode {
  const text = typed.slice(typed.lastIndexOf('#') + 1).trim()
  if (text === '') return { is: 'empty' }
  const parsed = parseCode(text)
  if (!parsed.ok) return { is: 'malformed' }
  const [slot = '', ...words] = text.toLowerCase().split(/[-\s]+/)
  const at = words.findIndex((word) => nearestWord(word) !== word)
  const word = words[at]
  if (word === undefined) return { is: 'good', code: parsed.value }
  const near = nearestWord(word)
  const mended = near === undefined ? text : [slot, ...words.with(at, near)].join('-')
  return { is: 'doubtful', code: parsed.value, word, near, mended }
}
