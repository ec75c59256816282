import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { needsSpin, search } from '../support/spin.ts'

const model = fileURLToPath(new URL('../../packages/protocol/src/group/group.pml', import.meta.url))

/** Up to some million states each. */
const BOUNDS = [
  ['RATCHET', 'HOPS=2', 'LEAVES=0'],
  ['RATCHET', 'HOPS=1', 'LEAVES=1', 'LATE'],
  ['JOINS=1', 'LEAVES=0', 'HOPS=1', 'EPOCHS=3'],
  ['PLAIN', 'MEMBERS=3', 'JOINS=1', 'HOPS=0', 'EPOCHS=3', 'ROOM=2'],
  ['CALM', 'ROOM=4', 'HOPS=2', 'LOSSES=2'],
  ['CALM', 'ROOM=4', 'JOINS=1', 'EPOCHS=5'],
  ['CALM', 'ROOM=4', 'MEMBERS=3', 'LOSSES=0', 'SILENT', 'LEAVES=2'],
]

for (const defines of BOUNDS)
  test(`the model of hops and departures, ${defines.join(', ')}`, async (t) => {
    if (!needsSpin(t)) return
    const found = await search({ model, defines, loops: isCalm(defines), optimise: 2 })
    assert.deepEqual([found.errors, found.error], [0, undefined])
    assert.ok(found.whole, 'the search came to its bounds')
  })

describe('the search finds', () => {
  const TWO_KEYS = /key\[.*\]==0\)+\|\|/
  const KNOWN = /has&/
  const faults = [
    ['an epoch that is given again', ['FAULT_EPOCH_AGAIN', 'HOPS=2'], TWO_KEYS],
    ['a departure that is answered by an ordinary hop', ['FAULT_ORDINARY_HOP'], KNOWN],
    [
      'a departure that a join makes the host forget',
      ['FAULT_CUT_ONCE', 'PLAIN', 'MEMBERS=3', 'JOINS=1', 'HOPS=0', 'EPOCHS=3', 'ROOM=2'],
      KNOWN,
    ],
    [
      'a departure whose go is lost, and a member that heeds nothing else',
      ['FAULT_HEED_GO', 'PLAIN', 'MEMBERS=3', 'JOINS=1', 'HOPS=0', 'EPOCHS=3', 'ROOM=2'],
      KNOWN,
    ],
    [
      'one who is late and given the secret in use',
      ['FAULT_JOIN_CURRENT', 'JOINS=1', 'LEAVES=0'],
      /secretsBefore/,
    ],
    [
      'a commitment that nobody looks at',
      ['FAULT_NO_COMMITMENT', 'RATCHET', 'HOPS=2', 'LEAVES=0'],
      TWO_KEYS,
    ],
    [
      'a member that has what it asked for, and gives up',
      ['CALM', 'ROOM=4', 'FAULT_STILL_ASKING'],
      /pending!=0/,
    ],
    [
      'a host that waits for one who says nothing',
      ['CALM', 'ROOM=4', 'SILENT', 'FAULT_WAIT_FOR_ALL'],
      /pending==0/,
    ],
  ] as const
  for (const [name, defines, violated] of faults)
    test(name, async (t) => {
      if (!needsSpin(t)) return
      const found = await search({ model, defines, loops: isCalm(defines) })
      assert.ok(found.errors > 0)
      assert.match(found.error!, violated)
    })
})

function isCalm(defines: readonly string[]): boolean {
  return defines.includes('CALM')
}
