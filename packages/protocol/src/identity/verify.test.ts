import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { concat, utf8 } from '../crypto/index.ts'
import type { ErrorCode, Outcome } from '../wire/errors.ts'
import { statementOctets } from '../wire/statement.ts'
import {
  altered,
  certificate,
  extension,
  issuerCertificate,
  NOW,
  testIssuer,
  testKey,
  trusted,
  type CertificatePlan,
} from '../testing/certificates.testing.ts'
import {
  bitString,
  boolean,
  commonName,
  der,
  oid,
  publicKeyInfo,
  sequence,
} from '../testing/der.testing.ts'
import { certificateCache } from './certificate-cache.ts'
import { readCertificate, readIssuer } from './certificate.ts'
import { keyIdOf } from './key-id.ts'
import { verifyCertificate, verifyKey, verifySignature, type CertificateUse } from './verify.ts'

const ours = testIssuer('hufu')
const outside = testIssuer('company', 'ed25519')
const issuers = [
  trusted(ours, ['example.org']),
  trusted(outside, ['corp.example'], { ours: false }),
]
const alice = testKey(ours, 'alice')

describe('a certificate', () => {
  const verdict = (
    plan: Partial<CertificatePlan>,
    {
      use = 'signing',
      by = ours,
      at = NOW,
    }: { use?: CertificateUse; by?: typeof ours; at?: number } = {},
  ): Outcome<unknown> => {
    const read = readCertificate(
      certificate(by, { publicKey: publicKeyInfo('ed25519', alice.publicKeys.signing), ...plan }),
    )
    return read.ok ? verifyCertificate(read.value, use, issuers, at) : read
  }
  const refused = (code: ErrorCode, ...args: Parameters<typeof verdict>): void => {
    assert.deepEqual(verdict(...args), { ok: false, code })
  }
  const taken = (user: string, kind: string, ...args: Parameters<typeof verdict>): void => {
    assert.deepEqual(verdict(...args), { ok: true, value: { user, kind } })
  }

  test('that is good names its user and the kind of its key', () => {
    taken('alice@example.org', 'software', {})
    taken('alice@example.org', 'token', { kind: 'token' })
    taken('alice@example.org', 'passkey', { kind: 'passkey' })
    taken('alice@example.org', 'outside', { kind: null })
  })

  test('is believed about the kind of its key only where it is our own', () => {
    taken('bob@corp.example', 'outside', { emails: ['bob@corp.example'] }, { by: outside })
  })

  test('in capital letters names the same user', () => {
    taken('alice@example.org', 'software', { emails: ['Alice@EXAMPLE.org'] })
  })

  test('of somebody who is not trusted is refused', () => {
    refused('ERR_CERT_ISSUER', {}, { by: testIssuer('stranger') })
    // the name of a trusted issuer, with another key that says so
    const impostor = testIssuer('impostor')
    refused('ERR_CERT_ISSUER', {}, { by: { ...impostor, name: ours.name } })
    refused('ERR_CERT_SIGNATURE', {}, { by: { ...impostor, name: ours.name, keyId: ours.keyId } })
    const none = { '2.5.29.35': undefined }
    refused('ERR_CERT_SIGNATURE', { extensions: none }, { by: { ...impostor, name: ours.name } })
  })

  test('of an issuer whose own certificate has ended is refused', () => {
    const read = readCertificate(alice.certificates.signing)
    assert.ok(read.ok)
    const ended = [trusted(ours, ['example.org'], { to: NOW - 1_000 })]
    const codes = [ended, [trusted(ours, ['example.org'], { from: NOW + 1_000 })]].map((list) =>
      verifyCertificate(read.value, 'signing', list, NOW),
    )
    assert.deepEqual(codes, [
      { ok: false, code: 'ERR_CERT_ISSUER' },
      { ok: false, code: 'ERR_CERT_ISSUER' },
    ])
  })

  test('is tried under every issuer of that name: an authority’s key may have changed', () => {
    const renewed = { ...testIssuer('hufu, renewed'), name: ours.name }
    const both = [trusted(renewed, ['example.org']), ...issuers]
    for (const by of [ours, renewed])
      assert.ok(verifyKey(testKey(by, 'a').certificates, both, NOW).ok)
  })

  test('that was altered is refused, wherever it was', () => {
    const { signing } = alice.certificates
    for (let at = 0; at < signing.length * 8; at += 1) {
      const bad = Uint8Array.from(signing)
      bad[at >> 3]! ^= 1 << (at & 7)
      const read = readCertificate(bad)
      if (read.ok)
        assert.ok(!verifyCertificate(read.value, 'signing', issuers, NOW).ok, `bit ${at}`)
    }
  })

  test('for another use is refused', () => {
    refused('ERR_CERT_USAGE', { use: 'agreement' })
    refused('ERR_CERT_USAGE', { use: 'none' })
    refused('ERR_CERT_USAGE', {}, { use: 'agreement' })
    refused('ERR_CERT_USAGE', { extensions: { '2.5.29.15': undefined } })
    // the bit is there, but no such key agrees, or signs
    refused('ERR_CERT_USAGE', { use: 'both' }, { use: 'agreement' })
    const agrees = publicKeyInfo('x25519', alice.publicKeys.agreement)
    refused('ERR_CERT_USAGE', { use: 'both', publicKey: agrees })
  })

  test('for a purpose that is no user’s is refused', () => {
    const purposes = (...ids: string[]): Partial<CertificatePlan> => ({
      extensions: { '2.5.29.37': extension('2.5.29.37', sequence(...ids.map(oid)), true) },
    })
    refused('ERR_CERT_USAGE', purposes('1.3.6.1.5.5.7.3.1'))
    refused('ERR_CERT_USAGE', purposes())
    taken('alice@example.org', 'software', purposes('1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'))
    taken('alice@example.org', 'software', purposes('2.5.29.37.0'))
  })

  test('of an authority is nobody’s own', () => {
    const authority = { '2.5.29.19': extension('2.5.29.19', sequence(boolean(true)), true) }
    refused('ERR_CERT_USAGE', { extensions: authority })
    const certifies = extension('2.5.29.15', bitString(Uint8Array.of(0x84), 2), true)
    refused('ERR_CERT_USAGE', { extensions: { '2.5.29.15': certifies } })
  })

  test('with a critical extension that is not known is refused; others are passed over', () => {
    const unknown = (critical: boolean): Partial<CertificatePlan> => ({
      extensions: { '1.2.3.4': extension('1.2.3.4', boolean(true), critical) },
    })
    refused('ERR_CERT_USAGE', unknown(true))
    taken('alice@example.org', 'software', unknown(false))
  })

  test('is good from its beginning to its end, both inside', () => {
    const plan = { from: NOW, to: NOW + 60_000 }
    refused('ERR_CERT_NOT_YET', plan, { at: NOW - 1 })
    taken('alice@example.org', 'software', plan, { at: NOW })
    taken('alice@example.org', 'software', plan, { at: NOW + 60_000 })
    refused('ERR_CERT_EXPIRED', plan, { at: NOW + 60_001 })
  })

  test('names exactly one user', () => {
    refused('ERR_CERT_USER', { emails: [] })
    refused('ERR_CERT_USER', { extensions: { '2.5.29.17': undefined } })
    refused('ERR_CERT_USER', { emails: ['alice@example.org', 'bob@example.org'] })
    refused('ERR_CERT_USER', { emails: ['alice@example.org', 'alice@example.org'] })
    refused('ERR_CERT_USER', { emails: ['alice'] })
    refused('ERR_CERT_USER', { emails: ['al+ice@example.org'] })
    // names of other kinds do not count
    const both = sequence(der(0x82, utf8('host')), der(0x81, utf8('alice@example.org')))
    taken('alice@example.org', 'software', {
      extensions: { '2.5.29.17': extension('2.5.29.17', both) },
    })
  })

  test('outside its issuer’s namespaces is refused', () => {
    refused('ERR_CERT_NAMESPACE', { emails: ['alice@corp.example'] })
    refused('ERR_CERT_NAMESPACE', { emails: ['alice@sub.example.org'] })
    refused('ERR_CERT_NAMESPACE', {}, { by: outside })
  })

  test('has its faults told in one order', () => {
    const impostor = { ...testIssuer('impostor'), name: ours.name, keyId: ours.keyId }
    const worst = { use: 'none', to: NOW - 60_000, emails: ['x@elsewhere.example'] } as const
    refused('ERR_CERT_SIGNATURE', worst, { by: impostor })
    refused('ERR_CERT_USAGE', worst)
    refused('ERR_CERT_EXPIRED', { ...worst, use: 'signing' })
    refused('ERR_CERT_NAMESPACE', { emails: worst.emails })
  })
})

