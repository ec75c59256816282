import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { concat, hex, seededRandomForTests, unhex, utf8 } from '../crypto/index.ts'
import {
  certificate,
  extension,
  issuerCertificate,
  NOW,
  signed,
  testIssuer,
  testKey,
} from '../testing/certificates.testing.ts'
import {
  bitString,
  boolean,
  commonName,
  der,
  integer,
  octetString,
  oid,
  publicKeyInfo,
  RSA_KEY_INFO,
  sequence,
  time,
} from '../testing/der.testing.ts'
import { hostileOctets } from '../testing/values.testing.ts'
import { readCertificate, readIssuer } from './certificate.ts'
import { joinedSignature } from './certified-key.ts'
import { MAX_CERTIFICATE_OCTETS } from './key-id.ts'

const ours = testIssuer('hufu')
const edwards = testIssuer('edwards', 'ed25519')
const alice = testKey(ours, 'alice')
const point = testKey(ours, 'point', { algorithm: 'p256' }).publicKeys.signing

function codeOf(octets: Uint8Array): string {
  const read = readCertificate(octets)
  return read.ok ? 'good' : read.code
}

describe('a certificate', () => {
  test('is read as Node’s own reader reads it', () => {
    const random = seededRandomForTests(utf8('plans'))
    for (const issuer of [ours, edwards])
      for (const algorithm of ['ed25519', 'p256'] as const)
        for (let n = 0; n < 10; n += 1) {
          const from = NOW - 1_000 * n * 86_400_000
          const plan = { from, to: from + 2_000 * n * 86_400_000, emails: [`u${n}@example.org`] }
          const name = hex(random(8))
          for (const octets of Object.values(
            testKey(issuer, name, { algorithm, ...plan }).certificates,
          ))
            agrees(octets)
        }
  })

  test('shares nothing with the octets that it was read from', () => {
    const octets = concat(alice.certificates.signing)
    const read = readCertificate(octets)
    assert.ok(read.ok)
    octets.fill(0)
    assert.deepEqual(read.value.der, alice.certificates.signing)
    assert.deepEqual(read.value.publicKey.octets, alice.publicKeys.signing)
  })

  test('with a key or a signature of another kind is not taken', () => {
    const withKey = (publicKey: Uint8Array): string => codeOf(certificate(ours, { publicKey }))
    assert.equal(withKey(RSA_KEY_INFO), 'ERR_CERT_ALGORITHM')
    const curve = (id: string, key: Uint8Array): Uint8Array =>
      sequence(sequence(oid('1.2.840.10045.2.1'), oid(id)), bitString(key))
    assert.equal(
      withKey(curve('1.3.132.0.34', concat(Uint8Array.of(4), new Uint8Array(96)))),
      'ERR_CERT_ALGORITHM',
    )
    const compressed = concat(Uint8Array.of(2), point.subarray(1, 33))
    assert.equal(withKey(publicKeyInfo('p256', compressed)), 'ERR_CERT_ALGORITHM')
    assert.equal(codeOf(saying(sequence(oid('1.2.840.10045.4.3.3')))), 'ERR_CERT_ALGORITHM')
  })

  test('with a key that is none is malformed', () => {
    const withKey = (publicKey: Uint8Array): string => codeOf(certificate(ours, { publicKey }))
    for (const publicKey of [
      publicKeyInfo('ed25519', new Uint8Array(31)),
      publicKeyInfo('x25519', new Uint8Array(33)),
      publicKeyInfo('p256', new Uint8Array(65)),
      publicKeyInfo('p256', point.subarray(0, 64)),
      sequence(sequence(oid('1.3.101.112'), der(5)), bitString(new Uint8Array(32))),
      sequence(sequence(oid('1.3.101.112')), bitString(new Uint8Array(32)), der(5)),
      sequence(sequence(oid('1.3.101.112')), octetString(new Uint8Array(32))),
      sequence(),
    ])
      assert.equal(withKey(publicKey), 'ERR_CERT_MALFORMED')
  })

  test('has the two algorithms of its signature alike', () => {
    const withNull = sequence(oid('1.2.840.10045.4.3.2'), der(5))
    assert.equal(codeOf(saying(ECDSA)), 'good')
    assert.equal(codeOf(saying(ECDSA, sequence(oid('1.3.101.112')))), 'ERR_CERT_MALFORMED')
    assert.equal(codeOf(saying(ECDSA, withNull)), 'ERR_CERT_MALFORMED')
    assert.equal(codeOf(saying(withNull)), 'ERR_CERT_MALFORMED')
  })

  test('is of version 3, with every part in its place', () => {
    const parts = [
      der(0xa0, integer(Uint8Array.of(2))),
      integer(Uint8Array.of(7)),
      sequence(oid('1.2.840.10045.4.3.2')),
      ours.name,
      sequence(time(NOW), time(NOW)),
      commonName('alice'),
      publicKeyInfo('ed25519', alice.publicKeys.signing),
      der(0xa3, sequence(extension('2.5.29.19', sequence()))),
    ]
    const codeWith = (changed: readonly Uint8Array[]): string =>
      codeOf(signed(ours, sequence(...changed)))
    assert.equal(codeWith(parts), 'good')
    const instead = (at: number, part: Uint8Array): string => codeWith(parts.with(at, part))
    const wrong: readonly (readonly [number, Uint8Array])[] = [
      [0, der(0xa0, integer(Uint8Array.of(1)))],
      [0, der(0xa0, integer(Uint8Array.of(2, 0)))],
      [0, der(0xa0, octetString(Uint8Array.of(2)))],
      [0, der(0xa0, integer(Uint8Array.of(2)), der(5))],
      [1, der(2, Uint8Array.of(0x80))],
      [1, integer(new Uint8Array(21).fill(1))],
      [3, sequence(sequence())],
      [4, sequence(time(NOW))],
      [4, sequence(time(NOW), time(NOW), time(NOW))],
      [5, sequence(der(0x31, sequence(oid('2.5.4.3'))))],
      [7, der(0xa3, sequence())],
      [7, der(0xa3)],
      [7, der(0x82)],
    ]
    for (const [at, part] of wrong) assert.equal(instead(at, part), 'ERR_CERT_MALFORMED', `${at}`)
    for (const at of parts.keys())
      assert.equal(codeWith(parts.toSpliced(at, 1)), 'ERR_CERT_MALFORMED', `without ${at}`)
    assert.equal(codeWith([...parts, der(5)]), 'ERR_CERT_MALFORMED')
    assert.equal(codeWith(parts.toSpliced(7, 0, der(0x81, Uint8Array.of(0)))), 'ERR_CERT_MALFORMED')
  })

  test('has each extension once, and those that are known well formed', () => {
    const withExtension = (id: string, value: Uint8Array): string =>
      codeOf(certificate(ours, { publicKey: KEY, extensions: { [id]: value } }))
    const twice = concat(extension('1.2.3', der(5)), extension('1.2.3', der(5)))
    assert.equal(withExtension('1.2.3', twice), 'ERR_CERT_MALFORMED')
    const falsely = sequence(oid('1.2.3'), boolean(false), octetString(der(5)))
    assert.equal(withExtension('1.2.3', falsely), 'ERR_CERT_MALFORMED')
    assert.equal(withExtension('1.2.3', sequence(oid('1.2.3'))), 'ERR_CERT_MALFORMED')
    for (const id of ['14', '15', '17', '19', '30', '32', '35', '37'])
      for (const value of [der(5), der(4), sequence(der(5)), concat(sequence(), sequence())]) {
        const code = withExtension(`2.5.29.${id}`, extension(`2.5.29.${id}`, value))
        // a key id of no octets, and sequences that may hold anything
        const fair =
          (id === '14' && value[0] === 4) ||
          ((id === '17' || id === '35') && value[0] === 0x30 && value[1] === 2)
        assert.equal(code, fair ? 'good' : 'ERR_CERT_MALFORMED', `${id} ${hex(value)}`)
      }
    const longForm = sequence(boolean(false))
    assert.equal(withExtension('2.5.29.19', extension('2.5.29.19', longForm)), 'ERR_CERT_MALFORMED')
  })

  test('is of one size at most', () => {
    const padded = (octets: number): Uint8Array =>
      certificate(ours, {
        publicKey: KEY,
        extensions: { '1.2.3': extension('1.2.3', octetString(new Uint8Array(octets))) },
      })
    assert.equal(codeOf(padded(3_000)), 'good')
    assert.ok(padded(4_000).length > MAX_CERTIFICATE_OCTETS)
    assert.equal(codeOf(padded(4_000)), 'ERR_CERT_MALFORMED')
  })

  test('of any octets is read, or has a code: nothing is thrown', () => {
    const genuine = fc.constantFrom(
      alice.certificates.signing,
      alice.certificates.agreement,
      issuerCertificate(edwards),
    )
    fc.assert(
      fc.property(hostileOctets(genuine), (octets) => {
        for (const read of [readCertificate(octets), readIssuer(octets)])
          if (read.ok) assert.deepEqual(read.value.der, Uint8Array.from(octets))
          else assert.match(read.code, /^ERR_CERT_(?:MALFORMED|ALGORITHM|USAGE)$/)
      }),
      { numRuns: 1_000 },
    )
  })
})

