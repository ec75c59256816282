import { readFileSync } from 'node:fs'
import type { Plugin } from 'vite'

/**
 * Writes the sorted word list shorter into the build, some 2 KB after gzip: each word as a capital letter for how many
 * letters it shares with the one before (A for none), then the rest of it. The page puts it together when it starts.
 */
export function shorterWords(): Plugin {
  return {
    name: 'hufu-words',
    apply: 'build',
    load(id) {
      if (!/[\\/]ceremonies[\\/]pair[\\/]words\.data\.ts$/.test(id)) return undefined
      const words = /`([^`]+)`/.exec(readFileSync(id, 'utf8'))?.[1]?.trim().split(/\s+/)
      if (words === undefined) return this.error('no word list was found')
      return `let word = ''
export const WORD_LIST = '${shortened(words)}'.replace(/([A-Z])([a-z]*)/g, (_, shared, rest) =>
  (word = word.slice(0, shared.charCodeAt(0) - ${FIRST_LETTER}) + rest) + ' ')`
    },
  }
}

const FIRST_LETTER = 'A'.charCodeAt(0)

function shortened(words: readonly string[]): string {
  let before = ''
  let all = ''
  for (const word of words) {
    let shared = 0
    while (shared < word.length && word[shared] === before[shared]) shared++
    all += String.fromCharCode(FIRST_LETTER + shared) + word.slice(shared)
    before = word
  }
  return all
}
