import assert from 'node:assert/strict'
import { test } from 'node:test'
import { killAndLook } from '../support/kept.ts'

test('killed some hundred times', async (t) => {
  const { secrets, backups, restores } = await killAndLook(60)
  t.diagnostic(JSON.stringify({ secrets, backups, restores }))
  assert.ok(secrets > 1_000)
  // the kills have met with what they were for
  assert.ok(backups.killed > 0 && backups.whole > 0, JSON.stringify(backups))
  assert.ok(restores.before > 0 && restores.after + restores.ended > 0, JSON.stringify(restores))
})
