import { ed25519, equal } from '../crypto/index.ts'
import { ecdsaP256 } from '../crypto/more.ts'
import { done, failed, type Outcome } from '../wire/errors.ts'
import { statementOctets, type Statement } from '../wire/statement.ts'
import type { CertificateCache } from './certificate-cache.ts'
import { signedBy } from './certificate-signature.ts'
import { readCertificate, type Certificate } from './certificate.ts'
import { within } from './email-limits.ts'
import { keyIdOf } from './key-id.ts'
import type { CertificatePair, KeyAlgorithm, KeyKind, PublicKeys } from './security-key.ts'
import { namespaceOf, parseUserId } from './user-id.ts'

/** Somebody who is trusted to certify users, and whose they are. */
export interface TrustedIssuer {
  /** Of `readIssuer`. Trusted because it is configured: nobody looks at who has signed it. */
  readonly certificate: Certificate
  /** Whose users it certifies: exactly these, not what is below them. */
  readonly namespaces: readonly string[]
  /** This server's own authority, which says what kind of key it has certified. */
  readonly ours: boolean
}

/** What a certificate's key is to be used for. */
export type CertificateUse = 'signing' | 'agreement'

/** A key whose two certificates are good. Whether it is known, and not revoked, its store says. */
export interface VerifiedKey {
  readonly user: string
  readonly kind: KeyKind
  readonly publicKeys: PublicKeys
  /** 32 octets. */
  readonly keyId: Uint8Array
  readonly certificates: CertificatePair
  /** When the first of its certificates ends, Unix milliseconds. */
  readonly expires: number
}

/**
 * Whether a certificate is good for `use` now. The user is its one rfc822Name: capital letters count as small ones, as no
 * issuer tells two people apart by them.
 *
 * Codes, in the order in which they are looked for: `ERR_CERT_ISSUER` (also where the issuer's own certificate is not valid
 * now), `ERR_CERT_ALGORITHM`, `ERR_CERT_SIGNATURE`, `ERR_CERT_USAGE`, `ERR_CERT_NOT_YET`, `ERR_CERT_EXPIRED`, `ERR_CERT_USER`
 * (no name or two, or none that is a user ID), `ERR_CERT_NAMESPACE`.
 */
export function verifyCertificate(
  certificate: Certificate,
  use: CertificateUse,
  issuers: readonly TrustedIssuer[],
  nowUnixMs: number,
): Outcome<CertifiedUser> {
  return verifyUse(certificate, use, { issuers, nowUnixMs, cache: NO_CACHE })
}

/** Whom a certificate speaks of. */
export interface CertifiedUser {
  readonly user: string
  readonly kind: KeyKind
}

/**
 * Whether a key's two certificates are good now and belong together.
 *
 * Codes: those of `readCertificate` and {@link verifyCertificate}; `ERR_CERT_USER` if they name two users; `ERR_CERT_ALGORITHM`
 * if their keys do not go together; `ERR_CERT_USAGE` if they are of two kinds, or for one key used twice.
 *
 * @param cache spares reading and verifying again what was found good before.
 */
export function verifyKey(
  pair: CertificatePair,
  issuers: readonly TrustedIssuer[],
  nowUnixMs: number,
  cache: CertificateCache = NO_CACHE,
): Outcome<VerifiedKey> {
  const signing = cache.read(pair.signing)
  if (!signing.ok) return signing
  const agreement = cache.read(pair.agreement)
  if (!agreement.ok) return agreement
  const trust = { issuers, nowUnixMs, cache }
  const owner = verifyUse(signing.value, 'signing', trust)
  if (!owner.ok) return owner
  const other = verifyUse(agreement.value, 'agreement', trust)
  if (!other.ok) return other
  if (owner.value.user !== other.value.user) return failed('ERR_CERT_USER')
  const publicKeys = publicKeysOf(signing.value, agreement.value)
  if (publicKeys === undefined) return failed('ERR_CERT_ALGORITHM')
  const twice = equal(publicKeys.signing, publicKeys.agreement)
  if (twice || owner.value.kind !== other.value.kind) return failed('ERR_CERT_USAGE')
  return done({
    ...owner.value,
    publicKeys,
    keyId: keyIdOf(publicKeys),
    certificates: { signing: signing.value.der, agreement: agreement.value.der },
    expires: Math.min(signing.value.notAfter, agreement.value.notAfter),
  })
}