test('an issuer may be signed by whatever has signed it', () => {
  const rsa = sequence(oid('1.2.840.113549.1.1.11'), der(5))
  const byRsa = saying(rsa, rsa, issuerCertificate(ours))
  assert.equal(codeOf(byRsa), 'ERR_CERT_ALGORITHM')
  assert.ok(readIssuer(byRsa).ok)
})

test('an ECDSA signature is two numbers in their one form', () => {
  const [r, s] = [unhex('80'.repeat(32)), unhex('01')]
  const joined = joinedSignature(sequence(integer(r), integer(s)))
  assert.equal(joined && hex(joined), `${'80'.repeat(32)}${'00'.repeat(31)}01`)
  const zero = integer(Uint8Array.of(0))
  for (const bad of [
    sequence(integer(r), zero),
    sequence(zero, integer(s)),
    sequence(integer(r)),
    sequence(integer(r), integer(s), integer(s)),
    sequence(der(2, r), integer(s)), // negative
    sequence(integer(r), der(2, Uint8Array.of(0, 1))),
    sequence(integer(unhex(`01${'00'.repeat(32)}`)), integer(s)),
    concat(sequence(integer(r), integer(s)), der(5)),
    new Uint8Array(0),
  ])
    assert.equal(joinedSignature(bad), undefined, hex(bad))
})

