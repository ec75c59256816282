import assert from 'node:assert/strict'
import { test } from 'node:test'
import { killAndLook } from '../support/kept.ts'

test('killed at any moment of writes, a change of the key, a backup and a restore, nothing is lost or can be read', async () => {
  const { secrets, backups, restores } = await killAndLook(3)
  assert.ok(secrets >= 60, `${secrets} secrets`)
  assert.equal(backups.killed + backups.whole, 2)
  assert.equal(restores.before + restores.after + restores.ended, 3)
})
