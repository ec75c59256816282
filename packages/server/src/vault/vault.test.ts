import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random, Secret, text, utf8 } from '@hufu/protocol/crypto'
import { sql } from 'kysely'
import { testFolder } from '../server.testing.ts'
import { byChance, SEALS_COUNTED } from './data-keys.ts'
import { anyKey, testVault, type TestVault } from './vault.testing.ts'
import type { SecretPlace } from './vault.ts'

const AT: SecretPlace = { owner: 'device:1', name: 'key' }
const ALSO: SecretPlace = { owner: 'device:1', name: 'spare' }
const ELSEWHERE: SecretPlace = { owner: 'device:2', name: 'key' }

test('what was put is opened, replaced and removed, and outlives a restart', async (t) => {
  const folder = testFolder()
  const sources = { current: anyKey(), next: undefined }
  const first = await testVault(t, { folder, sources })
  await put(first, AT, 'one')
  await put(first, AT, 'two')
  await put(first, ALSO, '')
  await put(first, ELSEWHERE, 'three')
  await first.close()
  const again = await testVault(t, { folder, sources })
  assert.equal(await opened(again, AT), 'two')
  assert.equal(await opened(again, ALSO), '')
  assert.equal(await opened(again, ELSEWHERE), 'three')
  assert.equal(await opened(again, { owner: 'device:1', name: 'none' }), undefined)
  assert.equal(await remove(again, AT), true)
  assert.equal(await remove(again, AT), false)
  assert.equal(await opened(again, AT), undefined)
  assert.equal(await opened(again, ALSO), '')
})

test('a transaction that fails takes its secrets and data keys back', async (t) => {
  const safe = await testVault(t)
  const failing = safe.store.write('soon', async (db) => {
    await safe.vault.put(db, AT, utf8('lost'))
    throw new Error('no')
  })
  await assert.rejects(failing, /no/)
  assert.equal(await opened(safe, AT), undefined)
  assert.equal(await keysOf(safe, AT.owner), 0)
  // the serial of the data key that was taken back is given again, to another key
  await put(safe, ELSEWHERE, 'other')
  await put(safe, AT, 'kept')
  assert.deepEqual([await opened(safe, AT), await opened(safe, ELSEWHERE)], ['kept', 'other'])
})

test('the last secret of an owner takes the data keys along', async (t) => {
  const safe = await testVault(t)
  await put(safe, AT, 'one')
  await put(safe, ALSO, 'two')
  await remove(safe, AT)
  assert.equal(await keysOf(safe, AT.owner), 1)
  await remove(safe, ALSO)
  assert.equal(await keysOf(safe, AT.owner), 0)
})

test('the caller’s secret is neither kept nor changed', async (t) => {
  const safe = await testVault(t)
  using secret = new Secret(utf8('mine'))
  await safe.store.write('soon', (db) => safe.vault.put(db, AT, secret))
  assert.equal(text(secret.expose()), 'mine')
  secret.expose().fill(0x20)
  assert.equal(await opened(safe, AT), 'mine')
})

const TAMPERINGS: readonly (readonly [
  what: string,
  statement: string,
  /** Keys that may be cached: one that is in use is not read again. */
  cachedKeys?: readonly number[],
])[] = [
  [
    'another owner’s',
    `UPDATE vault_secrets SET sealed = (SELECT sealed FROM vault_secrets WHERE owner = 'device:2'), key = (SELECT key FROM vault_secrets WHERE owner = 'device:2') WHERE owner = 'device:1' AND name = 'key'`,
  ],
  [
    'another name’s',
    `UPDATE vault_secrets SET sealed = (SELECT sealed FROM vault_secrets WHERE name = 'spare') WHERE owner = 'device:1' AND name = 'key'`,
  ],
  [
    'moved with its data key to another owner',
    `UPDATE vault_keys SET owner = 'x' WHERE owner = 'device:1'; UPDATE vault_keys SET owner = 'device:1' WHERE owner = 'device:2'; UPDATE vault_secrets SET owner = 'x' WHERE owner = 'device:1'; UPDATE vault_secrets SET owner = 'device:1' WHERE owner = 'device:2'`,
  ],
  ['without its data key', `DELETE FROM vault_keys WHERE owner = 'device:1'`],
  [
    'under another owner’s wrapped data key',
    `UPDATE vault_keys SET wrapped = (SELECT wrapped FROM vault_keys WHERE owner = 'device:2') WHERE owner = 'device:1'`,
    [0],
  ],
  [
    'under another owner’s data key and its id',
    `UPDATE vault_keys SET (id, wrapped) = (SELECT id, wrapped FROM vault_keys WHERE owner = 'device:2') WHERE owner = 'device:1'`,
  ],
  ['cut to nothing', `UPDATE vault_secrets SET sealed = x'' WHERE owner = 'device:1'`],
  [
    'cut within its nonce',
    `UPDATE vault_secrets SET sealed = x'00112233' WHERE owner = 'device:1'`,
  ],
]

for (const [what, statement, given = [0, 16]] of TAMPERINGS)
  test(`a row that is ${what} does not open`, async (t) => {
    for (const cachedKeys of given) {
      const safe = await testVault(t, { limits: { cachedKeys } })
      await put(safe, AT, 'one')
      await put(safe, ALSO, 'two')
      await put(safe, ELSEWHERE, 'three')
      for (const each of statement.split(';')) await run(safe, each)
      await assert.rejects(opened(safe, AT), { code: 'ERR_VAULT_DAMAGED' })
    }
  })

