import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer as createPlain, type RequestListener, type Server } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { object, text } from '../../admin/schema.ts'
import { loadConfig, type Config } from '../../config.ts'
import { testFolder } from '../../server.testing.ts'
import { linkTo } from './link.ts'

const answer = object({ said: text(1, 64) })
const TOKEN = 'hufu_token'

function configOf(settings: Partial<Config>): Config {
  return { ...loadConfig(), authorityToken: TOKEN, ...settings }
}

async function listening(t: TestContext, server: Server): Promise<number> {
  t.after(() => void server.close())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

/** Says what it was asked, by whom. */
const echo: RequestListener = (request, response) => {
  const said = `${request.method} ${request.url} ${request.headers.authorization ?? ''}`
  response.end(JSON.stringify({ said }))
}

test('an authority is asked over TLS, if somebody who is trusted vouches for its host', async (t) => {
  const folder = testFolder()
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')] as const
  const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  const about = ['-subj', '/CN=authority', '-addext', 'subjectAltName=IP:127.0.0.1']
  execFileSync('openssl', [...args, ...about, '-keyout', key, '-out', cert], { stdio: 'pipe' })
  const pair = { key: readFileSync(key), cert: readFileSync(cert) }
  const port = await listening(t, createServer(pair, echo))
  const authority = `https://127.0.0.1:${port}`
  const link = await linkTo(configOf({ authority, authorityCa: cert }))
  t.after(link.close)
  const { said } = await link.ask('enrol', {}, answer)
  assert.equal(said, `POST /api/v1/relay/enrol Bearer ${TOKEN}`)
  const stranger = await linkTo(configOf({ authority }))
  t.after(stranger.close)
  await assert.rejects(stranger.ask('enrol', {}, answer), { code: 'ERR_AUTHORITY' })
  const elsewhere = await linkTo(
    configOf({ authority: `https://localhost:${port}`, authorityCa: cert }),
  )
  t.after(elsewhere.close)
  await assert.rejects(elsewhere.ask('enrol', {}, answer), { code: 'ERR_AUTHORITY' })
})

test('what is said of an authority must be whole, and its token nobody else’s', async () => {
  const folder = testFolder()
  const file = join(folder, 'token')
  writeFileSync(file, `${TOKEN}\n`, { mode: 0o600 })
  const authority = 'https://authority.example.org'
  for (const settings of [
    { authority: 'authority.example.org' },
    { authority: 'ftp://authority.example.org' },
    { authority: 'https://authority.example.org/below' },
    { authority: 'https://user@authority.example.org' },
    { authority: 'http://authority.example.org' },
    { authority, authorityToken: '' },
    { authority, authorityTokenFile: file },
    { authority, authorityCa: join(folder, 'none.pem') },
  ])
    await assert.rejects(linkTo(configOf(settings)), { code: 'ERR_CONFIG' })
  const byFile = configOf({ authority, authorityToken: '', authorityTokenFile: file })
  const link = await linkTo(byFile)
  assert.equal(link.url, authority)
  link.close()
  chmodSync(file, 0o644)
  await assert.rejects(linkTo(byFile), { code: 'ERR_VAULT_FILE' })
})

test('whatever it answers amiss is an authority that cannot be asked', async (t) => {
  const amiss: readonly RequestListener[] = [
    (_, response) => void response.end('no JSON'),
    (_, response) => void response.end(JSON.stringify({ said: 1 })),
    (_, response) => void response.end(JSON.stringify({ said: 'x', more: 1 })),
    (_, response) => void response.writeHead(302, { Location: 'http://127.0.0.1:1/' }).end(),
    (_, response) => void response.writeHead(401).end('{"error":{"code":"ERR_SIGNED_OUT"}}'),
    (_, response) => void response.writeHead(500).end(),
    (request) => void request.socket.destroy(),
    (_, response) => void response.end('x'.repeat(5_000_000)),
  ]
  for (const each of amiss) {
    const port = await listening(t, createPlain(each))
    const link = await linkTo(configOf({ authority: `http://127.0.0.1:${port}` }))
    await assert.rejects(link.ask('sync', {}, answer), { code: 'ERR_AUTHORITY' })
    link.close()
  }
})
