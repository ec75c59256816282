import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { needsSpin, search } from '../support/spin.ts'

const model = fileURLToPath(
  new URL('../../packages/protocol/src/session/rekey.pml', import.meta.url),
)

describe('the model of the change of keys', () => {
  // As few epochs as reach every statement of the model; rekey-model.long.ts goes further in each.
  const weathers = [
    ['any loss, any break of the line, anything sent again at any time', ['EPOCHS=3']],
    ['records that overtake those of other epochs', ['REORDER']],
    ['every run comes to rest in one epoch, with all acknowledged', ['CALM', 'EPOCHS=1']],
  ] as const
  for (const [name, defines] of weathers) {
    test(name, async (t) => {
      if (!needsSpin(t)) return
      const found = await search({ model, defines, loops: isCalm(defines) })
      assert.deepEqual([found.errors, found.error], [0, undefined])
      assert.ok(found.whole, 'the search came to its bounds')
      assert.ok(found.states > 10_000)
      assert.deepEqual(found.unreached, [])
    })
  }
})

describe('the search finds', () => {
  const NOT_HELD = /key\[epoch\]!=0/
  const TWO_KEYS = /key\[.*epoch\+1\)\]==0\)\|\|/
  const NOT_AT_REST = /link\.unacknowledged/
  const UNCONFIRMED = /tries</
  const faults = [
    ['an answerer that switches as soon as it has answered', ['FAULT_SWITCH_EARLY'], NOT_HELD],
    ['an initiator that answers while its own proposal is open', ['FAULT_NO_COLLISION'], TWO_KEYS],
    ['an answer that is made anew for every repetition', ['FAULT_FRESH_ANSWER'], TWO_KEYS],
    ['old keys that go with the switch', ['FAULT_NO_OVERLAP'], NOT_HELD],
    ['changes heeded under an epoch that is over', ['REORDER', 'FAULT_HEED_OLD'], /epoch<2/],
    ['changes that are tried only once', ['CALM', 'FAULT_ONE_TRY'], NOT_AT_REST],
    ['old keys that hold up answers and nobody moves', ['CALM', 'FAULT_HOLD_UNUSED'], UNCONFIRMED],
    ['ends that answer each other for ever', ['CALM', 'FAULT_ECHO'], /non-progress cycle/],
  ] as const
  for (const [name, defines, violated] of faults) {
    test(name, async (t) => {
      if (!needsSpin(t)) return
      const found = await search({ model, defines, loops: isCalm(defines) })
      assert.ok(found.errors > 0)
      assert.match(found.error!, violated)
    })
  }
})

function isCalm(defines: readonly string[]): boolean {
  return defines.includes('CALM')
}
