import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { describeConfig, loadConfig } from './config.ts'

const folder = mkdtempSync(join(tmpdir(), 'hufu-config-'))
after(() => rmSync(folder, { recursive: true }))

test('flags win over the environment, that over the file, that over the default', () => {
  const file = settingsFile({ helloMs: 3, heartbeatMs: 3, deadAfterMs: 3 })
  const env = { HUFU_HELLO_MS: '2', HUFU_HEARTBEAT_MS: '2', HUFU_VECTORS: 'not ours' }
  const config = loadConfig({ flags: { 'hello-ms': '1' }, env, file })
  assert.deepEqual(
    [config.helloMs, config.heartbeatMs, config.deadAfterMs, config.closingMs],
    [1, 2, 3, 2_000],
  )
  const rows = new Map(describeConfig(config).map((row) => [row.name, row]))
  assert.deepEqual(
    ['helloMs', 'heartbeatMs', 'deadAfterMs', 'closingMs'].map((name) => rows.get(name)?.source),
    ['flag', 'environment', 'file', 'default'],
  )
  assert.equal(rows.get('helloMs')?.flag, '--hello-ms')
  assert.equal(rows.get('helloMs')?.env, 'HUFU_HELLO_MS')
})

test('a wrong value is refused with its name and what would be right', () => {
  assert.throws(() => loadConfig({ flags: { listen: 'nowhere' } }), {
    code: 'ERR_CONFIG',
    message: /--listen: must be HOST:PORT/,
  })
  assert.throws(() => loadConfig({ env: { HUFU_HELLO_MS: '-1' } }), {
    code: 'ERR_CONFIG',
    message: /HUFU_HELLO_MS: must be a whole number from 1/,
  })
  assert.throws(() => loadConfig({ file: settingsFile({ log: 'loud' }) }), {
    code: 'ERR_CONFIG',
    message: /"log" in the configuration file: must be one of debug/,
  })
})

test('an unknown flag or setting is refused by name', () => {
  assert.throws(() => loadConfig({ flags: { hello: '1' } }), /flag --hello: there is no such/)
  assert.throws(() => loadConfig({ file: settingsFile({ hello: 1 }) }), /hello: there is no such/)
})

test('a file that is missing or no object is refused', () => {
  assert.throws(() => loadConfig({ file: '/nowhere/hufu.json' }), { code: 'ERR_CONFIG' })
  assert.throws(() => loadConfig({ file: settingsFile([]) }), { code: 'ERR_CONFIG' })
})

test('a secret is hidden, and not taken from a command line', () => {
  const config = loadConfig({ env: { HUFU_METRICS_TOKEN: 'quite secret' } })
  assert.equal(config.metricsToken, 'quite secret')
  assert.doesNotMatch(JSON.stringify(describeConfig(config)), /quite secret/)
  assert.throws(() => loadConfig({ flags: { 'metrics-token': 'x' } }), { code: 'ERR_CONFIG' })
})

test('an address is read and shown, IPv6 in brackets', () => {
  const config = loadConfig({ flags: { listen: '[::1]:80', names: 'a:1, b:2' } })
  assert.deepEqual(config.listen, { host: '::1', port: 80 })
  const rows = new Map(describeConfig(config).map((row) => [row.name, row.value]))
  assert.equal(rows.get('listen'), '[::1]:80')
  assert.equal(rows.get('names'), 'a:1, b:2')
})

test('every setting has a reason', () => {
  for (const row of describeConfig(loadConfig())) {
    assert.match(row.about, /.{10,}\.$/, row.name)
    assert.ok((row.flag ?? '').length < 43, 'or `hufu` would take it for the ID of a key')
  }
})

let files = 0

function settingsFile(settings: unknown): string {
  const path = join(folder, `${files++}.json`)
  writeFileSync(path, JSON.stringify(settings))
  return path
}
