import assert from 'node:assert/strict'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { equal, hex, text, utf8 } from '@hufu/protocol/crypto'
import type { TestContext } from 'node:test'
import { testFolder } from '../server.testing.ts'
import { keyFile } from './master/file.ts'
import { masterRows } from './masters.ts'
import type { MasterKeySources } from './opening.ts'
import { rotate, type Progress } from './rotation.ts'
import { anyKey, testVault, type TestVault } from './vault.testing.ts'

const place = (at: number): { owner: string; name: string } => ({ owner: `o${at}`, name: 'key' })

/** A vault with the secrets 0 to `count` - 1, each its number. */
async function filled(
  t: TestContext,
  count: number,
  given: Parameters<typeof testVault>[1] = {},
): Promise<TestVault> {
  const safe = await testVault(t, given)
  await safe.store.write('soon', async (db) => {
    for (let at = 0; at < count; at += 1) await safe.vault.put(db, place(at), utf8(`${at}`))
  })
  return safe
}

async function allOpen(safe: TestVault, count: number): Promise<void> {
  for (let at = 0; at < count; at += 1) assert.equal(await opened(safe, at), `${at}`)
}

async function opened(safe: TestVault, at: number): Promise<string | undefined> {
  const secret = await safe.store.read((db) => safe.vault.open(db, place(at)))
  return secret === undefined ? undefined : text(secret.expose())
}

function nextFor(sources: MasterKeySources): MasterKeySources {
  return { current: sources.current, next: anyKey() }
}

test('everything is under the new key, and the old one is forgotten', async (t) => {
  const COUNT = 700
  const safe = await filled(t, COUNT, { limits: { cachedKeys: 0 } })
  const sources = nextFor(safe.sources)
  const steps: Progress[] = []
  const done = await rotate({ ...safe, sources }, { progress: (at) => steps.push(at) })
  assert.equal(done.done, COUNT)
  assert.equal(done.resumed, false)
  assert.ok(steps.length > 1)
  assert.deepEqual(steps.at(-1), { done: COUNT, total: COUNT })
  for (const [i, step] of steps.entries()) assert.ok(i === 0 || step.done > steps[i - 1]!.done)
  await allOpen(safe, COUNT)
  await safe.store.write('soon', (db) => safe.vault.put(db, place(COUNT), utf8(`${COUNT}`)))
  await safe.close()

  await assert.rejects(
    testVault(t, { folder: safe.folder, sources: { ...sources, next: undefined } }),
    { code: 'ERR_VAULT_KEY', message: new RegExp(hex(done.to)) },
  )
  const moved = { current: sources.next!, next: undefined }
  await allOpen(await testVault(t, { folder: safe.folder, sources: moved }), COUNT + 1)
})

test('reads and writes go on meanwhile', async (t) => {
  const COUNT = 3_000
  const safe = await filled(t, COUNT, { limits: { cachedKeys: 0 } })
  let running = true
  const rotating = rotate({ ...safe, sources: nextFor(safe.sources) }).finally(() => {
    running = false
  })
  let written = COUNT
  let turns = 0
  while (running) {
    assert.equal(await opened(safe, (turns * 37) % COUNT), `${(turns * 37) % COUNT}`)
    const at = written
    await safe.store.write('soon', (db) => safe.vault.put(db, place(at), utf8(`${at}`)))
    written += 1
    turns += 1
  }
  const { to } = await rotating
  assert.ok(turns > 1, 'something was served while it ran')
  await allOpen(safe, written)
  const rows = await safe.store.read((db) =>
    db.selectFrom('vault_keys').select('master').distinct().execute(),
  )
  assert.deepEqual(
    rows.map(({ master }) => hex(master)),
    [hex(to)],
  )
})

test('one that was cut off needs both keys, and goes on', async (t) => {
  const COUNT = 1_000
  const safe = await filled(t, COUNT)
  const sources = nextFor(safe.sources)
  const signal = AbortSignal.abort()
  await assert.rejects(rotate({ ...safe, sources }, { signal }), { code: 'ERR_INTERRUPTED' })
  await safe.close()
  for (const alone of [sources.current, sources.next!])
    await assert.rejects(
      testVault(t, { folder: safe.folder, sources: { current: alone, next: undefined } }),
      { code: 'ERR_VAULT_KEY' },
    )
  const again = await testVault(t, { folder: safe.folder, sources })
  assert.ok(again.vault.leaving !== undefined)
  await allOpen(again, COUNT)
  const steps: Progress[] = []
  const done = await rotate({ ...again, sources }, { progress: (at) => steps.push(at) })
  assert.equal(done.resumed, true)
  assert.ok(steps[0]!.done > 256, 'what was done before is not done again')
  await allOpen(again, COUNT)
  assert.equal((await again.store.read(masterRows)).length, 1)
})

