import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { sha256, utf8 } from '../crypto/index.ts'
import {
  changeRoster,
  DEPARTURES,
  firstRoster,
  imageOf,
  rosterOf,
  sameRoster,
  type Departure,
  type Roster,
  type RosterMember,
} from './roster.ts'

const CALL = new Uint8Array(16)
const lineOf = (index: number): RosterMember => {
  const keyId = sha256(utf8(`key ${index}`))
  return { index, user: `user${index}@example.org`, keyId, signing: keyId, sealing: keyId }
}
const NOTHING = { added: [], removed: [], how: 'lost', host: null } as const

/** Two are in it, and one is out. */
function withOneGone(how: Departure): Roster {
  const first = firstRoster(CALL, lineOf(0))
  const both = changeRoster(first, { ...NOTHING, added: [lineOf(1), lineOf(2)] })!
  return changeRoster(both, { ...NOTHING, removed: [1], how })!
}

const FOR_GOOD = ['left', 'removed'] as const

describe('who is out of a roster', () => {
  test('comes back by the same key, if it was lost', () => {
    const lost = withOneGone('lost')
    assert.equal(changeRoster(lost, { ...NOTHING, added: [lineOf(1)] })?.members.has(1), true)
    const other = { ...lineOf(1), signing: sha256(utf8('another')) }
    assert.equal(changeRoster(lost, { ...NOTHING, added: [other] }), undefined)
  })

  for (const how of FOR_GOOD)
    test(`does not come back for any host, if it was out as ${how}, also after it was lost`, () => {
      const gone = withOneGone(how)
      const after = changeRoster(withOneGone('lost'), { ...NOTHING, removed: [1], how })!
      for (const roster of [gone, after, changeRoster(gone, { ...NOTHING, host: 2 })!]) {
        assert.equal(roster.left.get(1)?.how, how)
        assert.equal(changeRoster(roster, { ...NOTHING, added: [lineOf(1)] }), undefined)
      }
    })

  test('goes once, though who is lost may go for good', () => {
    for (const before of DEPARTURES)
      for (const how of DEPARTURES) {
        const after = changeRoster(withOneGone(before), { ...NOTHING, removed: [1], how })
        assert.equal(after !== undefined, before === 'lost' && how !== 'lost', `${before} ${how}`)
      }
  })

  test('is in the hash, with how it went', () => {
    const all = DEPARTURES.map(withOneGone)
    for (const one of all) {
      assert.deepEqual(
        all.filter((each) => sameRoster(each, one)),
        [one],
      )
      assert.ok(sameRoster(rosterOf(CALL, imageOf(one)), one))
    }
    // an image that says otherwise of that one, or nothing, is another's
    const [lost, left, removed] = all.map(imageOf)
    const others = [
      { ...lost!, lost: [], left: left!.left },
      { ...left!, left: [], removed: left!.left },
      { ...removed!, removed: [], lost: lost!.lost },
    ]
    for (const [at, other] of others.entries())
      for (const each of [other, { ...other, lost: [], left: [], removed: [] }])
        assert.ok(!sameRoster(all[at]!, rosterOf(CALL, each)))
  })
})
