import assert from 'node:assert/strict'
import { setImmediate as soon } from 'node:timers/promises'
import { test } from 'node:test'
import type { Said } from '@hufu/protocol/call'
import { hearing, type Hearing } from './hearing.ts'

const text = (number: number, first = 0): Said => ({
  type: 'text',
  number,
  first,
  text: String(number),
})

function begun(): {
  readonly heard: Hearing
  readonly taken: string[]
  readonly came: number[]
  refuses: boolean
} {
  const taken: string[] = []
  const came: number[] = []
  const made = {
    taken,
    came,
    refuses: false,
    heard: hearing({
      async take(from, message) {
        if (made.refuses) return false
        if (message.type === 'text') taken.push(`${from} ${message.text}`)
        return true
      },
      came: (from) => came.push(from),
    }),
  }
  return made
}

test('each member’s messages are taken once, in the order in which they were said', async () => {
  const { heard, taken } = begun()
  for (const number of [0, 2, 2, 1, 0, 3]) heard.heard(5, text(number))
  heard.heard(6, text(7, 7))
  await soon()
  assert.deepEqual(taken, ['5 0', '6 7', '5 1', '5 2', '5 3'])
  assert.deepEqual(heard.cameTo(5), { first: 0, next: 4 })
  assert.deepEqual(heard.cameTo(6), { first: 7, next: 8 })
  assert.equal(heard.cameTo(1), undefined)
})

test('what was taken before is said to be so again, and is not taken again', async () => {
  const { heard, taken, came } = begun()
  heard.heard(5, text(0))
  await soon()
  heard.heard(5, text(0))
  await soon()
  assert.deepEqual([taken, came], [['5 0'], [5, 5]])
})

test('what is not taken counts as not come', async () => {
  const begin = begun()
  begin.heard.heard(5, text(0))
  await soon()
  begin.refuses = true
  begin.heard.heard(5, text(1))
  await soon()
  assert.deepEqual(begin.heard.cameTo(5), { first: 0, next: 1 })
})

test('who comes after the first messages begins with the first that is for them', async () => {
  const { heard, taken } = begun()
  heard.heard(5, text(9, 9))
  heard.heard(5, text(3, 3))
  await soon()
  assert.deepEqual(taken, ['5 9'])
})

test('who was away goes on where the others have gone on, and only then', async () => {
  const { heard, taken } = begun()
  heard.heard(5, text(0))
  heard.heard(5, text(8, 8))
  await soon()
  assert.deepEqual(taken, ['5 0'], 'a gap is waited for')
  heard.doubt()
  heard.heard(5, text(8, 8))
  heard.heard(5, text(9, 8))
  await soon()
  assert.deepEqual(taken, ['5 0', '5 8', '5 9'])
  heard.doubt()
  heard.heard(5, text(10, 0))
  await soon()
  assert.deepEqual(taken.at(-1), '5 10', 'nothing was missed: nothing is skipped')
})

test('a message whose numbers make no sense is none', async () => {
  const { heard, taken } = begun()
  heard.heard(5, text(1, 2))
  await soon()
  assert.deepEqual([taken, heard.cameTo(5)], [[], undefined])
})
