import assert from 'node:assert/strict'
import { test } from 'node:test'
import { frozen } from '../../testing/frozen.testing.ts'
import { hearOpener, openersOf, ring, type Ringing } from './ringing.ts'

const [phone, tablet, desk, stranger] = [1, 2, 3, 4].map((n) => new Uint8Array(32).fill(n)) as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
  Uint8Array,
]
const all = frozen(ring([phone, tablet, desk]))

test('the first to answer takes it, and the others are to stop', () => {
  const heard = hearOpener(all, tablet, 'answers')
  assert.deepEqual(heard, {
    ringing: { at: 'taken', by: tablet },
    counts: true,
    dismissed: [phone, desk],
  })
  for (const late of [phone, desk])
    for (const does of ['answers', 'leaves', 'stands'] as const)
      assert.deepEqual(unheard(heard.ringing, late, does), { counts: false, dismissed: [] })
  for (const does of ['answers', 'leaves', 'stands'] as const)
    assert.equal(hearOpener(heard.ringing, tablet, does).counts, true)
})

test('the opener leaves when the last that rings has', () => {
  const one = hearOpener(all, phone, 'leaves')
  const two = hearOpener(one.ringing, desk, 'leaves')
  assert.deepEqual([one.counts, two.counts], [false, false])
  assert.deepEqual(openersOf(two.ringing), [tablet])
  assert.equal(hearOpener(two.ringing, phone, 'answers').counts, false)
  const three = hearOpener(two.ringing, tablet, 'leaves')
  assert.deepEqual([three.counts, openersOf(three.ringing)], [true, []])
})

test('nobody else counts, nor who stands by what it has not answered', () => {
  for (const does of ['answers', 'leaves', 'stands'] as const)
    assert.deepEqual(unheard(all, stranger, does), { counts: false, dismissed: [] })
  assert.deepEqual(unheard(all, phone, 'stands'), { counts: false, dismissed: [] })
  assert.equal(hearOpener(ring([phone]), phone, 'leaves').counts, true)
})

/** What is heard where nothing may change. */
function unheard(before: Ringing, from: Uint8Array, does: 'answers' | 'leaves' | 'stands') {
  const { ringing, ...rest } = hearOpener(before, from, does)
  assert.deepEqual(ringing, before)
  return rest
}