test('no octet of a row can be altered', async (t) => {
  const safe = await testVault(t, { limits: { cachedKeys: 0 } })
  await put(safe, AT, 'one')
  const alter = async (table: 'vault_secrets' | 'vault_keys', column: string): Promise<void> => {
    const { rows } = await safe.store.read((db) =>
      sql<{
        value: Uint8Array
      }>`SELECT ${sql.ref(column)} AS value FROM ${sql.table(table)}`.execute(db),
    )
    const { value } = rows[0]!
    for (let at = 0; at < value.length; at += 1) {
      const altered = value.slice()
      altered[at]! ^= 1 << (at % 8)
      await set(altered)
      await assert.rejects(opened(safe, AT), /ERR_VAULT|altered|not at hand/, `${column}[${at}]`)
    }
    await set(value)
    assert.equal(await opened(safe, AT), 'one')

    async function set(to: Uint8Array): Promise<void> {
      await safe.store.write('soon', (db) =>
        sql`UPDATE ${sql.table(table)} SET ${sql.ref(column)} = ${to}`.execute(db),
      )
    }
  }
  await alter('vault_secrets', 'sealed')
  await alter('vault_keys', 'wrapped')
  await alter('vault_keys', 'id')
  await alter('vault_keys', 'master')
})

test('a data key that has sealed enough gives way to another, and still opens', async (t) => {
  const limits = { mostSeals: 3 * SEALS_COUNTED, isCounted: () => true }
  const safe = await testVault(t, { limits })
  await put(safe, ALSO, 'early')
  for (const secret of ['1', '2']) await put(safe, AT, secret)
  assert.equal(await keysOf(safe, AT.owner), 1)
  await put(safe, AT, '3')
  assert.equal(await keysOf(safe, AT.owner), 2)
  assert.deepEqual([await opened(safe, ALSO), await opened(safe, AT)], ['early', '3'])
})

test('one seal in 256 is counted', () => {
  const counted = Array.from({ length: 65_536 }, byChance).filter(Boolean).length
  // 256 on average with a deviation of 16: eight of those either way
  assert.ok(Math.abs(counted - 256) < 128, `${counted}`)
})

test('more owners than the cache holds open all the same, at once too', async (t) => {
  const safe = await testVault(t, { limits: { cachedKeys: 3 } })
  const places = Array.from({ length: 20 }, (_, at) => ({ owner: `device:${at}`, name: 'key' }))
  await Promise.all(places.map((place) => put(safe, place, `secret of ${place.owner}`)))
  for (let round = 0; round < 3; round += 1) {
    const all = await Promise.all(places.map((place) => opened(safe, place)))
    assert.deepEqual(
      all,
      places.map(({ owner }) => `secret of ${owner}`),
    )
  }
})

test('the same secret is never the same octets', async (t) => {
  const safe = await testVault(t)
  const seen = new Set<string>()
  for (let i = 0; i < 16; i += 1) {
    await put(safe, AT, 'same')
    const { sealed } = await safe.store.read((db) =>
      db.selectFrom('vault_secrets').select('sealed').executeTakeFirstOrThrow(),
    )
    seen.add(Buffer.from(sealed).toString('hex'))
  }
  assert.equal(seen.size, 16)
})

test('owners and names of any text stay apart', async (t) => {
  const safe = await testVault(t)
  const places = [
    { owner: 'a', name: 'bc' },
    { owner: 'ab', name: 'c' },
    { owner: '', name: 'abc' },
    { owner: 'abc', name: '' },
    { owner: 'a\u0000b', name: 'ü' },
  ]
  for (const place of places) await put(safe, place, JSON.stringify(place))
  for (const place of places) assert.equal(await opened(safe, place), JSON.stringify(place))
})

test('a large secret comes back whole', async (t) => {
  const safe = await testVault(t)
  const large = random(1 << 20)
  await safe.store.write('soon', (db) => safe.vault.put(db, AT, large))
  using secret = await safe.store.read((db) => safe.vault.open(db, AT))
  assert.deepEqual(secret!.expose(), large)
})

async function put(safe: TestVault, place: SecretPlace, secret: string): Promise<void> {
  await safe.store.write('soon', (db) => safe.vault.put(db, place, utf8(secret)))
}

async function opened(safe: TestVault, place: SecretPlace): Promise<string | undefined> {
  const secret = await safe.store.read((db) => safe.vault.open(db, place))
  return secret === undefined ? undefined : text(secret.expose())
}

function remove(safe: TestVault, place: SecretPlace): Promise<boolean> {
  return safe.store.write('soon', (db) => safe.vault.remove(db, place))
}

async function keysOf(safe: TestVault, owner: string): Promise<number> {
  const rows = await safe.store.read((db) =>
    db.selectFrom('vault_keys').select('serial').where('owner', '=', owner).execute(),
  )
  return rows.length
}

async function run(safe: TestVault, statement: string): Promise<void> {
  await safe.store.write('soon', (db) => sql.raw(statement).execute(db))
}
