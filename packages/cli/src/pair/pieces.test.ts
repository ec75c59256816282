import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CliEvent } from '../events.ts'
import type { Output } from '../output.ts'
import { isTimeToLeave, type Departure } from './departure.ts'
import { progressBoard } from './progress.ts'
import { durationText, sizeText } from './sizes.ts'
import { readTyped } from './typed.ts'

const NOTHING: Departure = {
  busy: false,
  quitting: false,
  cameToSend: false,
  inputEnded: false,
  spoke: false,
  peerFinished: false,
}

test('nobody leaves while something is on its way', () => {
  const all = {
    quitting: true,
    cameToSend: true,
    inputEnded: true,
    spoke: true,
    peerFinished: true,
  }
  assert.equal(isTimeToLeave({ ...all, busy: true }), false)
  assert.equal(isTimeToLeave({ ...all, busy: false }), true)
})

test('who leaves when', () => {
  const cases: readonly (readonly [Partial<Departure>, boolean])[] = [
    [{}, false],
    [{ quitting: true }, true],
    [{ cameToSend: true }, true],
    [{ spoke: true }, false],
    [{ peerFinished: true }, false],
    [{ inputEnded: true }, false],
    [{ inputEnded: true, spoke: true }, true],
    [{ inputEnded: true, peerFinished: true }, true],
  ]
  for (const [some, expected] of cases)
    assert.equal(isTimeToLeave({ ...NOTHING, ...some }), expected, JSON.stringify(some))
})

test('typed lines', () => {
  assert.deepEqual(readTyped('hello'), { do: 'say', text: 'hello' })
  assert.deepEqual(readTyped(''), { do: 'say', text: '' })
  assert.deepEqual(readTyped('//x'), { do: 'say', text: '/x' })
  assert.deepEqual(readTyped('/send  a file.txt '), { do: 'send', path: 'a file.txt' })
  assert.deepEqual(readTyped('/send'), { do: 'help' })
  assert.deepEqual(readTyped('/accept'), { do: 'accept', directory: '.' })
  assert.deepEqual(readTyped('/accept in'), { do: 'accept', directory: 'in' })
  assert.deepEqual(readTyped('/decline'), { do: 'decline' })
  assert.deepEqual(readTyped('/quit'), { do: 'quit' })
  assert.deepEqual(readTyped('/help'), { do: 'help' })
  assert.deepEqual(readTyped('/etc/passwd'), { do: 'unknown', word: 'etc/passwd' })
})

test('sizes and durations as people read them', () => {
  const sizes = { 0: '0 B', 999: '999 B', 1_000: '1.0 kB', 9_949: '9.9 kB', 999_499: '999 kB' }
  for (const [octets, text] of Object.entries(sizes)) assert.equal(sizeText(Number(octets)), text)
  assert.equal(sizeText(999_500), '1.0 MB')
  assert.equal(sizeText(12_345_678_901), '12 GB')
  assert.equal(sizeText(12.6), '13 B')
  assert.equal(durationText(7), '0:07')
  assert.equal(durationText(750), '12:30')
  assert.equal(durationText(10_800), '3:00:00')
})

interface Heard {
  readonly events: CliEvent[]
  readonly notes: string[]
  readonly statuses: (string | undefined)[]
}

function hearing(drawn: boolean): readonly [Output, Heard] {
  const heard: Heard = { events: [], notes: [], statuses: [] }
  const output: Output = {
    json: true,
    screen: {
      drawn,
      above: (write) => write(),
      status: (text) => heard.statuses.push(text),
      keep: () => undefined,
    },
    line: async () => true,
    print: async () => true,
    event: async (event) => heard.events.push(event) > 0,
    note: (text) => heard.notes.push(text),
  }
  return [output, heard]
}

const FILE = { direction: 'send', id: 1, name: 'x', kind: 'file', octets: 1_000 } as const

test('at most four progress events a second, and the ends always', () => {
  let ms = 0
  const [output, heard] = hearing(false)
  const report = progressBoard(output, () => ms).follow(FILE)
  report.offered()
  for (; ms < 1_000; ms += 10) report.progress({ octets: ms, of: 1_000, resumed: 0 })
  report.done()
  const states = heard.events.map((event) => (event.event === 'file' ? event.state : ''))
  assert.deepEqual(states.slice(0, 2), ['offered', 'started'])
  assert.equal(states.at(-1), 'done')
  assert.ok(states.filter((state) => state === 'progress').length <= 4)
  assert.deepEqual(heard.notes, [
    'offering x (1.0 kB)',
    'sending x (1.0 kB)',
    'sent x (1.0 kB, 1.0 kB/s)',
  ])
  assert.deepEqual(heard.statuses, [])
})

test('on a terminal: one line with name, bar, share, speed and time left, gone at the end', () => {
  let ms = 0
  const [output, heard] = hearing(true)
  const report = progressBoard(output, () => ms).follow(FILE)
  report.started()
  ms = 1_000
  report.progress({ octets: 500, of: 1_000, resumed: 250 })
  assert.equal(heard.statuses.at(-1), 'x [##########··········]  50 %  250 B/s  0:02')
  ms = 1_010
  report.progress({ octets: 510, of: 1_000, resumed: 250 })
  assert.equal(heard.statuses.length, 1, 'not drawn more often than ten times a second')
  report.failed('ERR_FILE_CANCELLED')
  assert.equal(heard.statuses.at(-1), undefined)
  assert.deepEqual(
    heard.events.map((event) => event.event === 'file' && event.state),
    ['started', 'progress', 'cancelled'],
  )
})
