import {
  concat,
  ed25519,
  seededRandomForTests,
  sha256,
  utf8,
  x25519,
  type SigningKey,
} from '../crypto/index.ts'
import { ecdsaP256, p256 } from '../crypto/more.ts'
import { readIssuer } from '../identity/certificate.ts'
import { KIND_POLICIES, type OwnKind } from '../identity/kind-policies.ts'
import type { CertificatePair, KeyAlgorithm, PublicKeys } from '../identity/security-key.ts'
import type { TrustedIssuer } from '../identity/verify.ts'
import {
  bitString,
  boolean,
  commonName,
  der,
  integer,
  octetString,
  oid,
  publicKeyInfo,
  sequence,
  time,
} from './der.testing.ts'

/** When all of it happens, Unix milliseconds: a whole second. */
export const NOW = 1_790_000_000_000
const DAY = 86_400_000

/** Somebody who issues certificates in a test. */
export interface TestIssuer {
  readonly algorithm: KeyAlgorithm
  readonly name: Uint8Array
  readonly key: SigningKey
  readonly keyId: Uint8Array
}

/** What a certificate is made of; whatever is left out is as our own authority does it. */
export interface CertificatePlan {
  readonly subject?: Uint8Array
  readonly emails?: readonly string[]
  readonly from?: number
  readonly to?: number
  readonly use?: 'signing' | 'agreement' | 'both' | 'none'
  readonly kind?: OwnKind | null
  readonly publicKey: Uint8Array
  /** Instead of the ones that are made of the plan, by object identifier; undefined leaves one out. */
  readonly extensions?: Readonly<Record<string, Uint8Array | undefined>>
}

/** An issuer whose key comes of its name. */
export function testIssuer(name: string, algorithm: KeyAlgorithm = 'p256'): TestIssuer {
  const scheme = algorithm === 'p256' ? ecdsaP256 : ed25519
  const key = scheme.generate(seededRandomForTests(utf8(`issuer ${name}`)))
  const keyId = sha256(key.publicKey).subarray(0, 20)
  return { algorithm, name: commonName(name), key, keyId }
}

/** The issuer's own certificate, as somebody trusts it. */
export function trusted(
  issuer: TestIssuer,
  namespaces: readonly string[],
  { ours = true, ...plan }: Partial<CertificatePlan> & { readonly ours?: boolean } = {},
): TrustedIssuer {
  const read = readIssuer(issuerCertificate(issuer, plan))
  if (!read.ok) throw new Error(read.code)
  return { certificate: read.value, namespaces, ours }
}

export function issuerCertificate(
  issuer: TestIssuer,
  plan: Partial<CertificatePlan> = {},
): Uint8Array {
  return certificate(issuer, {
    subject: issuer.name,
    publicKey: publicKeyInfo(issuer.algorithm, issuer.key.publicKey),
    from: NOW - 365 * DAY,
    to: NOW + 3_650 * DAY,
    ...plan,
    extensions: {
      '2.5.29.14': extension('2.5.29.14', octetString(issuer.keyId)),
      '2.5.29.15': extension('2.5.29.15', bitString(Uint8Array.of(0x06), 1), true),
      '2.5.29.17': undefined,
      '2.5.29.19': extension('2.5.29.19', sequence(boolean(true)), true),
      '2.5.29.32': undefined,
      ...plan.extensions,
    },
  })
}

/** One extension. */
export function extension(id: string, value: Uint8Array, critical = false): Uint8Array {
  return sequence(oid(id), ...(critical ? [boolean(true)] : []), octetString(value))
}

/** SubjectAltName of rfc822Names. */
function emailNames(emails: readonly string[]): Uint8Array {
  return extension('2.5.29.17', sequence(...emails.map((email) => der(0x81, utf8(email)))))
}

/** A certificate that `issuer` signs. */
export function certificate(issuer: TestIssuer, plan: CertificatePlan): Uint8Array {
  return signed(issuer, body(issuer, plan))
}

