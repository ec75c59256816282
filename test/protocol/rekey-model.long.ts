import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { needsSpin, search } from '../support/spin.ts'

const model = fileURLToPath(
  new URL('../../packages/protocol/src/session/rekey.pml', import.meta.url),
)

// Up to twelve million states each.
const BOUNDS = [
  ['EPOCHS=3', 'ROOM=3'],
  ['REORDER', 'EPOCHS=3', 'ROOM=3'],
  ['CALM', 'EPOCHS=3'],
  ['CALM', 'LOSSES=2'],
]

for (const defines of BOUNDS) {
  test(`the model of the change of keys, ${defines.join(', ')}`, async (t) => {
    if (!needsSpin(t)) return
    const found = await search({ model, defines, loops: defines.includes('CALM'), optimise: 2 })
    assert.deepEqual([found.errors, found.error], [0, undefined])
    assert.ok(found.whole, 'the search came to its bounds')
    assert.deepEqual(found.unreached, [])
  })
}
