import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { get } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { HufuError } from '@hufu/protocol/wire'
import { loadConfig } from '../config.ts'
import { startServer } from '../server.ts'
import { certificateOf } from './certificate.ts'
import { selfCertificate, type KeyPlace } from './self.ts'

const folder = mkdtempSync(join(tmpdir(), 'hufu-tls-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const DAY_MS = 86_400_000

/** What stands for the vault here. */
function keyPlace(): KeyPlace & { pem: string | undefined } {
  return {
    pem: undefined,
    async load() {
      return this.pem
    },
    async save(pem) {
      this.pem = pem
    },
  }
}

function config(flags: Readonly<Record<string, string>>): ReturnType<typeof loadConfig> {
  return loadConfig({
    flags: { data: join(folder, 'data'), listen: '127.0.0.1:0', log: 'silent', ...flags },
  })
}

describe('a certificate of our own making', () => {
  const own = join(folder, 'own')
  const place = keyPlace()

  test('is good for this machine and the names given', async () => {
    const { cert, authority } = await selfCertificate(
      own,
      ['hufu.example:4680', '[2001:db8::1]:1'],
      place,
    )
    assert.ok(authority)
    const leaf = new X509Certificate(cert)
    assert.equal(leaf.checkHost('localhost'), 'localhost')
    assert.equal(leaf.checkHost('hufu.example'), 'hufu.example')
    assert.equal(leaf.checkIP('127.0.0.1'), '127.0.0.1')
    assert.notEqual(leaf.checkIP('2001:db8::1'), undefined)
    assert.equal(leaf.checkHost('elsewhere.example'), undefined)
    assert.equal(new X509Certificate(authority.pem).fingerprint256, authority.fingerprint)
  })

  test('leaves no key behind that could sign another', async () => {
    const { key } = await selfCertificate(own, [], place)
    const ca = new X509Certificate(readFileSync(join(own, 'ca.pem')))
    const { createPrivateKey } = await import('node:crypto')
    assert.equal(ca.checkPrivateKey(createPrivateKey(key)), false)
    assert.equal(new X509Certificate(readFileSync(join(own, 'cert.pem'))).ca, false)
  })

  test('is kept, private, and made anew when a name is missing or its end is near', async () => {
    const first = await selfCertificate(own, [], place)
    assert.equal((await selfCertificate(own, ['localhost'], place)).cert, first.cert)
    assert.deepEqual(readdirSync(own).toSorted(), ['ca.pem', 'cert.pem'], 'no key')
    assert.equal(statSync(join(own, 'cert.pem')).mode & 0o777, 0o600)
    const renamed = await selfCertificate(own, ['new.example'], place)
    assert.notEqual(renamed.cert, first.cert)
    const soon = Date.now() + 366 * DAY_MS
    assert.equal((await selfCertificate(own, ['new.example'], place, soon)).cert, renamed.cert)
    assert.notEqual(
      (await selfCertificate(own, ['new.example'], place, soon + 2 * DAY_MS)).cert,
      renamed.cert,
    )
  })

  test('that was damaged is replaced', async () => {
    const { cert } = await selfCertificate(own, [], place)
    writeFileSync(join(own, 'cert.pem'), 'nonsense')
    assert.notEqual((await selfCertificate(own, [], place)).cert, cert)
  })

  test('whose key is another is replaced', async () => {
    const { cert } = await selfCertificate(own, [], place)
    place.pem = (await selfCertificate(join(folder, 'other'), [], keyPlace())).key
    assert.notEqual((await selfCertificate(own, [], place)).cert, cert)
  })

  test('keeps the key that an earlier version had in a file, and the file no longer', async () => {
    const { key, cert } = await selfCertificate(own, [], place)
    place.pem = undefined
    writeFileSync(join(own, 'key.pem'), key)
    const adopted = await selfCertificate(own, [], place)
    assert.deepEqual([adopted.key, adopted.cert, place.pem], [key, cert, key])
    assert.equal(existsSync(join(own, 'key.pem')), false)
  })

  test('serves pages, and is fetched by those who shall trust it', async () => {
    const server = await startServer(config({ tls: 'self' }))
    try {
      assert.match(server.url, /^https:/)
      assert.ok(server.authority)
      const { pem } = server.authority
      assert.equal(await fetched(`${server.url}/healthz`, pem), 'ok')
      assert.equal(await fetched(`${server.url}/hufu-ca.pem`, pem), pem)
    } finally {
      await server.close()
    }
  })
})

describe('a given certificate', () => {
  const refused = async (flags: Record<string, string>, why: RegExp): Promise<void> =>
    assert.rejects(
      certificateOf(config(flags), keyPlace()),
      (error) =>
        error instanceof HufuError && error.code === 'ERR_CONFIG' && why.test(error.message),
    )

  test('is taken with its key, and refused with another, alone, unreadable or not one', async () => {
    const [a, b] = [join(folder, 'a'), join(folder, 'b')]
    for (const each of [a, b])
      writeFileSync(join(each, 'key.pem'), (await selfCertificate(each, [], keyPlace())).key)
    const [cert, key, other] = [join(a, 'cert.pem'), join(a, 'key.pem'), join(b, 'key.pem')]
    assert.ok(await certificateOf(config({ 'tls-cert': cert, 'tls-key': key }), keyPlace()))
    await refused({ 'tls-cert': cert, 'tls-key': other }, /is not that of the certificate/)
    await refused({ 'tls-cert': cert }, /go together/)
    await refused({ 'tls-cert': join(folder, 'none'), 'tls-key': key }, /cannot be read/)
    await refused({ 'tls-cert': key, 'tls-key': key }, /holds no certificate/)
    await refused({ 'tls-cert': cert, 'tls-key': cert }, /holds no private key/)
    await refused({ tls: 'self', 'tls-cert': cert, 'tls-key': key }, /leave/)
  })

  test('none is plain http', async () => {
    assert.equal(await certificateOf(config({}), keyPlace()), undefined)
  })
})

function fetched(url: string, ca: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { ca }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (text: string) => (body += text))
      response.on('end', () => resolve(body))
    }).on('error', reject)
  })
}
