import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test, type TestContext } from 'node:test'
import { promisify } from 'node:util'
import {
  readCertificate,
  readIssuer,
  verifyCertificate,
  verifyKey,
  type CertificateUse,
  type TrustedIssuer,
} from '@hufu/protocol/identity'
import {
  issuerCertificate,
  NOW,
  testIssuer,
  testKey,
} from '../../packages/protocol/src/testing/certificates.testing.ts'
import { needs } from '../support/needs.ts'

/** What OpenSSL issues, hufu reads; what hufu's tests issue, OpenSSL verifies. */

const run = promisify(execFile)
const KEYS = {
  p256: ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  p384: ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-384'],
  ed25519: ['-algorithm', 'ED25519'],
  x25519: ['-algorithm', 'X25519'],
  rsa: ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'],
} as const
type KeyName = keyof typeof KEYS

const LEAF = 'keyUsage=critical,digitalSignature\nsubjectAltName=email:alice@corp.example\n'
const AGREEMENT = 'keyUsage=critical,keyAgreement\nsubjectAltName=email:alice@corp.example\n'
const CA = 'basicConstraints=critical,CA:true,pathlen:0\nkeyUsage=critical,keyCertSign,cRLSign\n'

describe('certificates of OpenSSL', () => {
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hufu-openssl-'))
  })
  after(() => rm(folder, { recursive: true, force: true }))

  const openssl = async (...args: readonly string[]): Promise<string> =>
    (await run('openssl', args, { cwd: folder })).stdout
  const octetsOf = async (name: string): Promise<Uint8Array> => {
    await openssl('x509', '-in', `${name}.pem`, '-outform', 'DER', '-out', `${name}.der`)
    return readFile(join(folder, `${name}.der`))
  }

  const newKey = (name: string, kind: KeyName): Promise<string> =>
    openssl('genpkey', ...KEYS[kind], '-out', `${name}.key`)

  /** A self-signed authority: `name`.pem. */
  async function authority(name: string, kind: KeyName, more = ''): Promise<void> {
    await newKey(name, kind)
    const config = `[req]\ndistinguished_name=dn\nx509_extensions=ca\n[dn]\n[ca]\n${CA}subjectKeyIdentifier=hash\n${more}`
    await writeFile(join(folder, `${name}.cnf`), config)
    const subject = ['-subj', `/O=Company/CN=${name}`, '-config', `${name}.cnf`]
    await openssl(
      'req',
      '-x509',
      '-key',
      `${name}.key`,
      ...subject,
      '-days',
      '30',
      '-out',
      `${name}.pem`,
    )
  }

  /** A certificate for a new key of this kind. A key that cannot sign its own request has another's sign it. */
  async function leaf(
    name: string,
    kind: KeyName,
    by: string,
    extensions: string,
  ): Promise<Uint8Array> {
    await newKey(name, kind)
    await newKey('requests', 'p256')
    await openssl(
      'req',
      '-new',
      '-key',
      'requests.key',
      '-subj',
      '/O=Company/CN=Alice',
      '-out',
      'leaf.csr',
    )
    await openssl('pkey', '-in', `${name}.key`, '-pubout', '-out', `${name}.pub`)
    await writeFile(join(folder, 'leaf.ext'), `${extensions}authorityKeyIdentifier=keyid\n`)
    const issuer = ['-CA', `${by}.pem`, '-CAkey', `${by}.key`, '-extfile', 'leaf.ext']
    const subject = ['-in', 'leaf.csr', '-force_pubkey', `${name}.pub`, '-days', '10']
    await openssl('x509', '-req', ...subject, ...issuer, '-out', `${name}.pem`)
    return octetsOf(name)
  }

  async function trusted(name: string): Promise<TrustedIssuer> {
    const read = readIssuer(await octetsOf(name))
    assert.ok(read.ok, read.ok ? '' : read.code)
    return { certificate: read.value, namespaces: ['corp.example'], ours: false }
  }

  async function verdict(octets: Uint8Array, use: CertificateUse, by: string): Promise<string> {
    const read = readCertificate(octets)
    const issuers = [await trusted(by)]
    const outcome = read.ok ? verifyCertificate(read.value, use, issuers, Date.now() + 1_000) : read
    return outcome.ok ? `${outcome.value.kind} key of ${outcome.value.user}` : outcome.code
  }
  const good = 'outside key of alice@corp.example'
  const here = (t: TestContext): boolean => needs(t, 'openssl')

  test('on P-256 and Ed25519 make a key, by issuers of either kind', async (t) => {
    if (!here(t)) return
    for (const kind of ['p256', 'ed25519'] as const) {
      await authority(kind, kind)
      for (const [signs, agrees] of [
        ['p256', 'p256'],
        ['ed25519', 'x25519'],
      ] as const) {
        const signing = await leaf('signing', signs, kind, LEAF)
        const agreement = await leaf('agreement', agrees, kind, AGREEMENT)
        const issuers = [await trusted(kind)]
        const verified = verifyKey({ signing, agreement }, issuers, Date.now() + 1_000)
        assert.ok(verified.ok, verified.ok ? '' : verified.code)
        assert.deepEqual(
          [verified.value.user, verified.value.kind],
          ['alice@corp.example', 'outside'],
        )
        assert.equal(verified.value.publicKeys.algorithm, signs)
      }
    }
  })

  test('on RSA and other curves are refused, as keys and as issuers', async (t) => {
    if (!here(t)) return
    await authority('ours', 'p256')
    for (const kind of ['rsa', 'p384'] as const) {
      assert.equal(
        await verdict(await leaf('signing', kind, 'ours', LEAF), 'signing', 'ours'),
        'ERR_CERT_ALGORITHM',
      )
      await authority(kind, kind)
      const read = readIssuer(await octetsOf(kind))
      assert.deepEqual(read, { ok: false, code: 'ERR_CERT_ALGORITHM' })
    }
  })

  test('of an intermediate that an RSA root has issued are good once that is trusted', async (t) => {
    if (!here(t)) return
    await authority('root', 'rsa')
    await leaf('middle', 'p256', 'root', `${CA}subjectKeyIdentifier=hash\n`)
    assert.equal(
      await verdict(await leaf('signing', 'ed25519', 'middle', LEAF), 'signing', 'middle'),
      good,
    )
  })

  test('for other uses, of authorities and with unknown limits are refused', async (t) => {
    if (!here(t)) return
    await authority('ours', 'p256')
    const cases = [
      [LEAF, good],
      [`${LEAF}extendedKeyUsage=clientAuth,emailProtection\n`, good],
      [`${LEAF}extendedKeyUsage=serverAuth\n`, 'ERR_CERT_USAGE'],
      [AGREEMENT, 'ERR_CERT_USAGE'],
      [`${CA}subjectAltName=email:alice@corp.example\n`, 'ERR_CERT_USAGE'],
      [`${LEAF}inhibitAnyPolicy=critical,0\n`, 'ERR_CERT_USAGE'],
      [`${LEAF}noCheck=ignored\n`, good],
      [
        'keyUsage=digitalSignature\nsubjectAltName=email:alice@corp.example,email:bob@corp.example\n',
        'ERR_CERT_USER',
      ],
      ['keyUsage=digitalSignature\nsubjectAltName=DNS:corp.example\n', 'ERR_CERT_USER'],
      [
        'keyUsage=digitalSignature\nsubjectAltName=email:Alice@Corp.example,DNS:corp.example\n',
        good,
      ],
      [
        'keyUsage=digitalSignature\nsubjectAltName=email:alice@other.example\n',
        'ERR_CERT_NAMESPACE',
      ],
    ] as const
    for (const [extensions, expected] of cases)
      assert.equal(
        await verdict(await leaf('signing', 'p256', 'ours', extensions), 'signing', 'ours'),
        expected,
        extensions,
      )
  })

  test('obey the name constraints of their issuer', async (t) => {
    if (!here(t)) return
    await authority('within', 'p256', 'nameConstraints=critical,permitted;email:corp.example\n')
    await authority('without', 'p256', 'nameConstraints=critical,excluded;email:corp.example\n')
    assert.equal(await verdict(await leaf('a', 'p256', 'within', LEAF), 'signing', 'within'), good)
    const refused = await verdict(await leaf('b', 'p256', 'without', LEAF), 'signing', 'without')
    assert.equal(refused, 'ERR_CERT_NAMESPACE')
    const names = 'nameConstraints=critical,permitted;dirName:names\n[names]\nO=Company\n'
    await authority('names', 'p256', names)
    assert.deepEqual(readIssuer(await octetsOf('names')), { ok: false, code: 'ERR_CERT_USAGE' })
  })

  test('of hufu’s own making verify in OpenSSL', async (t) => {
    if (!here(t)) return
    for (const algorithm of ['p256', 'ed25519'] as const) {
      const issuer = testIssuer(`hufu ${algorithm}`, algorithm)
      const key = testKey(issuer, 'alice', { algorithm })
      const files = { issuer: issuerCertificate(issuer), ...key.certificates }
      for (const [name, octets] of Object.entries(files))
        await writeFile(join(folder, `${name}.crt`), pem(octets))
      for (const name of ['signing', 'agreement'] as const) {
        const at = ['-attime', String(NOW / 1_000), '-x509_strict', '-CAfile', 'issuer.crt']
        assert.match(await openssl('verify', ...at, `${name}.crt`), /OK/)
      }
    }
  })
})

function pem(octets: Uint8Array): string {
  const letters = Buffer.from(octets).toString('base64')
  return `-----BEGIN CERTIFICATE-----\n${letters.replaceAll(/.{64}/g, '$&\n').trim()}\n-----END CERTIFICATE-----\n`
}
