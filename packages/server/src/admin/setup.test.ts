import assert from 'node:assert/strict'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadConfig } from '../config.ts'
import { testFolder } from '../server.testing.ts'
import { PASSPHRASE, testDesk } from './admin.testing.ts'
import { makeSetupCode } from './setup.ts'

test('a code made beside a running server opens an account of its own, once, and is recorded', async (t) => {
  const desk = await testDesk(t)
  await desk.first()
  const { code: old } = await makeSetupCode(desk.config)
  const { code } = await makeSetupCode(desk.config)
  const path = join(desk.config.data, 'setup.json')
  assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.equal(readFileSync(path, 'utf8').includes(code), false)
  const setUp = async (code: string, name: string) =>
    desk.ask('POST /setup', { body: { code, name, passphrase: PASSPHRASE } })
  assert.equal((await setUp(old, 'eve')).code, 'ERR_SETUP_CODE')
  assert.equal(existsSync(path), false)
  assert.equal((await setUp(code, 'ada')).code, 'ERR_OPERATOR_EXISTS')
  assert.equal((await setUp(code, 'eve')).json['role'], 'operator')
  assert.equal((await setUp(code, 'bob')).code, 'ERR_SETUP_CODE')
  assert.ok((await desk.recorded()).includes('local operator.setup-code done'))
  assert.deepEqual(desk.failures, [])
})

test('a code made beside the server is good once, also for many at the same moment', async (t) => {
  const desk = await testDesk(t, { apiPerSecond: 1_000, loginsPerSource: 1_000 })
  await desk.first()
  const { code } = await makeSetupCode(desk.config)
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, n) =>
      desk.ask('POST /setup', { body: { code, name: `eve${n}`, passphrase: PASSPHRASE } }),
    ),
  )
  assert.equal(answers.filter(({ status }) => status === 200).length, 1)
})

test('a file that is none of a code opens nothing', async (t) => {
  const desk = await testDesk(t)
  await desk.first()
  const body = { code: '', name: 'eve', passphrase: PASSPHRASE }
  for (const text of ['', '{}', 'null', '{"hash":"","expires":1e15}']) {
    writeFileSync(join(desk.config.data, 'setup.json'), text)
    assert.equal((await desk.ask('POST /setup', { body })).code, 'ERR_SETUP_CODE')
  }
})

test('where no server has run there is nothing to open', async () => {
  const config = { ...loadConfig(), data: testFolder() }
  await assert.rejects(makeSetupCode(config), { code: 'ERR_DATA_FOLDER' })
})