describe('an issuer’s name constraints', () => {
  const limit = (tag: number, ...names: readonly Uint8Array[]): Uint8Array =>
    der(tag, ...names.map((name) => sequence(name)))
  const email = (name: string): Uint8Array => der(0x81, utf8(name))
  const constrained = (...parts: readonly Uint8Array[]): ReturnType<typeof readIssuer> =>
    readIssuer(
      issuerCertificate(ours, {
        extensions: { '2.5.29.30': extension('2.5.29.30', sequence(...parts), true) },
      }),
    )
  const codeUnder = (user: string, ...parts: readonly Uint8Array[]): string => {
    const issuer = constrained(...parts)
    assert.ok(issuer.ok)
    const namespaces = ['example.org', 'a.example.org']
    const list = [{ certificate: issuer.value, namespaces, ours: true }]
    const key = testKey(ours, 'limited', { emails: [user] })
    const verified = verifyKey(key.certificates, list, NOW)
    return verified.ok ? 'good' : verified.code
  }

  test('permit a host, what is below one, or one address', () => {
    assert.equal(codeUnder('alice@example.org', limit(0xa0, email('Example.org'))), 'good')
    const outside = codeUnder('alice@a.example.org', limit(0xa0, email('example.org')))
    assert.equal(outside, 'ERR_CERT_NAMESPACE')
    assert.equal(codeUnder('alice@a.example.org', limit(0xa0, email('.example.org'))), 'good')
    const above = codeUnder('alice@example.org', limit(0xa0, email('.example.org')))
    assert.equal(above, 'ERR_CERT_NAMESPACE')
    const one = limit(0xa0, email('alice@example.org'), email('carol@example.org'))
    assert.equal(codeUnder('carol@example.org', one), 'good')
    assert.equal(codeUnder('bob@example.org', one), 'ERR_CERT_NAMESPACE')
  })

  test('exclude what they exclude, whatever they permit', () => {
    const but = [limit(0xa0, email('example.org')), limit(0xa1, email('bob@example.org'))]
    assert.equal(codeUnder('alice@example.org', ...but), 'good')
    assert.equal(codeUnder('bob@example.org', ...but), 'ERR_CERT_NAMESPACE')
  })

  test('on names that are never looked at limit nothing; others are not understood', () => {
    assert.equal(codeUnder('alice@example.org', limit(0xa0, der(0x82, utf8('host')))), 'good')
    const refused = { ok: false, code: 'ERR_CERT_USAGE' }
    assert.deepEqual(constrained(limit(0xa0, der(0xa4, commonName('x')))), refused)
    const depth = der(0xa0, sequence(email('example.org'), der(0x81, Uint8Array.of(3))))
    assert.deepEqual(constrained(depth), refused)
    const malformed = { ok: false, code: 'ERR_CERT_MALFORMED' }
    assert.deepEqual(constrained(der(0xa2)), malformed)
    assert.deepEqual(constrained(limit(0xa0, email('exämple'))), malformed)
  })
})

