import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { ERRORS } from '@hufu/protocol/wire'

const page = readFileSync(new URL('../docs/errors.md', import.meta.url), 'utf8')

describe('docs/errors.md', () => {
  test('lists every code once, in the order of the table, and no other', () => {
    assert.deepEqual(
      entriesOf(page).map((entry) => entry.code),
      Object.keys(ERRORS),
    )
  })

  test('says of each what happened, who has to act, and what to do next', () => {
    for (const { code, happened, blame, next } of entriesOf(page)) {
      assert.ok(happened.length > 20, `${code}: what happened?`)
      assert.equal(blame, ERRORS[code as keyof typeof ERRORS], `${code}: who has to act?`)
      assert.ok(next.length > 5, `${code}: what next?`)
    }
  })

  test('would be caught with a code missing, added, twice, or blamed on somebody else', () => {
    const codes = (text: string): string[] => entriesOf(text).map((entry) => entry.code)
    assert.notDeepEqual(codes(page.replace('### ERR_RATE\n', '')), Object.keys(ERRORS))
    assert.notDeepEqual(codes(`${page}\n### ERR_NEW\n`), Object.keys(ERRORS))
    assert.notDeepEqual(codes(`${page}\n### ERR_RATE\n`), Object.keys(ERRORS))
    const blamed = entriesOf(page.replace('To act: `user`', 'To act: `bug`'))
    assert.ok(blamed.some(({ code, blame }) => blame !== ERRORS[code as keyof typeof ERRORS]))
  })
})

interface Entry {
  readonly code: string
  readonly happened: string
  readonly blame: string | undefined
  readonly next: string
}

/** The page's entries: a heading of level three, what happened, a paragraph that begins with `To act:`. */
function entriesOf(text: string): readonly Entry[] {
  return [...text.matchAll(/^### (ERR_[A-Z_]+)\n([^#]*)/gm)].map(([, code, body]) => {
    const [happened, rest] = (body ?? '').trim().split(/\n\nTo act: /)
    const [, blame, next] = /^`([a-z]+)`\.\s+([^]+)$/.exec(rest ?? '') ?? []
    return { code: code ?? '', happened: happened ?? '', blame, next: next ?? '' }
  })
}
