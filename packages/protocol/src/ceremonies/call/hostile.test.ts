import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { hex } from '../../crypto/index.ts'
import { hostileCall } from '../../testing/hostile-call.testing.ts'
import { anyDeeds, anyScene, playScenes } from '../../testing/hostile-scenes.testing.ts'

describe('a hostile relay', () => {
  test('in any scene, whatever it does: no key that others do not expect, and all is well or named in the end', () => {
    fc.assert(
      fc.property(
        fc.nat(9_999),
        anyDeeds,
        fc.array(anyScene, { minLength: 1, maxLength: 6 }),
        (seed, deeds, scenes) => playScenes(seed, deeds, scenes),
      ),
      { numRuns: 60 },
    )
  })

  test('the check finds a key that a member has for itself', () => {
    const call = hostileCall('planted')
    const [first] = call.join(2)
    const [epoch] = [...first!.open.keys()]
    first!.open.set(epoch!, hex(new Uint8Array(32)))
    assert.throws(() => call.check(), /two keys/)
  })
})
