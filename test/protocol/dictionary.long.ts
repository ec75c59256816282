import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  attack,
  attackWithLeakedScalar,
} from '../../packages/protocol/src/testing/dictionary.testing.ts'
import { dictionary } from '../../packages/protocol/src/testing/eavesdropper.testing.ts'

const CANDIDATES = 20_000

test('a whole dictionary against one pairing that was listened to: no candidate passes any test', () => {
  const { survivors } = attack(CANDIDATES)
  assert.deepEqual(new Set(Object.values(survivors)), new Set([0]), JSON.stringify(survivors))
})

test('the same dictionary with a leaked scalar: exactly the right one passes', () => {
  assert.deepEqual(attackWithLeakedScalar(CANDIDATES), [dictionary(CANDIDATES)[CANDIDATES / 2]])
})
