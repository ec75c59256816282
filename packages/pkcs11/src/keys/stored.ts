import { equal } from '@hufu/protocol/crypto'
import {
  readCertificate,
  userNamedBy,
  type Certificate,
  type CertificatePair,
  type PublicKeys,
} from '@hufu/protocol/identity'
import { HufuError } from '@hufu/protocol/wire'
import type { FoundCertificate, NewCertificate } from './certificates.ts'

/** A user that a token's key has certificates for. They are read, and not believed. */
export interface StoredUser {
  readonly user: string
  readonly certificates: CertificatePair
  /** When the first of the two ends, Unix milliseconds. */
  readonly expires: number
  /** Put there by hufu; others came with the key. */
  readonly ours: boolean
}

/**
 * The users that certificates beside a key's two pairs speak of, those whose certificates end last first. What is not
 * for these public keys, or not read by us (RSA), is passed over.
 */
export function storedUsers(
  { signing, agreement }: PublicKeys,
  beside: {
    readonly signing: readonly FoundCertificate[]
    readonly agreement: readonly FoundCertificate[]
  },
): readonly StoredUser[] {
  return [true, false]
    .flatMap((ours) => {
      const of = (found: readonly FoundCertificate[]): readonly FoundCertificate[] =>
        found.filter(({ label }) => label.startsWith(OURS) === ours)
      const first = newest(of(beside.signing), signing, 'digitalSignature')
      const second = newest(of(beside.agreement), agreement, 'keyAgreement')
      return [...first].flatMap(([user, one]) => {
        const other = second.get(user)
        if (other === undefined) return []
        const certificates = { signing: one.der, agreement: other.der }
        return [{ user, certificates, expires: Math.min(one.notAfter, other.notAfter), ours }]
      })
    })
    .toSorted((a, b) => b.expires - a.expires)
}

const OURS = 'hufu '

/** The label of the certificates that we store for a user: what others have stored keeps its own, and stays. */
export function labelFor(user: string): string {
  return `${OURS}${user}`
}

/**
 * A certificate as PKCS#11 wants to have it told.
 *
 * @throws {HufuError} `ERR_CRYPTO_INPUT` for what is no certificate of a kind that we read.
 */
export function newCertificate(label: string, der: Uint8Array): NewCertificate {
  const read = readCertificate(der)
  if (!read.ok) throw new HufuError('ERR_CRYPTO_INPUT', `not a certificate: ${read.code}`)
  const { subject, issuer, serial } = read.value
  return { label, der: read.value.der, subject, issuer, serial: integer(serial) }
}

/** By user, of the certificates for this public key and use the one that ends last. */
function newest(
  found: readonly FoundCertificate[],
  publicKey: Uint8Array,
  use: 'digitalSignature' | 'keyAgreement',
): ReadonlyMap<string, Certificate> {
  const best = new Map<string, Certificate>()
  for (const { der } of found) {
    const read = readCertificate(der)
    if (!read.ok || !equal(read.value.publicKey.octets, publicKey)) continue
    const user = userNamedBy(read.value)
    if (user === undefined || read.value.usage?.[use] !== true) continue
    const known = best.get(user)
    if (known === undefined || known.notAfter < read.value.notAfter) best.set(user, read.value)
  }
  return best
}

/** INTEGER of a number that is not negative, DER (X.690 §8.3); a serial number has at most 20 octets. */
function integer(unsigned: Uint8Array): Uint8Array {
  const signed = unsigned[0]! >= 0x80 ? [0, ...unsigned] : [...unsigned]
  return Uint8Array.of(0x02, signed.length, ...signed)
}
