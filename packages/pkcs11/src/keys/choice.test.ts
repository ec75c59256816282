import assert from 'node:assert/strict'
import { test } from 'node:test'
import { choosePairs } from './choice.ts'
import type { FoundPair } from './pairs.ts'

function pair(label: string, id: number, more: Partial<FoundPair>): FoundPair {
  const name = { label, id: Uint8Array.of(id) }
  const publicKey = Uint8Array.of(4, id)
  const none = { signs: false, agrees: false, stays: true, certificates: [] }
  return { name, publicKey, ...none, ...more }
}

const SIGNS = pair('work', 1, { signs: true })
const AGREES = pair('work', 2, { agrees: true })
const OTHER = pair('old', 3, { signs: true })

function ids(found: readonly FoundPair[], choice: Parameters<typeof choosePairs>[1]): number[] {
  const { signing, agreement } = choosePairs(found, choice)
  return [signing, agreement].map(({ name }) => name.id[0]!)
}

test('two pairs by their label, or all there are', () => {
  assert.deepEqual(ids([OTHER, AGREES, SIGNS], { label: 'work' }), [1, 2])
  assert.deepEqual(ids([AGREES, SIGNS], {}), [1, 2])
})

test('each by its id, whatever it is called', () => {
  const signing = Uint8Array.of(3)
  assert.deepEqual(ids([SIGNS, AGREES, OTHER], { signing, label: 'work' }), [3, 2])
  assert.deepEqual(
    ids([SIGNS, AGREES], { signing: SIGNS.name.id, agreement: AGREES.name.id }),
    [1, 2],
  )
})

test('of two that can, the one that was made for it', () => {
  const both = pair('work', 4, { signs: true, agrees: true })
  assert.deepEqual(ids([both, SIGNS], {}), [1, 4])
  assert.deepEqual(ids([both, AGREES], {}), [4, 2])
})

test('a pair of both uses serves one of them', () => {
  const both = pair('work', 4, { signs: true, agrees: true })
  assert.throws(() => choosePairs([both], {}), { code: 'ERR_KEY_ABSENT', message: /derives/ })
})

for (const [why, found, choice, message] of [
  ['nothing is there', [], {}, /no P-256 key/],
  ['none has that label', [SIGNS, AGREES], { label: 'home' }, /no P-256 key/],
  ['an id is of the other use', [SIGNS, AGREES], { signing: AGREES.name.id }, /signs/],
  ['there are two', [SIGNS, OTHER, AGREES], {}, /more than one.*01 \(work\), 03 \(old\)/],
  ['it can be taken out', [{ ...SIGNS, stays: false }, AGREES], {}, /taken out/],
  ['it has no public key', [{ ...SIGNS, publicKey: undefined }, AGREES], {}, /neither/],
] as const)
  test(`no key is chosen where ${why}`, () => {
    assert.throws(() => choosePairs(found, choice), { code: 'ERR_KEY_ABSENT', message })
  })
