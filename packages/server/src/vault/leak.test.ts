import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { base64url, hex, random, utf8 } from '@hufu/protocol/crypto'
import { pino } from 'pino'
import { loadConfig } from '../config.ts'
import { testFolder } from '../server.testing.ts'
import { startServer } from '../server.ts'
import { keepMeta } from '../store/meta.ts'
import { openSqlite } from '../store/sqlite.ts'
import { selfCertificate } from '../tls/self.ts'
import { leaks } from './leaks.testing.ts'
import { keyFile } from './master/file.ts'
import { localKey, tlsKey } from './own-secrets.ts'
import { rotate } from './rotation.ts'
import { testVault } from './vault.testing.ts'

async function start(t: TestContext, data: string): Promise<() => Promise<void>> {
  const config = {
    ...loadConfig(),
    data,
    listen: { host: '127.0.0.1', port: 0 },
    tls: 'self' as const,
  }
  const server = await startServer(config, { logger: pino({ level: 'silent' }) })
  t.after(() => server.close())
  return () => server.close()
}

test('no secret stands in the data folder, as it is or encoded, while it is used and afterwards', async (t) => {
  const folder = testFolder()
  const path = join(folder, 'master.key')
  const sources = { current: keyFile(path), next: undefined }
  const safe = await testVault(t, { folder, sources })
  const secrets = Array.from({ length: 200 }, () => random(32))
  const put = (at: number): Promise<void> =>
    safe.store.write('durable', (db) =>
      safe.vault.put(db, { owner: `owner-${at % 50}`, name: `n${at % 120}` }, secrets[at]!),
    )
  await Promise.all(secrets.map((_, at) => put(at)))
  const masters = [readKey(path)]
  secrets.push(await localKey(safe.store, safe.vault))
  assert.deepEqual(leaks(folder, [...secrets, ...masters]), [], 'in use, with its log of writes')
  await rotate({ ...safe, sources })
  masters.push(readKey(path))
  for (let at = 0; at < 200; at += 3)
    await safe.store.write('soon', (db) =>
      safe.vault.remove(db, { owner: `owner-${at % 50}`, name: `n${at % 120}` }),
    )
  assert.deepEqual(leaks(folder, [...secrets, ...masters]), [])
  await safe.close()
  assert.deepEqual(leaks(folder, [...secrets, ...masters]), [])
})

test('the search finds what is planted, in each of its forms', () => {
  const secret = random(32)
  const forms = [
    secret,
    utf8(hex(secret)),
    utf8(base64url(secret)),
    Buffer.from(Buffer.from(secret).toString('base64')),
    utf8(Buffer.concat([Buffer.of(1), secret]).toString('base64')),
    utf8(`x${Buffer.concat([Buffer.of(1, 2), secret]).toString('base64')}`),
  ]
  for (const form of forms) {
    const folder = testFolder()
    writeFileSync(join(folder, 'file'), Buffer.concat([random(1_000), form, random(1_000)]))
    assert.equal(leaks(folder, [secret]).length, 1)
    assert.equal(leaks(folder, [random(32)]).length, 0)
  }
})

test('what earlier versions kept in the clear is taken over, and is gone', async (t) => {
  const folder = testFolder()
  const key = random(32)
  const pem = await asBefore(folder, key)
  assert.equal(leaks(folder, [key]).length, 1)
  assert.equal(leaks(folder, [keyOctets(pem)]).length, 1)
  await (
    await start(t, folder)
  )()
  assert.deepEqual(leaks(folder, [key, keyOctets(pem)]), [])
  const sources = { current: keyFile(join(folder, 'master.key')), next: undefined }
  const safe = await testVault(t, { folder, sources })
  assert.deepEqual(await localKey(safe.store, safe.vault), key)
  assert.equal(await tlsKey(safe.store, safe.vault).load(), pem)
})

/** Makes a data folder as it was before there was a vault: the key in `meta`, the private key in a file. */
async function asBefore(folder: string, key: Uint8Array): Promise<string> {
  const store = await openSqlite(folder)
  await store.write('durable', (db) => keepMeta(db, 'local-key', () => key))
  await store.close()
  let pem = ''
  const tls = join(folder, 'tls')
  await selfCertificate(tls, [], {
    load: async () => undefined,
    save: async (made) => {
      pem = made
    },
  })
  writeFileSync(join(tls, 'key.pem'), pem, { mode: 0o600 })
  return pem
}

function readKey(path: string): Uint8Array {
  return Buffer.from(readFileSync(path, 'utf8').trim(), 'base64url')
}

/** Octets of the private number itself, those that stand on one line of the PEM file. */
function keyOctets(pem: string): Uint8Array {
  return Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64').subarray(48, 66)
}
