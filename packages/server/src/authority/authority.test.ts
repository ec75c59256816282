import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { promisify } from 'node:util'
import { base64url } from '@hufu/protocol/crypto'
import { keyIdOf, type CertificatePair, type SecurityKey } from '@hufu/protocol/identity'
import type { Config } from '../config.ts'
import { testFolder } from '../server.testing.ts'
import {
  enrolKey,
  proveAt,
  signIn,
  softwareHolder,
  testHouse,
  tokenHolder,
  type TestHouse,
} from '../signin.testing.ts'

const run = promisify(execFile)

test('OpenSSL believes what the authority certifies, until its list says otherwise', async (t) => {
  const { house, folder } = await houseWithFolder(t)
  const keys = [await house.keyOf('ann'), await house.keyOf('bob', tokenHolder())]
  const ca = join(folder, 'ca.pem')
  await writeFile(ca, await fetched(house, 'certificate'))
  const [ann, bob] = keys as [SecurityKey, SecurityKey]
  const before = await listAt(house, folder)
  for (const { certificates } of keys)
    for (const leaf of await leavesOf(folder, certificates))
      assert.match(await verified({ ca, list: before, leaf, house }), /: OK$/m)
  const id = base64url(keyIdOf(ann.publicKeys))
  await house.api(`POST /keys/${id}/revoke`, { reason: 'lost' })
  const after = await listAt(house, folder)
  for (const leaf of await leavesOf(folder, ann.certificates))
    assert.match(await verified({ ca, list: after, leaf, house }), /certificate revoked/)
  for (const leaf of await leavesOf(folder, bob.certificates))
    assert.match(await verified({ ca, list: after, leaf, house }), /: OK$/m)
  // and a user who is removed is on it for as long as anybody would believe the certificates
  await house.api(`DELETE /users/${bob.user}`)
  const last = await listAt(house, folder)
  for (const leaf of await leavesOf(folder, bob.certificates))
    assert.match(await verified({ ca, list: last, leaf, house }), /certificate revoked/)
})

test('a certificate says whose it is, what for, and for how long', async (t) => {
  const { house } = await houseWithFolder(t)
  const { certificates, user } = await house.keyOf('ann')
  const root = new X509Certificate(await fetched(house, 'certificate'))
  const [signing, agreement] = [certificates.signing, certificates.agreement].map(
    (der) => new X509Certificate(der),
  ) as [X509Certificate, X509Certificate]
  for (const each of [signing, agreement]) {
    assert.ok(each.verify(root.publicKey) && each.checkIssued(root))
    assert.equal(each.subjectAltName, `email:${user}`)
    assert.equal(each.ca, false)
    assert.equal(each.serialNumber.length, 32)
    const [from, to] = [each.validFromDate.getTime(), each.validToDate.getTime()]
    assert.ok(from <= house.clock.wall() - 299_000 && from >= house.clock.wall() - 301_000)
    assert.equal(to - house.clock.wall() <= house.config.certificateLifetimeMs, true)
    assert.ok(to - house.clock.wall() > house.config.certificateLifetimeMs - 2_000)
  }
  assert.notEqual(signing.serialNumber, agreement.serialNumber)
  assert.equal(signing.publicKey.asymmetricKeyType, 'ed25519')
  assert.equal(agreement.publicKey.asymmetricKeyType, 'x25519')
})

test('the root is one over restarts, and another for another namespace', async (t) => {
  const { house } = await houseWithFolder(t, { certificateLifetimeMs: 60_000 })
  const ann = await house.keyOf('ann')
  const first = await fetched(house, 'certificate')
  await house.close()
  const again = await testHouseOn(t, house, 'hufu.example')
  assert.equal(await fetched(again, 'certificate'), first)
  await again.close()
  const moved = await testHouseOn(t, house, 'other.example')
  assert.notEqual(await fetched(moved, 'certificate'), first)
  // who was certified before stays who they were, and is renewed as that
  const terminal = await moved.terminal()
  assert.equal((await signIn(moved, terminal, ann)).user, 'ann@hufu.example')
  moved.clock.advance(moved.config.certificateLifetimeMs * 0.7)
  const renewed = await proveAt(moved, await moved.terminal(), ann, { act: 'renew' })
  assert.equal(renewed.type, 'signin.issued')
})

