import assert from 'node:assert/strict'
import { test } from 'node:test'
import { saidMessages, type Said } from '@hufu/protocol/call'
import type { Ms } from '@hufu/protocol/wire'
import { saying, type Saying } from './saying.ts'

const at = (ms: number): Ms => ms as Ms

interface Out {
  readonly said: Saying
  /** Whom, and which numbers, in the order in which they went out. */
  readonly out: (readonly [to: 'all' | number, number: number])[]
  readonly ends: string[]
  isShut: boolean
  text(text: string): void
}

function begun(...members: readonly number[]): Out {
  const out: (readonly ['all' | number, number])[] = []
  const ends: string[] = []
  const made: Out = {
    out,
    ends,
    isShut: false,
    said: saying({
      send(to, octets) {
        if (made.isShut) return false
        const read = saidMessages.decode(octets, 65_536)
        assert.ok(read.ok)
        out.push([to, (read.value as Said).number])
        return true
      },
    }),
    text: (text) =>
      made.said.say(
        { type: 'text', text },
        { taken: () => ends.push(`${text} taken`), missed: () => ends.push(`${text} missed`) },
      ),
  }
  made.said.audience(new Set(members))
  return made
}

test('a message is taken when all who were there have it', () => {
  const { said, out, ends, text } = begun(1, 2)
  text('one')
  text('two')
  said.pump(at(0))
  assert.deepEqual(out, [
    ['all', 0],
    ['all', 1],
  ])
  said.taken(1, 0, 2)
  assert.deepEqual(ends, [])
  said.taken(2, 0, 1)
  assert.deepEqual(ends, ['one taken'])
  said.taken(2, 0, 2)
  assert.deepEqual([ends.at(-1), said.open], ['two taken', 0])
})

test('what nobody could hear yet waits, and what cannot be sent too', () => {
  const begin = begun()
  begin.text('early')
  begin.said.pump(at(0))
  assert.deepEqual(begin.out, [])
  begin.said.audience(new Set([3]))
  begin.isShut = true
  begin.said.pump(at(0))
  assert.equal(begin.said.open, 1)
  begin.isShut = false
  begin.said.pump(at(0))
  assert.deepEqual(begin.out, [['all', 0]])
})

test('what somebody lacks goes out again, to them alone, ever more rarely, until they have it', () => {
  const { said, out, text } = begun(1, 2)
  text('one')
  said.pump(at(0))
  said.taken(1, 0, 1)
  said.tick(at(2_999))
  assert.equal(out.length, 1)
  said.tick(at(said.wakesAt()))
  assert.deepEqual(out.at(-1), [2, 0])
  assert.equal(said.wakesAt(), 9_000)
  said.taken(2, 0, 1)
  assert.equal(said.wakesAt(), Infinity)
})

test('who has left is not waited for; if nobody is left who has it, it is missed', () => {
  const { said, ends, text } = begun(1, 2)
  text('one')
  said.pump(at(0))
  said.taken(1, 0, 1)
  said.audience(new Set([1]))
  assert.deepEqual(ends, ['one taken'])
  text('two')
  said.pump(at(0))
  said.audience(new Set())
  assert.deepEqual(ends.at(-1), 'two missed')
})

test('who came later is not waited for with what was said before', () => {
  const { said, ends, text } = begun(1)
  text('one')
  said.pump(at(0))
  said.audience(new Set([1, 2]))
  said.taken(1, 0, 1)
  assert.deepEqual(ends, ['one taken'])
})

test('a receiver that has begun after it will not have it: it is missed, not taken', () => {
  const { said, ends, text } = begun(1)
  text('one')
  text('two')
  said.pump(at(0))
  said.taken(1, 1, 2)
  assert.deepEqual(ends, ['one missed', 'two taken'])
})

test('no more is on its way than a window holds', () => {
  const { said, out } = begun(1)
  const piece = { type: 'piece', id: 0, octets: new Uint8Array(32_768) } as const
  for (let n = 0; n < 40; n += 1)
    said.say(piece, { taken: () => undefined, missed: () => undefined })
  said.pump(at(0))
  assert.ok(out.length > 8 && out.length < 17, String(out.length))
  said.taken(1, 0, out.length)
  said.pump(at(0))
  assert.ok(out.length > 17)
})

test('at the end all that was not taken is missed', () => {
  const { said, ends, text } = begun(1)
  text('one')
  said.pump(at(0))
  text('two')
  said.close()
  assert.deepEqual(ends, ['one missed', 'two missed'])
})