describe('an issuer', () => {
  const codeOf = (plan: Partial<CertificatePlan>): string => {
    const read = readIssuer(issuerCertificate(ours, plan))
    return read.ok ? 'good' : read.code
  }

  test('has a certificate that says so', () => {
    assert.equal(codeOf({}), 'good')
    assert.equal(codeOf({ extensions: { '2.5.29.15': undefined } }), 'ERR_CERT_USAGE')
    assert.equal(codeOf({ extensions: { '2.5.29.19': undefined } }), 'ERR_CERT_USAGE')
    const server = extension('2.5.29.37', sequence(oid('1.3.6.1.5.5.7.3.1')))
    assert.equal(codeOf({ extensions: { '2.5.29.37': server } }), 'ERR_CERT_USAGE')
    const unknown = extension('1.2.3', boolean(true), true)
    assert.equal(codeOf({ extensions: { '1.2.3': unknown } }), 'ERR_CERT_USAGE')
  })

  test('has a key that signs', () => {
    const publicKey = publicKeyInfo('x25519', alice.publicKeys.agreement)
    assert.equal(codeOf({ publicKey }), 'ERR_CERT_ALGORITHM')
  })
})

describe('a key', () => {
  const codeOf = (signing: Uint8Array, agreement: Uint8Array): string => {
    const verified = verifyKey({ signing, agreement }, issuers, NOW)
    return verified.ok ? 'good' : verified.code
  }

  test('with two good certificates is what they say', () => {
    for (const algorithm of ['ed25519', 'p256'] as const) {
      const key = testKey(ours, 'both', { algorithm, kind: 'token' })
      assert.deepEqual(verifyKey(key.certificates, issuers, NOW), {
        ok: true,
        value: {
          user: 'alice@example.org',
          kind: 'token',
          publicKeys: key.publicKeys,
          keyId: keyIdOf(key.publicKeys),
          certificates: key.certificates,
          expires: NOW + 30 * 86_400_000,
        },
      })
    }
  })

  test('of two users, or of two kinds, is none', () => {
    const bob = testKey(ours, 'bob', { emails: ['bob@example.org'] }).certificates
    const token = testKey(ours, 'alice', { kind: 'token' }).certificates
    const { signing, agreement } = alice.certificates
    assert.equal(codeOf(signing, bob.agreement), 'ERR_CERT_USER')
    assert.equal(codeOf(signing, token.agreement), 'ERR_CERT_USAGE')
    assert.equal(codeOf(agreement, signing), 'ERR_CERT_USAGE')
    assert.equal(codeOf(signing, signing), 'ERR_CERT_USAGE')
  })

  test('of two curves is none', () => {
    const token = testKey(ours, 'alice', { algorithm: 'p256' }).certificates
    assert.equal(codeOf(alice.certificates.signing, token.agreement), 'ERR_CERT_ALGORITHM')
    assert.equal(codeOf(token.signing, alice.certificates.agreement), 'ERR_CERT_ALGORITHM')
  })

  test('that signs does not also agree', () => {
    const { publicKeys } = testKey(ours, 'alice', { algorithm: 'p256' })
    const publicKey = publicKeyInfo('p256', publicKeys.signing)
    const pair = testKey(ours, 'alice', { algorithm: 'p256', use: 'both', publicKey }).certificates
    assert.equal(codeOf(pair.signing, pair.agreement), 'ERR_CERT_USAGE')
  })

  test('that is not read at all has its code', () => {
    assert.equal(codeOf(utf8('no'), alice.certificates.agreement), 'ERR_CERT_MALFORMED')
    assert.equal(codeOf(alice.certificates.signing, utf8('no')), 'ERR_CERT_MALFORMED')
  })

  test('signs statements, and its signature is for one only', () => {
    const statement = {
      purpose: 'sign-in',
      role: 'user',
      server: 'hufu.example:443',
      users: ['alice@example.org'],
      certificates: [],
      terminal: utf8('t'),
      session: utf8('s'),
      nonces: [utf8('a'), utf8('b')],
      suites: [],
      payload: utf8(''),
    } as const
    for (const algorithm of ['ed25519', 'p256'] as const) {
      const { publicKeys, signer } = testKey(ours, 'alice', { algorithm })
      const signature = signer.sign(statementOctets(statement))
      assert.ok(verifySignature(publicKeys, statement, signature))
      assert.ok(!verifySignature(publicKeys, { ...statement, purpose: 'release' }, signature))
      assert.ok(!verifySignature(publicKeys, statement, altered(signature, 7)))
      assert.ok(!verifySignature(publicKeys, statement, concat(signature, utf8('x'))))
    }
  })
})

