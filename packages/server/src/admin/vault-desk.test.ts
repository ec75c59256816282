import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { utf8 } from '@hufu/protocol/crypto'
import { loadConfig, type Config } from '../config.ts'
import { testFolder } from '../server.testing.ts'
import { rotate } from '../vault/rotation.ts'
import { openSafe } from '../vault/safe.ts'
import { testDesk, type TestDesk } from './admin.testing.ts'

/** A folder whose master key was being changed when its server ended. */
async function cutOff(): Promise<Config> {
  const config = { ...loadConfig(), data: testFolder() }
  const safe = await openSafe(config)
  for (let n = 0; n < 600; n += 1)
    await safe.store.write('soon', (db) =>
      safe.vault.put(db, { owner: `o${n}`, name: 'key' }, utf8(`secret ${n}`)),
    )
  await assert.rejects(rotate(safe, { signal: AbortSignal.abort() }), { code: 'ERR_INTERRUPTED' })
  await safe.close()
  return config
}

interface Vault {
  readonly masters: readonly { readonly id: string }[]
  readonly change: { readonly done: number } | null
  readonly last: { readonly resumed: boolean; readonly to: string } | null
  readonly lastFailure: string | null
}

async function ended(desk: TestDesk, bearer: string): Promise<Vault> {
  for (;;) {
    const vault = (await desk.ask('GET /vault', { bearer })).json as unknown as Vault
    if (vault.change === null) return vault
    await turn()
  }
}

test('a change that was cut off goes on with the start, is shown and recorded, and one after it can be asked for', async (t) => {
  const { data } = await cutOff()
  const desk = await testDesk(t, { data })
  const bearer = await desk.first()
  const before = (await desk.ask('GET /vault', { bearer })).json as unknown as Vault
  assert.deepEqual([before.masters.length, before.change], [2, null], 'nobody has begun')
  desk.admin.resume()
  assert.equal((await desk.ask('POST /vault/rotate', { bearer })).code, 'ERR_BUSY')
  const { masters, last, lastFailure } = await ended(desk, bearer)
  assert.deepEqual([masters.length, last?.resumed, lastFailure], [1, true, null])
  assert.equal(last?.to, masters[0]?.id)
  const entries = await desk.recorded()
  assert.ok(entries.includes('server vault.rotated done'), entries.join('\n'))
  assert.equal((await desk.ask('POST /vault/rotate', { bearer })).status, 200)
  const again = await ended(desk, bearer)
  assert.deepEqual([again.last?.resumed, again.masters[0]?.id], [false, again.last?.to])
  assert.notEqual(again.last?.to, last?.to)
})

test('an operator may ask for what nobody has gone on with', async (t) => {
  const { data } = await cutOff()
  const desk = await testDesk(t, { data })
  const bearer = await desk.first()
  assert.equal((await desk.ask('POST /vault/rotate', { bearer })).status, 200)
  assert.equal((await ended(desk, bearer)).last?.resumed, true)
  const entries = await desk.recorded()
  assert.deepEqual(entries.slice(0, 2), [
    'operator:ada vault.rotated done',
    'operator:ada vault.rotate done',
  ])
})
