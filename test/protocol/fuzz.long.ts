import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fuzz, fuzzSeed } from './fuzz/run.ts'
import { TARGETS } from './fuzz/targets.ts'

/** A minute on one core. `HUFU_SEED=N` makes the inputs of another run again. */
const INPUTS = 10_000_000

const seed = fuzzSeed()

for (const target of TARGETS)
  test(`${target.share * (INPUTS / 1_000)} inputs: ${target.name}`, async (t) => {
    t.diagnostic(`HUFU_SEED=${seed}`)
    const { accepted, refused } = await fuzz(target, (INPUTS * target.share) / 1_000, seed)
    t.diagnostic(`${accepted} accepted, ${refused} refused`)
    assert.ok(accepted > 0 && refused > 0)
  })
