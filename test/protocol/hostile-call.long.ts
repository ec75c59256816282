import { test } from 'node:test'
import * as fc from 'fast-check'
import {
  anyDeeds,
  anyScene,
  playScenes,
} from '../../packages/protocol/src/testing/hostile-scenes.testing.ts'

/** Some minutes on one core: what packages/protocol/src/ceremonies/call/hostile.test.ts does in seconds. */
const RUNS = 2_000

test(`${RUNS} calls over a hostile relay: no key that others do not expect, and all is well or named`, () => {
  fc.assert(
    fc.property(
      fc.nat(0xffff),
      anyDeeds,
      fc.array(anyScene, { minLength: 1, maxLength: 10 }),
      (seed, deeds, scenes) => playScenes(seed, deeds, scenes),
    ),
    { numRuns: RUNS },
  )
})
