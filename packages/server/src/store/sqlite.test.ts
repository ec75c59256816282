import assert from 'node:assert/strict'
import {
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { sql } from 'kysely'
import { testFolder } from '../server.testing.ts'
import { identityContract } from './identity.testing.ts'
import { openSqlite } from './sqlite.ts'
import { storeContract } from './store.testing.ts'

for (const contract of [storeContract, identityContract])
  contract('sqlite', () => {
    const folder = testFolder()
    return { open: () => openSqlite(folder) }
  })

test('a second server is kept out of the folder until the first has closed', async () => {
  const folder = testFolder()
  const first = await openSqlite(folder)
  await assert.rejects(openSqlite(folder), { code: 'ERR_DATA_FOLDER', message: /another hufu/ })
  await first.close()
  await (await openSqlite(folder)).close()
})

test('what it makes is for its owner only', async () => {
  const folder = join(testFolder(), 'made', 'here')
  const store = await openSqlite(folder)
  assert.equal(statSync(folder).mode & 0o777, 0o700)
  for (const file of readdirSync(folder))
    assert.equal(statSync(join(folder, file)).mode & 0o077, 0, file)
  await store.close()
})

test('a folder that cannot be made, and a file that is no database, are named', async () => {
  const folder = testFolder()
  writeFileSync(join(folder, 'file'), '')
  await assert.rejects(openSqlite(join(folder, 'file', 'data')), { code: 'ERR_DATA_FOLDER' })
  writeFileSync(join(folder, 'hufu.db'), 'this is no database, and long enough to be seen as none')
  await assert.rejects(openSqlite(folder), { code: 'ERR_DATA_FOLDER' })
})

test('a database with a sound header and damaged pages is named', async () => {
  const folder = testFolder()
  await (await openSqlite(folder)).close()
  const path = join(folder, 'hufu.db')
  const database = new DatabaseSync(path)
  const find = database.prepare(
    `SELECT rootpage FROM sqlite_master WHERE name = 'kysely_migration'`,
  )
  const page = Number(find.get()?.['rootpage'])
  database.close()
  const file = openSync(path, 'r+')
  writeSync(file, Buffer.alloc(4_096, 0xa5), 0, null, (page - 1) * 4_096)
  closeSync(file)
  await assert.rejects(openSqlite(folder), { code: 'ERR_DATA_FOLDER', message: /is damaged/ })
})

test('a full disk is named, nothing is changed, and with room again it goes on', async () => {
  const folder = testFolder()
  const store = await openSqlite(folder)
  const full = { code: 'ERR_DATA_FOLDER', message: /hufu\.db: the disk is full/ }
  const value = new Uint8Array(100_000)
  const write = (): Promise<unknown> =>
    store.write('durable', (db) => db.insertInto('meta').values({ name: 'large', value }).execute())
  const { rows } = await store.read((db) => sql`PRAGMA page_count`.execute(db))
  const pages = (rows[0] as { page_count: number }).page_count
  await store.read((db) => sql.raw(`PRAGMA max_page_count = ${pages}`).execute(db))
  assert.equal(await store.usable(), true)
  await assert.rejects(write(), full)
  assert.equal(await store.usable(), false)
  await store.read((db) => sql.raw(`PRAGMA max_page_count = ${pages + 100}`).execute(db))
  assert.equal(await store.usable(), true)
  await write()
  await store.close()
})

test('tables of a newer hufu are refused and left alone', async () => {
  const folder = testFolder()
  await (await openSqlite(folder)).close()
  const database = new DatabaseSync(join(folder, 'hufu.db'))
  database.exec(`INSERT INTO kysely_migration VALUES ('9999-later', '2030-01-01')`)
  database.close()
  await assert.rejects(openSqlite(folder), { code: 'ERR_STORE_VERSION', message: /9999-later/ })
  await assert.rejects(openSqlite(folder), { code: 'ERR_STORE_VERSION' }, 'the lock was let go')
})

test('an existing folder keeps its mode', async () => {
  const folder = join(testFolder(), 'data')
  mkdirSync(folder)
  chmodSync(folder, 0o750)
  await (await openSqlite(folder)).close()
  assert.equal(statSync(folder).mode & 0o777, 0o750)
})