test('data keys that do not open stay as they are, and so does the old key', async (t) => {
  const safe = await filled(t, 600)
  await safe.store.write('soon', (db) =>
    db.updateTable('vault_keys').set({ owner: 'moved' }).where('serial', '=', 300).execute(),
  )
  const sources = nextFor(safe.sources)
  await assert.rejects(rotate({ ...safe, sources }), { code: 'ERR_VAULT_DAMAGED', message: /^1 / })
  const rows = await safe.store.read(masterRows)
  assert.deepEqual(
    rows.map(({ state }) => state),
    ['current', 'leaving'],
  )
  const left = await safe.store.read((db) =>
    db.selectFrom('vault_keys').select('serial').where('master', '=', rows[1]!.id).execute(),
  )
  assert.deepEqual(
    left.map(({ serial }) => serial),
    [300],
  )
  await safe.store.write('soon', (db) =>
    db.updateTable('vault_keys').set({ owner: 'o299' }).where('serial', '=', 300).execute(),
  )
  assert.equal((await rotate({ ...safe, sources })).resumed, true)
  await allOpen(safe, 600)
})

test('to the key that is in use is no change', async (t) => {
  const safe = await filled(t, 1)
  const sources = { current: safe.sources.current, next: safe.sources.current }
  await assert.rejects(rotate({ ...safe, sources }), { code: 'ERR_CONFIG' })
})

test('from the environment needs to be told where to', async (t) => {
  const safe = await filled(t, 1)
  await assert.rejects(rotate(safe), { code: 'ERR_CONFIG', message: /NEXT_MASTER_KEY/ })
  await allOpen(safe, 1)
})

test('a file’s key gives way to one beside it, which takes its name at the end', async (t) => {
  const folder = testFolder()
  const path = join(folder, 'keys', 'master.key')
  const sources = { current: keyFile(path), next: undefined }
  const safe = await filled(t, 300, { folder, sources })
  assert.equal(safe.vault.madeAt, path)
  const before = readFileSync(path, 'utf8')
  const cut = rotate({ ...safe, sources }, { signal: AbortSignal.abort() })
  await assert.rejects(cut, { code: 'ERR_INTERRUPTED' })
  await safe.close()
  assert.equal(readFileSync(path, 'utf8'), before)
  const next = readFileSync(`${path}.next`, 'utf8')
  assert.equal(statSync(`${path}.next`).mode & 0o777, 0o600)

  const again = await testVault(t, { folder, sources })
  await rotate({ ...again, sources })
  assert.equal(readFileSync(path, 'utf8'), next)
  assert.equal(existsSync(`${path}.next`), false)
  await again.close()
  await allOpen(await testVault(t, { folder, sources }), 300)
})

test('a file’s new key takes its name at the next start, if the end was cut off there', async (t) => {
  const folder = testFolder()
  const path = join(folder, 'master.key')
  const current = keyFile(path)
  const safe = await filled(t, 3, { folder, sources: { current, next: undefined } })
  const settling = { ...current, settle: () => Promise.reject(new Error('killed')) }
  await assert.rejects(rotate({ ...safe, sources: { current: settling, next: undefined } }), /kill/)
  await safe.close()
  assert.ok(existsSync(`${path}.next`))
  const again = await testVault(t, { folder, sources: { current, next: undefined } })
  assert.equal(existsSync(`${path}.next`), false)
  await allOpen(again, 3)
})

test('a file’s new key that was made and never used is used the next time', async (t) => {
  const folder = testFolder()
  const path = join(folder, 'master.key')
  const sources = { current: keyFile(path), next: undefined }
  const safe = await filled(t, 3, { folder, sources })
  const made = await sources.current.make()
  await safe.close()
  const again = await testVault(t, { folder, sources })
  assert.ok(equal((await rotate({ ...again, sources })).to, made.id))
  await allOpen(again, 3)
})
