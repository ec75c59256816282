import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { sha256, utf8 } from '../../crypto/index.ts'
import { changeRoster, firstRoster, type Roster, type RosterMember } from '../../group/roster.ts'
import type { Ms } from '../../wire/units.ts'
import { bundleBook, type Book } from './book.ts'

const CONTEXT = { call: utf8('a call: 16 octet'), server: 'hufu.example:443' }

function lineOf(index: number): RosterMember {
  const hash = sha256(utf8(`member ${index}`))
  return { index, user: `user${index}@example.org`, keyId: hash, signing: hash, sealing: hash }
}

/** A host and so many others. */
function rosterOf(others: number): Roster {
  const added = Array.from({ length: others }, (_, at) => lineOf(at + 1))
  return changeRoster(firstRoster(CONTEXT.call, lineOf(0)), {
    added,
    removed: [],
    how: 'lost',
    host: null,
  })!
}

/** Whom a book asks, and when, until then. */
function questions(book: Book, roster: Roster, from: number, until: number): readonly Question[] {
  const asked: Question[] = []
  for (let now = from; now <= until; now = Math.max(now + 1, book.wakesAt(roster)))
    for (const one of book.want(roster, now as Ms)) asked.push({ ...one, at: now })
  return asked
}

interface Question {
  readonly at: number
  readonly to: number
  readonly indices: readonly number[]
}

describe('S1s that do not come', () => {
  test('are asked for less and less, of their owners and of the host', () => {
    const roster = rosterOf(4)
    const asked = questions(bundleBook(CONTEXT, 4), roster, 0, 3_600_000)
    assert.deepEqual(new Set(asked.map(({ to }) => to)), new Set([0, 1, 2, 3]))
    const times = [...new Set(asked.map(({ at }) => at))]
    assert.deepEqual(
      times.slice(0, 6).map((at, n) => at - (times[n - 1] ?? 0)),
      [5_000, 5_000, 5_000, 10_000, 10_000, 20_000],
    )
    // once in 80 s in the end
    assert.ok(times.length < 60)
    assert.ok(times.at(-1)! > 3_500_000)
  })

  test('are asked for as often as before when somebody comes', () => {
    const before = rosterOf(4)
    const book = bundleBook(CONTEXT, 4)
    const asked = questions(book, before, 0, 1_000_000)
    // when the next question is far away
    const now = asked.at(-1)!.at + 1_000
    const change = { added: [lineOf(5)], removed: [], how: 'lost', host: null } as const
    const roster = changeRoster(before, change)!
    book.follow(before, roster, undefined)
    const [first, second] = questions(book, roster, now, now + 20_000)
    assert.deepEqual([first!.at, second!.at], [now + 5_000, now + 10_000])
  })

  test('keep nobody from asking the others for theirs', () => {
    const roster = rosterOf(200)
    const asked = questions(bundleBook(CONTEXT, 200), roster, 0, 600_000)
    const owners = new Set(asked.filter(({ indices }) => indices.length === 1).map(({ to }) => to))
    assert.equal(owners.size, 200)
    assert.ok(asked.every(({ indices }) => indices.length <= 64))
  })
})
