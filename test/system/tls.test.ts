import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { loadConfig, startServer } from '@hufu/server'
import { codeOf, hufu } from '../support/hufu.ts'
import { needs } from '../support/needs.ts'

const folder = await mkdtemp(join(tmpdir(), 'hufu-tls-'))
const data = join(folder, 'data')
const config = loadConfig({ flags: { data, listen: '127.0.0.1:0', log: 'silent', tls: 'self' } })
const server = await startServer(config)
after(async () => {
  await server.close()
  await rm(folder, { recursive: true, force: true })
})

test('OpenSSL accepts the certificate that we have made, and what it says on the wire', (t) => {
  if (!needs(t, 'openssl')) return
  const [ca, cert] = [join(data, 'tls', 'ca.pem'), join(data, 'tls', 'cert.pem')]
  const verified = execFileSync('openssl', ['verify', '-purpose', 'sslserver', '-CAfile', ca, cert])
  assert.match(verified.toString(), /: OK/)
})

test('shells pair over TLS once they are given the authority, and are told why not before', async () => {
  const ca = join(data, 'tls', 'ca.pem')
  const home = join(folder, 'home')
  const start = (...args: readonly string[]): ReturnType<typeof hufu> =>
    hufu(['pair', '--server', server.url, ...args], { HUFU_HOME: home })
  const stranger = start('9999-tango-orbit-lilac')
  assert.equal(await stranger.ended, 5)
  const told = stranger.events.find(({ event }) => event === 'error')
  assert.match(String(told?.['message']), /not trusted.*--ca/)

  const opener = start('--ca', ca)
  const joiner = hufu(['pair', await codeOf(opener), '--server', server.url], {
    HUFU_HOME: home,
    HUFU_CA: ca,
  })
  joiner.child.stdin!.end('over TLS\n')
  await opener.event(({ event, text }) => event === 'text' && text === 'over TLS')
  opener.child.stdin!.end()
  assert.deepEqual(await Promise.all([opener.ended, joiner.ended]), [0, 0])
})