describe('a cache of certificates', () => {
  test('gives what verifying gives, and looks at time, issuers and use every time', () => {
    const cache = certificateCache(10)
    const codeOf = (list = issuers, at = NOW): string => {
      const verified = verifyKey(alice.certificates, list, at, cache)
      return verified.ok ? 'good' : verified.code
    }
    assert.deepEqual([codeOf(), codeOf()], ['good', 'good'])
    assert.equal(codeOf([]), 'ERR_CERT_ISSUER')
    assert.equal(codeOf([trusted(ours, ['elsewhere.example'])]), 'ERR_CERT_NAMESPACE')
    assert.equal(codeOf(issuers, NOW + 31 * 86_400_000), 'ERR_CERT_EXPIRED')
    assert.equal(codeOf(issuers, NOW - 2 * 86_400_000), 'ERR_CERT_NOT_YET')
    const { signing, agreement } = alice.certificates
    const swapped = verifyKey({ signing: agreement, agreement: signing }, issuers, NOW, cache)
    assert.deepEqual(swapped, { ok: false, code: 'ERR_CERT_USAGE' })
  })

  test('does not take one issuer’s signature for another’s of the same name', () => {
    const cache = certificateCache(10)
    assert.ok(verifyKey(alice.certificates, issuers, NOW, cache).ok)
    const impostor = { ...testIssuer('impostor'), name: ours.name, keyId: ours.keyId }
    const list = [trusted(impostor, ['example.org'])]
    const verified = verifyKey(alice.certificates, list, NOW, cache)
    assert.deepEqual(verified, { ok: false, code: 'ERR_CERT_SIGNATURE' })
  })

  test('keeps the latest, and none that nobody trusted has signed', () => {
    const cache = certificateCache(2)
    const read = (der: Uint8Array): unknown => {
      const outcome = cache.read(der)
      return outcome.ok ? outcome.value : undefined
    }
    const { signing } = alice.certificates
    const kept = (): boolean => read(signing) === read(signing)
    assert.ok(!kept())
    assert.ok(verifyKey(alice.certificates, issuers, NOW, cache).ok)
    assert.ok(kept())
    const forged = { ...testIssuer('forger'), name: ours.name, keyId: ours.keyId }
    for (const name of ['a', 'b', 'c'])
      assert.ok(!verifyKey(testKey(forged, name).certificates, issuers, NOW, cache).ok)
    assert.ok(kept())
    assert.ok(verifyKey(testKey(ours, 'bob').certificates, issuers, NOW, cache).ok)
    assert.ok(!kept())
  })
})
