import { done, failed, type Outcome } from '../../wire/errors.ts'
import { utf8, type Random } from '../../crypto/index.ts'
import { WORDS } from '../../wire/words.ts'
import { isSlot } from './slots.ts'

/** What is said over the phone: `4821-tango-orbit-lilac`, in two parts of two types, so that the words are never sent. */
export interface PairCode {
  /** Public: the server finds the opener by it. */
  readonly slot: string
  readonly words: SpokenWords
}

declare const spoken: unique symbol
/** The secret part of a code. Not a string: nothing that sends text accepts it, and it does not print. */
export interface SpokenWords {
  readonly [spoken]: true
}

/** Words in a code. Our choice: 33 bits, and one guess. */
const WORD_COUNT = 3

const held = new WeakMap<SpokenWords, string>()

/** Three random words of the list. */
export function drawWords(random: Random): SpokenWords {
  const octets = random(WORD_COUNT * 2)
  const view = new DataView(octets.buffer, octets.byteOffset)
  const words = Array.from(
    { length: WORD_COUNT },
    (_, i) => WORDS[view.getUint16(i * 2) % WORDS.length]!,
  )
  return hold(words.join('-'))
}

/**
 * Reads a code as people type it: any case, hyphens or spaces. The words need not be of the list: whoever opens may
 * have chosen others. Codes: `ERR_PAIR_CODE`.
 */
export function parseCode(text: string): Outcome<PairCode> {
  const [slot, ...words] = text
    .trim()
    .toLowerCase()
    .split(/[-\s]+/)
  if (slot === undefined || !isSlot(slot)) return failed('ERR_PAIR_CODE')
  if (words.length !== WORD_COUNT || !words.every((word) => /^[a-z]+$/.test(word)))
    return failed('ERR_PAIR_CODE')
  return done({ slot, words: hold(words.join('-')) })
}

/** The code as it is shown to the one who opened it, and to nobody else. */
export function showCode(code: PairCode): string {
  return `${code.slot}-${held.get(code.words)!}`
}

/** CPace's PRS: the words, lower case, with hyphens, as UTF-8. */
export function wordsPrs(words: SpokenWords): Uint8Array {
  return utf8(held.get(words)!)
}

function hold(text: string): SpokenWords {
  const words = Object.freeze({}) as SpokenWords
  held.set(words, text)
  return words
}
