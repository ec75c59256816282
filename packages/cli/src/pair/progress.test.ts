import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Output } from '../output.ts'
import { progressBoard } from './progress.ts'

test('the rate counts from when the first of it came, not from when it was taken', () => {
  const notes: string[] = []
  const screen = { drawn: false, status: () => undefined }
  const output = { note: (text: string) => notes.push(text), event: async () => true, screen }
  let now = 0
  const board = progressBoard(output as unknown as Output, () => now)
  const of = 2_000_000
  const moving = { direction: 'receive', id: 1, name: 'a', kind: 'file', octets: of } as const
  const report = board.follow(moving)
  report.started()
  now = 60_000
  report.progress({ octets: 1_000, of, resumed: 0 })
  now = 61_000
  report.progress({ octets: of, of, resumed: 0 })
  report.done('a')
  assert.match(notes.at(-1)!, /[^\d.]2(?:\.0)? MB\/s/)
})
