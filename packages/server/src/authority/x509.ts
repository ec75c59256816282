// @peculiar/x509 asks for it before it is loaded itself.
// oxlint-disable-next-line import/no-unassigned-import
import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import { hex } from '@hufu/protocol/crypto'
import { KIND_POLICIES, type CertifiedKey, type OwnKind } from '@hufu/protocol/identity'
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  CertificatePolicyExtension,
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
  X509CrlGenerator,
  cryptoProvider,
} from '@peculiar/x509'
import { integer, keyIdentifier, permittedHosts, publicKeyInfo } from './encoding.ts'

/*
 * Where certificates are made, by a library that is loaded only when one is: see `authority.ts`.
 */

cryptoProvider.set(webcrypto as Crypto)

const ECDSA = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const NAME_CONSTRAINTS = '2.5.29.30'
const CRL_NUMBER = '2.5.29.20'
/** Characters of a common name (RFC 5280 appendix A.1, ub-common-name). The whole user ID is the alternative name. */
const MAX_COMMON_NAME = 64

/** Who issues: its name, its key, and the public half of that. */
export interface Issuing {
  /** Of its subject, RFC 4514. */
  readonly name: string
  readonly publicKey: CertifiedKey
  readonly signingKey: AuthorityKey
}

/** It can sign, and nothing else: ECDSA over the SHA-256 hash of octets, r ‖ s, 64 octets. */
export interface AuthorityKey {
  sign(octets: Uint8Array): Promise<Uint8Array>
}

/** How long something is good. */
export interface Validity {
  readonly notBefore: Date
  readonly notAfter: Date
}

/** A fresh key of an authority, and its private half as PKCS #8. */
export async function makeAuthorityKey(): Promise<{
  readonly publicKey: CertifiedKey
  readonly signingKey: AuthorityKey
  readonly pkcs8: Uint8Array
}> {
  const pair = (await webcrypto.subtle.generateKey(ECDSA, true, [
    'sign',
    'verify',
  ])) as CryptoKeyPair
  const octets = new Uint8Array(await webcrypto.subtle.exportKey('raw', pair.publicKey))
  const pkcs8 = new Uint8Array(await webcrypto.subtle.exportKey('pkcs8', pair.privateKey))
  const signingKey = await importAuthorityKey(pkcs8)
  return { publicKey: { algorithm: 'p256', octets }, signingKey, pkcs8 }
}

/** The private key of an authority, so that it can only sign. */
export async function importAuthorityKey(pkcs8: Uint8Array): Promise<AuthorityKey> {
  const key = await webcrypto.subtle.importKey('pkcs8', owned(pkcs8), ECDSA, false, ['sign'])
  return {
    sign: async (octets) => new Uint8Array(await webcrypto.subtle.sign(ECDSA, key, owned(octets))),
  }
}

/** An authority's own certificate, for users of one namespace and nothing else. */
export async function makeRoot(
  issuing: Issuing,
  namespace: string,
  serial: Uint8Array,
  validity: Validity,
): Promise<Uint8Array> {
  const keyId = hex(keyIdentifier(issuing.publicKey))
  return make(issuing, issuing, serial, {
    ...validity,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      new Extension(NAME_CONSTRAINTS, true, owned(permittedHosts([namespace]))),
      new SubjectKeyIdentifierExtension(keyId),
    ],
  })
}

/** A certificate for one of a user's two keys. */
export function makeLeaf(
  issuing: Issuing,
  { user, kind, use, publicKey }: Leaf,
  serial: Uint8Array,
  validity: Validity,
): Promise<Uint8Array> {
  const usage = use === 'signing' ? KeyUsageFlags.digitalSignature : KeyUsageFlags.keyAgreement
  return make(issuing, { name: `CN=${user.slice(0, MAX_COMMON_NAME)}`, publicKey }, serial, {
    ...validity,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(usage, true),
      new SubjectAlternativeNameExtension([{ type: 'email', value: user }]),
      new CertificatePolicyExtension([KIND_POLICIES[kind]]),
      new SubjectKeyIdentifierExtension(hex(keyIdentifier(publicKey))),
      new AuthorityKeyIdentifierExtension(hex(keyIdentifier(issuing.publicKey))),
    ],
  })
}

/** What is certified: a user's public key. */
export interface Leaf {
  readonly user: string
  readonly kind: OwnKind
  readonly use: 'signing' | 'agreement'
  readonly publicKey: CertifiedKey
}

/** A list of revoked certificates (RFC 5280 §5), DER. `number` grows from list to list. */
export async function makeRevocationList(
  issuing: Issuing,
  revoked: readonly { readonly serial: Uint8Array; readonly revoked: number }[],
  number: number,
  { notBefore, notAfter }: Validity,
): Promise<Uint8Array> {
  const list = await X509CrlGenerator.create(
    {
      issuer: issuing.name,
      thisUpdate: notBefore,
      nextUpdate: notAfter,
      entries: revoked.map((each) => ({
        serialNumber: hex(each.serial),
        revocationDate: new Date(each.revoked),
      })),
      extensions: [
        new AuthorityKeyIdentifierExtension(hex(keyIdentifier(issuing.publicKey))),
        new Extension(CRL_NUMBER, false, owned(integer(number))),
      ],
      ...signingBy,
    },
    signer(issuing.signingKey),
  )
  return new Uint8Array(list.rawData)
}

async function make(
  issuing: Issuing,
  subject: { readonly name: string; readonly publicKey: CertifiedKey },
  serial: Uint8Array,
  body: Validity & { readonly extensions: Extension[] },
): Promise<Uint8Array> {
  const made = await X509CertificateGenerator.create(
    {
      ...body,
      serialNumber: hex(serial),
      subject: subject.name,
      issuer: issuing.name,
      publicKey: owned(publicKeyInfo(subject.publicKey)),
      ...signingBy,
    },
    signer(issuing.signingKey),
  )
  return new Uint8Array(made.rawData)
}

/** What the library is told of the key, which it never has: it may be in a token. */
const signingKey: CryptoKey = {
  type: 'private',
  algorithm: ECDSA,
  extractable: false,
  usages: ['sign'],
}
const signingBy = { signingAlgorithm: ECDSA, signingKey } as const

/** The platform's cryptography, but for the one signature. */
function signer(key: AuthorityKey): Crypto {
  const sign = async (_algorithm: unknown, _key: unknown, octets: BufferSource) =>
    owned(await key.sign(bytesOf(octets)))
  return { subtle: { sign } } as unknown as Crypto
}

function bytesOf(octets: BufferSource): Uint8Array {
  return ArrayBuffer.isView(octets)
    ? new Uint8Array(octets.buffer, octets.byteOffset, octets.byteLength)
    : new Uint8Array(octets)
}

/** The same octets in memory of their own, as the library wants them. */
function owned(octets: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(octets)
}
