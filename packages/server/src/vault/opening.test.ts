import assert from 'node:assert/strict'
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { base64url, hex, random, utf8 } from '@hufu/protocol/crypto'
import { loadConfig, type Config } from '../config.ts'
import { testFolder } from '../server.testing.ts'
import { environmentKey } from './master/environment.ts'
import { keyFile } from './master/file.ts'
import { openSafe, type Safe } from './safe.ts'
import { anyKey, testVault } from './vault.testing.ts'

function configured(data: string, settings: Partial<Config> = {}): Config {
  return { ...loadConfig(), data, ...settings }
}

async function opened(config: Config): Promise<Safe> {
  const safe = await openSafe(config)
  await safe.close()
  return safe
}

test('the first start makes a key beside the database, for its owner only, and says so once', async () => {
  const folder = testFolder()
  const path = join(folder, 'master.key')
  const first = await opened(configured(folder))
  assert.equal(first.vault.madeAt, path)
  assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.match(readFileSync(path, 'utf8'), /^[A-Za-z0-9_-]{43}\n$/)
  assert.equal((await opened(configured(folder))).vault.madeAt, undefined)
})

test('a lost key is not made anew', async () => {
  const folder = testFolder()
  await opened(configured(folder))
  const path = join(folder, 'master.key')
  rmSync(path)
  await assert.rejects(openSafe(configured(folder)), {
    code: 'ERR_VAULT_KEY',
    message: /there is none/,
  })
  assert.equal(existsSync(path), false)
})

test('another key is told from the right one, by name and by proof', async (t) => {
  const folder = testFolder()
  const right = anyKey()
  const wrong = anyKey()
  const safe = await testVault(t, { folder, sources: { current: right, next: undefined } })
  await safe.close()
  const [rightKey] = await right.keys()
  const [wrongKey] = await wrong.keys()
  await assert.rejects(testVault(t, { folder, sources: { current: wrong, next: undefined } }), {
    code: 'ERR_VAULT_KEY',
    message: new RegExp(`${hex(rightKey!.id)}.*${hex(wrongKey!.id)}`),
  })
  const disguised = { ...wrong, keys: async () => [{ ...wrongKey!, id: rightKey!.id }] }
  await assert.rejects(testVault(t, { folder, sources: { current: disguised, next: undefined } }), {
    code: 'ERR_VAULT_KEY',
    message: /another key/,
  })
  await testVault(t, { folder, sources: { current: right, next: undefined } })
})

test('a file that is open to others, damaged, empty or no file is refused', async () => {
  const folder = testFolder()
  const path = join(folder, 'key')
  const letters = base64url(random(32))
  writeFileSync(path, `${letters}\n`, { mode: 0o600 })
  const [key] = await keyFile(path).keys()
  const [same] = await environmentKey('X', letters).keys()
  assert.deepEqual(key!.id, same!.id)
  for (const mode of [0o640, 0o604, 0o660, 0o601, 0o666]) {
    chmodSync(path, mode)
    await assert.rejects(keyFile(path).keys(), { code: 'ERR_VAULT_FILE', message: /chmod 600/ })
  }
  chmodSync(path, 0o600)
  for (const content of [
    '',
    '\n',
    letters.slice(1),
    `${letters}A`,
    `${letters}\n${letters}\n`,
    '='.repeat(43),
    'x'.repeat(5_000),
  ]) {
    writeFileSync(path, content)
    await assert.rejects(keyFile(path).keys(), { code: 'ERR_VAULT_FILE' }, content)
  }
  await assert.rejects(keyFile(folder).keys(), { code: 'ERR_VAULT_FILE' })
  assert.deepEqual(await keyFile(join(folder, 'none')).keys(), [])
})

test('a key file that cannot be used keeps the server from starting, and the folder free', async () => {
  const folder = testFolder()
  const path = join(folder, 'elsewhere.key')
  await opened(configured(folder, { masterKeyFile: path }))
  assert.equal(existsSync(join(folder, 'master.key')), false)
  chmodSync(path, 0o644)
  const config = configured(folder, { masterKeyFile: path })
  await assert.rejects(openSafe(config), { code: 'ERR_VAULT_FILE' })
  chmodSync(path, 0o600)
  await opened(config)
})

test('the environment’s key is 32 octets of base64url', () => {
  const good = base64url(random(32))
  environmentKey('HUFU_MASTER_KEY', good)
  for (const bad of [
    '',
    good.slice(1),
    `${good}A`,
    `${good}=`,
    `!${good.slice(1)}`,
    base64url(random(31)),
  ])
    assert.throws(() => environmentKey('HUFU_MASTER_KEY', bad), {
      code: 'ERR_CONFIG',
      message: /^HUFU_MASTER_KEY /,
    })
})

test('a key is in one place', async () => {
  const folder = testFolder()
  const masterKey = base64url(random(32))
  const refused = async (settings: Partial<Config>, message: RegExp): Promise<void> =>
    assert.rejects(openSafe(configured(folder, settings)), { code: 'ERR_CONFIG', message })
  await refused({ masterKey, masterKeyFile: '/x' }, /masterKey or masterKeyFile/)
  await refused(
    {
      nextMasterKey: masterKey,
      nextPkcs11Key: 'x',
      pkcs11Module: 'm',
      pkcs11Token: 't',
      pkcs11Pin: '1',
    },
    /nextMasterKey/,
  )
  await refused({ pkcs11Key: 'x' }, /pkcs11-module/)
  await refused({ pkcs11Key: 'x', pkcs11Module: 'm', pkcs11Token: 't' }, /PIN/)
  await refused(
    { pkcs11Key: 'x', pkcs11Module: 'm', pkcs11Token: 't', pkcs11Pin: '1', pkcs11PinFile: 'f' },
    /PIN/,
  )
  assert.deepEqual(readdirSync(folder), [], 'nothing was made')
})

test('a configured secret does not show', async (t) => {
  const { describeConfig } = await import('../config.ts')
  const masterKey = base64url(random(32))
  const env = {
    HUFU_MASTER_KEY: masterKey,
    HUFU_NEXT_MASTER_KEY: masterKey,
    HUFU_PKCS11_PIN: '314159',
  }
  const shown = JSON.stringify(describeConfig(loadConfig({ env })))
  assert.ok(!shown.includes(masterKey) && !shown.includes('314159'))
  assert.throws(() => loadConfig({ flags: { 'master-key': masterKey } }), { code: 'ERR_CONFIG' })
  assert.throws(() => loadConfig({ flags: { 'pkcs11-pin': '1' } }), { code: 'ERR_CONFIG' })
  const safe = await testVault(t)
  await safe.store.write('soon', (db) => safe.vault.put(db, { owner: 'a', name: 'b' }, utf8('c')))
})
