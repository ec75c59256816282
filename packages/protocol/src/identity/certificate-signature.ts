import { ed25519 } from '../crypto/index.ts'
import { ecdsaP256 } from '../crypto/more.ts'
import type { Certificate } from './certificate.ts'
import type { CertifiedKey } from './certified-key.ts'

/** Whether the key of an issuer has signed the certificate. */
export function signedBy({ signed, signature }: Certificate, issuer: CertifiedKey): boolean {
  if (signature.scheme === 'ed25519')
    return issuer.algorithm === 'ed25519' && ed25519.verify(issuer.octets, signed, signature.octets)
  if (signature.scheme === 'other' || issuer.algorithm !== 'p256') return false
  return ecdsaP256.verify(issuer.octets, signed, signature.octets)
}
