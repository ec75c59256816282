import assert from 'node:assert/strict'
import { test } from 'node:test'
import { afterReload, isCounted, settled, type FileLine, type TextLine } from './lines.ts'

const KEPT = { said: 3, heard: 2, unacknowledged: [{ number: 2 }, { number: 3 }] }

test('a text is delivered when it was said and waits no more', () => {
  const fates = [1, 2, 3, 4].map((number) => settled(text('me', number), KEPT).fate)
  assert.deepEqual(fates, ['delivered', 'underway', 'underway', 'underway'])
  const lost: TextLine = { ...text('me', 0), fate: 'lost' }
  assert.equal(settled(lost, KEPT), lost)
})

test('a text of the other’s is kept only once the library has counted it', () => {
  assert.deepEqual(
    [1, 2, 3].map((number) => isCounted(text('other', number), KEPT)),
    [true, true, false],
  )
  assert.ok(isCounted(text('me', 9), KEPT))
})

test('after a reload a text that the library never got is lost', () => {
  const line = afterReload(text('me', 4), KEPT)
  assert.ok(line.kind === 'text')
  assert.deepEqual([line.fate, line.number], ['lost', 0])
  assert.equal(afterReload(text('me', 3), KEPT).kind, 'text')
  const said = text('me', 3)
  assert.equal(afterReload(said, KEPT), said)
})

test('a reload breaks off what was moving, and nothing else', () => {
  const moving = { at: 'moving', octets: 1, of: 2, resumed: 0, rate: undefined } as const
  for (const stage of [{ at: 'offered' } as const, moving]) {
    const line = afterReload({ ...FILE, stage }, KEPT)
    assert.ok(line.kind === 'file')
    assert.deepEqual(line.stage, { at: 'failed', code: undefined })
  }
  const done: FileLine = { ...FILE, stage: { at: 'done', as: 'a' } }
  assert.equal(afterReload(done, KEPT), done)
})

const FILE: FileLine = {
  kind: 'file',
  by: 'me',
  name: 'a',
  folder: false,
  octets: 2,
  stage: { at: 'offered' },
  atUnixMs: 0,
}

function text(by: 'me' | 'other', number: number): TextLine {
  const fate = by === 'me' ? 'underway' : 'delivered'
  return { kind: 'text', by, text: 'hello', number, fate, atUnixMs: 0 }
}
