import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { script } from '../../packages/protocol/src/testing/hostile-actions.testing.ts'
import { assertInvariants } from '../../packages/protocol/src/testing/pair-invariants.testing.ts'
import { runPairings } from '../../packages/protocol/src/testing/pair-world.testing.ts'

/** Some minutes on one core: what packages/protocol/src/ceremonies/pair/hostile.test.ts does in seconds. */
const RUNS = 20_000

test('two pairings over a hostile relay fail with a code or succeed rightly', () => {
  let stood = 0
  let failed = 0
  fc.assert(
    fc.property(script, (relay) => {
      const results = runPairings(relay)
      assertInvariants(results)
      stood += results.flat().filter((end) => end.stood).length
      failed += results.flat().filter((end) => end.code !== undefined).length
    }),
    { numRuns: RUNS },
  )
  assert.ok(stood > RUNS && failed > RUNS / 4, `${stood} ends stood, ${failed} failed`)
})

test('each action in each place, one at a time, and each pair of places', () => {
  const places = 60
  for (const act of [{ do: 'drop' }, { do: 'swap' }, { do: 'repeat', ms: 40 }] as const) {
    for (let first = 0; first < places; first += 1) {
      for (let between = 0; between < 20; between += 1) {
        const passed = Array.from({ length: between }, () => ({ do: 'pass' }) as const)
        assertInvariants(runPairings({ skip: first, actions: [act, ...passed, act] }))
      }
    }
  }
})
