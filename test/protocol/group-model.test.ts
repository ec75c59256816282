import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { needsSpin, search } from '../support/spin.ts'

const model = fileURLToPath(new URL('../../packages/protocol/src/group/group.pml', import.meta.url))

describe('the model of hops and departures', () => {
  const weathers = [
    ['any message lost or said twice, and a member who leaves at any moment', []],
    ['every run comes to rest with all members on one key, though one is silent', ['SILENT']],
  ] as const
  for (const [name, defines] of weathers)
    test(name, async (t) => {
      if (!needsSpin(t)) return
      const loops = defines.length > 0
      const weather = loops ? ['CALM', 'ROOM=4', ...defines] : defines
      const found = await search({ model, defines: weather, loops, optimise: loops ? 0 : 1 })
      assert.deepEqual([found.errors, found.error], [0, undefined])
      assert.ok(found.whole, 'the search came to its bounds')
      assert.ok(found.states > 500)
    })
})

/** What group-model.long.ts does with the rest of them. */
describe('the search finds', () => {
  const faults = [
    ['a hop that goes on when somebody leaves', 'FAULT_PENDING_STAYS', /has&/],
    ['an old key that is taken after a departure', 'FAULT_KEEP', /has&/],
  ] as const
  for (const [name, fault, violated] of faults)
    test(name, async (t) => {
      if (!needsSpin(t)) return
      const found = await search({ model, defines: [fault] })
      assert.ok(found.errors > 0)
      assert.match(found.error!, violated)
    })
})