const ALGORITHM = {
  p256: sequence(oid('1.2.840.10045.4.3.2')),
  ed25519: sequence(oid('1.3.101.112')),
}

/** A signature's algorithm and octets around whatever is signed. */
export function signed(issuer: TestIssuer, tbs: Uint8Array): Uint8Array {
  const signature = issuer.key.sign(tbs)
  const encoded = issuer.algorithm === 'p256' ? splitSignature(signature) : signature
  return sequence(tbs, ALGORITHM[issuer.algorithm], bitString(encoded))
}

/** An ECDSA signature in DER. */
function splitSignature(joined: Uint8Array): Uint8Array {
  return sequence(integer(joined.subarray(0, 32)), integer(joined.subarray(32)))
}

function body(issuer: TestIssuer, plan: CertificatePlan): Uint8Array {
  const emails = plan.emails ?? ['alice@example.org']
  const use = { signing: 0x80, agreement: 0x08, both: 0x88, none: 0x40 }[plan.use ?? 'signing']
  const unused = { signing: 7, agreement: 3, both: 3, none: 6 }[plan.use ?? 'signing']
  const kind = plan.kind === undefined ? 'software' : plan.kind
  const extensions: Record<string, Uint8Array | undefined> = {
    '2.5.29.15': extension('2.5.29.15', bitString(Uint8Array.of(use), unused), true),
    '2.5.29.17': emailNames(emails),
    '2.5.29.19': extension('2.5.29.19', sequence(), true),
    '2.5.29.32':
      kind === null
        ? undefined
        : extension('2.5.29.32', sequence(sequence(oid(KIND_POLICIES[kind])))),
    '2.5.29.35': extension('2.5.29.35', sequence(der(0x80, issuer.keyId))),
    ...plan.extensions,
  }
  return sequence(
    der(0xa0, integer(Uint8Array.of(2))),
    integer(sha256(plan.publicKey, utf8(plan.use ?? '')).subarray(0, 16)),
    ALGORITHM[issuer.algorithm],
    issuer.name,
    sequence(time(plan.from ?? NOW - DAY), time(plan.to ?? NOW + 30 * DAY)),
    plan.subject ?? commonName(emails[0] ?? 'nobody'),
    plan.publicKey,
    der(0xa3, sequence(...Object.values(extensions).filter((each) => each !== undefined))),
  )
}

/** A key's public halves and its two certificates. */
export interface TestKey {
  readonly publicKeys: PublicKeys
  readonly signer: SigningKey
  readonly secrets: { readonly signing: Uint8Array; readonly agreement: Uint8Array }
  readonly certificates: CertificatePair
}

/** A user's key, which comes of its name. */
export function testKey(
  issuer: TestIssuer,
  name: string,
  { algorithm = 'ed25519', ...plan }: Partial<CertificatePlan> & { algorithm?: KeyAlgorithm } = {},
): TestKey {
  const random = seededRandomForTests(utf8(`key ${name}`))
  const [scheme, group] = algorithm === 'ed25519' ? [ed25519, x25519] : [ecdsaP256, p256]
  const secrets = { signing: random(32), agreement: random(32) }
  const signer = scheme.fromSecret(secrets.signing)
  const agreement = group.fromSecret(secrets.agreement).publicKey
  const made = (use: 'signing' | 'agreement'): Uint8Array =>
    certificate(issuer, {
      use,
      publicKey: publicKeyInfo(
        algorithm === 'p256' ? 'p256' : use === 'signing' ? 'ed25519' : 'x25519',
        use === 'signing' ? signer.publicKey : agreement,
      ),
      ...plan,
    })
  return {
    publicKeys: { algorithm, signing: signer.publicKey, agreement },
    signer,
    secrets,
    certificates: { signing: made('signing'), agreement: made('agreement') },
  }
}

/** `octets` with one bit turned. */
export function altered(octets: Uint8Array, at: number): Uint8Array {
  const copy = concat(octets)
  copy[at % copy.length]! ^= 1
  return copy
}
