import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { sha256, utf8 } from '../crypto/index.ts'
import {
  changeRoster,
  firstRoster,
  imageOf,
  rosterOf,
  sameRoster,
  type Roster,
  type RosterMember,
} from './roster.ts'

const CALL = new Uint8Array(16)
const lineOf = (index: number): RosterMember => {
  const keyId = sha256(utf8(`key ${index}`))
  return { index, user: `user${index}@example.org`, keyId, signing: keyId, sealing: keyId }
}
const NOTHING = { added: [], removed: [], forGood: false, host: null } as const

/** Two are in it, and one has left. */
function withOneGone(forGood: boolean): Roster {
  const first = firstRoster(CALL, lineOf(0))
  const both = changeRoster(first, { ...NOTHING, added: [lineOf(1), lineOf(2)] })!
  return changeRoster(both, { ...NOTHING, removed: [1], forGood })!
}

describe('who has left a roster', () => {
  test('comes back by the same key, if it was lost', () => {
    const lost = withOneGone(false)
    assert.equal(changeRoster(lost, { ...NOTHING, added: [lineOf(1)] })?.members.has(1), true)
    const other = { ...lineOf(1), signing: sha256(utf8('another')) }
    assert.equal(changeRoster(lost, { ...NOTHING, added: [other] }), undefined)
  })

  test('does not come back for any host, if it has left for good, also after it was lost', () => {
    const gone = withOneGone(true)
    const after = changeRoster(withOneGone(false), { ...NOTHING, removed: [1], forGood: true })!
    for (const roster of [gone, after, changeRoster(gone, { ...NOTHING, host: 2 })!])
      assert.equal(changeRoster(roster, { ...NOTHING, added: [lineOf(1)] }), undefined)
  })

  test('leaves once', () => {
    for (const [before, forGood] of [
      [false, false],
      [true, false],
      [true, true],
    ] as const)
      assert.equal(
        changeRoster(withOneGone(before), { ...NOTHING, removed: [1], forGood }),
        undefined,
      )
  })

  test('is in the hash, with whether it was for good', () => {
    const [lost, gone] = [withOneGone(false), withOneGone(true)]
    assert.ok(!sameRoster(lost, gone))
    const image = imageOf(gone)
    assert.ok(sameRoster(rosterOf(CALL, image), gone))
    assert.ok(sameRoster(rosterOf(CALL, imageOf(lost)), lost))
    const { lost: lines } = imageOf(lost)
    assert.ok(!sameRoster(rosterOf(CALL, { ...image, lost: lines, left: [] }), gone))
  })
})