const KEY = publicKeyInfo('ed25519', alice.publicKeys.signing)

const ECDSA = sequence(oid('1.2.840.10045.4.3.2'))

/** A certificate that says it was signed by another algorithm. */
function saying(
  inner: Uint8Array,
  outer: Uint8Array = inner,
  whole: Uint8Array = alice.certificates.signing,
): Uint8Array {
  const [body, , signature] = partsOf(whole)
  return sequence(sequence(...partsOf(body!).with(2, inner)), outer, signature!)
}

/** The items of a SEQUENCE that is well formed. */
function partsOf(whole: Uint8Array): readonly Uint8Array[] {
  const parts: Uint8Array[] = []
  for (let at = headOctets(whole, 0); at < whole.length;) {
    const end = at + headOctets(whole, at) + lengthAt(whole, at)
    parts.push(whole.subarray(at, end))
    at = end
  }
  return parts
}

function headOctets(whole: Uint8Array, at: number): number {
  return whole[at + 1]! < 0x80 ? 2 : 2 + (whole[at + 1]! & 0x7f)
}

function lengthAt(whole: Uint8Array, at: number): number {
  const head = headOctets(whole, at)
  return head === 2
    ? whole[at + 1]!
    : whole.subarray(at + 2, at + head).reduce((n, o) => n * 256 + o, 0)
}

/** Both readers say the same of it. */
function agrees(octets: Uint8Array): void {
  const read = readCertificate(octets)
  assert.ok(read.ok)
  const { value } = read
  const theirs = new X509Certificate(octets)
  assert.equal(theirs.validFromDate.getTime(), value.notBefore)
  assert.equal(theirs.validToDate.getTime(), value.notAfter)
  assert.equal(theirs.subjectAltName, value.emails.map((email) => `email:${email}`).join(', '))
  assert.equal(
    theirs.serialNumber.toLowerCase().replace(/^0+/, ''),
    hex(value.serial).replace(/^0+/, ''),
  )
  assert.equal(theirs.ca, value.isAuthority)
  const spki = theirs.publicKey.export({ format: 'der', type: 'spki' })
  assert.deepEqual(
    publicKeyInfo(value.publicKey.algorithm, value.publicKey.octets),
    Uint8Array.from(spki),
  )
}