test('an outside authority that OpenSSL made is taken, one on RSA is not', async (t) => {
  const { house, folder } = await houseWithFolder(t)
  const add = async (...algorithm: readonly string[]) =>
    house.api('POST /issuers', {
      certificate: await outsideAuthority(folder, algorithm),
      namespaces: ['corp.example'],
    })
  assert.equal((await add('rsa:2048')).code, 'ERR_CERT_ALGORITHM')
  for (const algorithm of [['ed25519'], ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256']]) {
    const added = await add(...algorithm)
    assert.equal(typeof added['id'], 'string', JSON.stringify(added))
  }
  const { issuers } = (await house.api('GET /issuers')) as {
    issuers: readonly { subject: string; namespaces: readonly string[]; ours: boolean }[]
  }
  assert.deepEqual(
    issuers.map(({ subject, namespaces, ours }) => [subject, namespaces, ours]),
    [
      ['CN=corp', ['corp.example'], false],
      ['CN=corp', ['corp.example'], false],
    ],
  )
})

test('what is not there yet is made when somebody asks for it', async (t) => {
  const { house, folder } = await houseWithFolder(t)
  const list = await listAt(house, folder)
  const { stdout } = await run('openssl', ['crl', '-in', list, '-noout', '-text'])
  assert.match(stdout, /No Revoked Certificates/)
  assert.match(stdout, /X509v3 CRL Number/)
  await enrolKey(house, await house.terminal(), await house.invite('ann'), {
    holder: softwareHolder(),
  })
})

async function houseWithFolder(t: TestContext, settings: Partial<Config> = {}) {
  const house = await testHouse(t, { namespace: 'hufu.example', ...settings })
  return { house, folder: testFolder() }
}

function testHouseOn(t: TestContext, { config }: TestHouse, namespace: string): Promise<TestHouse> {
  return testHouse(t, { ...config, namespace })
}

async function fetched({ port }: TestHouse, what: 'certificate'): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/authority/${what}`)
  assert.equal(response.headers.get('content-type'), 'application/x-pem-file')
  return response.text()
}

async function listAt({ port }: TestHouse, folder: string): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/authority/crl`)
  assert.equal(response.headers.get('content-type'), 'application/pkix-crl')
  const path = join(folder, `list-${Math.random()}.crl`)
  await writeFile(path, new Uint8Array(await response.arrayBuffer()))
  return path
}

async function leavesOf(folder: string, pair: CertificatePair): Promise<readonly string[]> {
  const paths: string[] = []
  for (const der of [pair.signing, pair.agreement]) {
    const path = join(folder, `leaf-${Math.random()}.pem`)
    await writeFile(path, new X509Certificate(der).toString())
    paths.push(path)
  }
  return paths
}

/** What `openssl verify` says, at the server's time. */
async function verified(given: {
  readonly ca: string
  readonly list: string
  readonly leaf: string
  readonly house: TestHouse
}): Promise<string> {
  const at = Math.floor(given.house.clock.wall() / 1_000)
  const args = ['verify', '-x509_strict', '-crl_check', '-attime', `${at}`]
  args.push('-CAfile', given.ca, '-CRLfile', given.list, given.leaf)
  return run('openssl', args).then(
    ({ stdout }) => stdout,
    (error: { stderr: string; stdout: string }) => error.stdout + error.stderr,
  )
}

async function outsideAuthority(folder: string, algorithm: readonly string[]): Promise<string> {
  const cert = join(folder, 'outside.pem')
  const made = ['req', '-x509', '-newkey', ...algorithm, '-nodes', '-out', cert]
  const about = ['-keyout', join(folder, 'outside.key'), '-subj', '/CN=corp', '-days', '3650']
  await run('openssl', [...made, ...about, '-addext', 'keyUsage=critical,keyCertSign'])
  return readFile(cert, 'utf8')
}