/** The public keys of two certificates, if they go together. Says nothing of whether either is good. */
export function publicKeysOf(
  { publicKey: signing }: Certificate,
  { publicKey: agreement }: Certificate,
): PublicKeys | undefined {
  const algorithm = TOGETHER[`${signing.algorithm} ${agreement.algorithm}`]
  if (algorithm === undefined) return undefined
  return { algorithm, signing: signing.octets, agreement: agreement.octets }
}

const TOGETHER: Readonly<Record<string, KeyAlgorithm>> = {
  'ed25519 x25519': 'ed25519',
  'p256 p256': 'p256',
}

/** The one user whom a certificate names; `undefined` for none, two, or what is no user ID. Says nothing of whether it is good. */
export function userNamedBy({ emails }: Certificate): string | undefined {
  const name = emails.length === 1 ? parseUserId(emails[0]!) : undefined
  return name?.ok === true ? name.value : undefined
}

/** True if `signature` is that of the signing key over exactly this statement. */
export function verifySignature(
  { algorithm, signing }: Pick<PublicKeys, 'algorithm' | 'signing'>,
  statement: Statement,
  signature: Uint8Array,
): boolean {
  const scheme = algorithm === 'ed25519' ? ed25519 : ecdsaP256
  return scheme.verify(signing, statementOctets(statement), signature)
}

interface Trust {
  readonly issuers: readonly TrustedIssuer[]
  readonly nowUnixMs: number
  readonly cache: CertificateCache
}

const NO_CACHE: CertificateCache = { read: readCertificate, signedBy }

function verifyUse(
  certificate: Certificate,
  use: CertificateUse,
  trust: Trust,
): Outcome<CertifiedUser> {
  const issuer = issuerOf(certificate, trust)
  if (!issuer.ok) return issuer
  const unfit = misusedAs(use, certificate) ?? outOfTime(certificate, trust.nowUnixMs)
  if (unfit !== undefined) return failed(unfit)
  const { certificate: authority, namespaces, ours } = issuer.value
  const user = userNamedBy(certificate)
  if (user === undefined) return failed('ERR_CERT_USER')
  const inside = namespaces.includes(namespaceOf(user)) && within(authority.emailLimits, user)
  if (!inside) return failed('ERR_CERT_NAMESPACE')
  return done({ user, kind: ours ? certificate.kind : 'outside' })
}

/** The issuer that has signed it. Several may have one name: one whose key was renewed. */
function issuerOf(
  certificate: Certificate,
  { issuers, nowUnixMs, cache }: Trust,
): Outcome<TrustedIssuer> {
  const named = issuers.filter(
    ({ certificate: issuer }) =>
      equal(issuer.subject, certificate.issuer) &&
      sameKeyId(issuer.subjectKeyId, certificate.authorityKeyId) &&
      outOfTime(issuer, nowUnixMs) === undefined,
  )
  if (named.length === 0) return failed('ERR_CERT_ISSUER')
  if (certificate.signature.scheme === 'other') return failed('ERR_CERT_ALGORITHM')
  const signer = named.find((issuer) => cache.signedBy(certificate, issuer.certificate.publicKey))
  return signer === undefined ? failed('ERR_CERT_SIGNATURE') : done(signer)
}

/** Key ids only tell apart those who have them (RFC 5280 §4.2.1.1). */
function sameKeyId(own: Uint8Array | undefined, named: Uint8Array | undefined): boolean {
  return own === undefined || named === undefined || equal(own, named)
}

function misusedAs(
  use: CertificateUse,
  { usage, isAuthority, forUsers, unknownLimit, publicKey }: Certificate,
): 'ERR_CERT_USAGE' | undefined {
  const signs = publicKey.algorithm !== 'x25519' && usage?.digitalSignature === true
  const agrees = publicKey.algorithm !== 'ed25519' && usage?.keyAgreement === true
  const issues = isAuthority || usage?.keyCertSign === true
  const fits = use === 'signing' ? signs : agrees
  return fits && forUsers && !issues && !unknownLimit ? undefined : 'ERR_CERT_USAGE'
}

function outOfTime(
  { notBefore, notAfter }: Certificate,
  nowUnixMs: number,
): 'ERR_CERT_NOT_YET' | 'ERR_CERT_EXPIRED' | undefined {
  if (nowUnixMs < notBefore) return 'ERR_CERT_NOT_YET'
  return nowUnixMs > notAfter ? 'ERR_CERT_EXPIRED' : undefined
}
