import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkWorlds } from '../../packages/protocol/src/testing/rekey-world.testing.ts'

test('five thousand worlds of anything that can happen end with both ends in the same keys', () => {
  const runs = 5_000
  assert.ok(checkWorlds(runs) > 4 * runs, 'the keys hardly moved')
})
