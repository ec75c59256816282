import assert from 'node:assert/strict'
import { ERRORS } from '../wire/errors.ts'
import type { EndResult } from './pair-end.testing.ts'
import type { PairResult } from './pair-world.testing.ts'

/** What must hold of two pairings whatever a relay has done to them. Throws with what does not. */
export function assertInvariants(results: readonly PairResult[]): void {
  for (const [requester, opener] of results) {
    for (const [end, other] of [
      [requester, opener],
      [opener, requester],
    ] as const) {
      assertEnded(end)
      assertHonestText(end, other)
      if (end.stood) assertSameKeys(end, other)
    }
    // Ta proves that the requester has the same keys already, Tb the same of the opener's transcript.
    if (opener.agreed) assertSameKeys(opener, requester)
  }
  const roots = results.flatMap(([requester]) => requester.keys?.root ?? [])
  assert.equal(new Set(roots).size, roots.length, 'two pairings came to the same keys')
}

function assertEnded(end: EndResult): void {
  assert.ok(end.over, 'an end that never ended')
  if (end.code !== undefined) assert.ok(Object.hasOwn(ERRORS, end.code), end.code)
  if (!end.stood) assert.notEqual(end.code, undefined, 'an end that failed without a code')
}

/** Nothing wrong, nothing twice, nothing out of order; and what is said to have been taken was. */
function assertHonestText(end: EndResult, other: EndResult): void {
  assert.deepEqual(end.taken, other.sent.slice(0, end.taken.length), 'a text that was not sent so')
  assert.ok(other.taken.length >= end.acknowledged, 'acknowledged, but not taken')
  if (!end.stood) assert.deepEqual(end.taken, [], 'delivered before it stood')
}

function assertSameKeys(end: EndResult, other: EndResult): void {
  assert.ok(end.keys !== undefined && other.keys !== undefined, 'keys that nobody else has')
  assert.equal(end.keys.root, other.keys.root, 'different keys')
  assert.deepEqual(end.keys.words, other.keys.words, 'different words')
}
