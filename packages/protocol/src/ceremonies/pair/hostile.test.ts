import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { HONEST, script, type Script } from '../../testing/hostile-actions.testing.ts'
import { assertInvariants } from '../../testing/pair-invariants.testing.ts'
import {
  COUNTERS_UNCHECKED,
  STANDS_BY_VERDICT,
  TA_UNCHECKED,
} from '../../testing/planted.testing.ts'
import { runPairings } from '../../testing/pair-world.testing.ts'

/** A second or two. test/protocol/hostile.long.ts goes on for minutes. */
const RUNS = 400
/** Until a planted fault is found, at most. */
const SEARCHED = 4_000

describe('two pairings over one relay', () => {
  test('come to different keys each, and say all they have to say, if the relay is honest', () => {
    const results = runPairings(HONEST)
    assertInvariants(results)
    for (const ends of results) {
      for (const end of ends)
        assert.deepEqual([end.code, end.taken.length, end.acknowledged], [undefined, 3, 3])
    }
  })

  test('fail with a code or succeed rightly, whatever the relay does', () => {
    let stood = 0
    let failed = 0
    fc.assert(
      fc.property(script, (relay) => {
        const results = runPairings(relay)
        for (const end of results.flat()) {
          if (end.stood && end.taken.length === 3) stood += 1
          if (end.code !== undefined) failed += 1
        }
        assertInvariants(results)
      }),
      { numRuns: RUNS },
    )
    assert.ok(
      stood > RUNS / 4 && failed > RUNS / 4,
      `${stood} ends stood, ${failed} failed: nothing was tried`,
    )
  })

  test('are over as soon as one message in any place is gone', () => {
    for (let skip = 0; skip < 60; skip += 1) {
      const relay: Script = { skip, actions: [{ do: 'drop' }] }
      assertInvariants(runPairings(relay))
    }
  })
})

describe('the property finds a planted fault', () => {
  for (const [fault, parts, symptom] of [
    ['Ta unchecked', TA_UNCHECKED, /different keys|keys that nobody else has/],
    ['a session that stands by the verdict alone', STANDS_BY_VERDICT, /keys that nobody else has/],
    ['records opened whatever their counter', COUNTERS_UNCHECKED, /a text that was not sent so/],
  ] as const) {
    test(fault, () => {
      const property = fc.property(script, (relay) => assertInvariants(runPairings(relay, parts)))
      const found = fc.check(property, { numRuns: SEARCHED, endOnFailure: true })
      assert.ok(found.failed && found.errorInstance instanceof Error, 'not found')
      assert.match(found.errorInstance.message, symptom)
      assert.doesNotThrow(
        () => assertInvariants(runPairings(HONEST, parts)),
        'found without a relay',
      )
    })
  }
})
