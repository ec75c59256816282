import { hex, sha256 } from '../crypto/index.ts'
import type { Outcome } from '../wire/errors.ts'
import { readCertificate, type Certificate } from './certificate.ts'
import type { CertifiedKey } from './certified-key.ts'
import { signedBy } from './certificate-signature.ts'

/** Remembers certificates whose signature was found good, and nothing else of them. */
export interface CertificateCache {
  /** As `readCertificate`. */
  read(der: Uint8Array): Outcome<Certificate>
  /** As `signedBy`. */
  signedBy(certificate: Certificate, issuer: CertifiedKey): boolean
}

interface Known {
  readonly certificate: Certificate
  /** The issuers' keys, hexadecimal, that were found to have signed it. */
  readonly signers: Set<string>
}

/**
 * A cache of at most `max` certificates; the one that was longest unused goes first. Only those that a trusted issuer has
 * signed get in, so that nobody else fills it. Issuers, validity, usage and names are looked at every time.
 */
export function certificateCache(max: number): CertificateCache {
  const known = new Map<string, Known>()
  const keys = new WeakMap<Certificate, string>()
  return {
    read(der) {
      const key = hex(sha256(der))
      const found = known.get(key)
      if (found !== undefined) {
        known.delete(key)
        known.set(key, found)
        return { ok: true, value: found.certificate }
      }
      const read = readCertificate(der)
      if (read.ok) keys.set(read.value, key)
      return read
    },
    signedBy(certificate, issuer) {
      const key = keys.get(certificate)
      if (key === undefined) return signedBy(certificate, issuer)
      const signer = `${issuer.algorithm} ${hex(issuer.octets)}`
      const found = known.get(key)
      if (found?.signers.has(signer) === true) return true
      if (!signedBy(certificate, issuer)) return false
      if (found === undefined) known.set(key, { certificate, signers: new Set([signer]) })
      else found.signers.add(signer)
      if (known.size > max) known.delete(known.keys().next().value!)
      return true
    },
  }
}
