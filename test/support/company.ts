import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CertificatePair, PublicKeys } from '@hufu/protocol/identity'

/** A company's own authority, by OpenSSL: P-256. */
export interface Company {
  /** Its own certificate, PEM. */
  readonly certificate: string
  /** Certificates for a user's two keys on P-256, good for `days`. */
  certify(keys: PublicKeys, user: string, days?: number): CertificatePair
}

/** The authority whose files are in a folder; they are made if there are none. */
export function company(folder: string): Company {
  const at = (name: string): string => join(folder, `company-${name}`)
  const openssl = (...args: readonly string[]): Buffer =>
    execFileSync('openssl', args.join(' ').split(' '), { stdio: 'pipe' })
  if (!existsSync(at('ca.pem')))
    openssl(
      'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=Company -days 9',
      `-addext keyUsage=critical,keyCertSign -keyout ${at('ca.key')} -out ${at('ca.pem')}`,
    )
  const issue = (point: Uint8Array, user: string, more: { usage: string; days: number }) => {
    // a request is signed by its own key, which may be in a token: so it is another's, with the public key put in its place
    writeFileSync(at('key.der'), Buffer.concat([P256_KEY, point]))
    const names = `subjectAltName=email:${user}\nbasicConstraints=critical,CA:false\n`
    writeFileSync(at('ext'), `${names}keyUsage=critical,${more.usage}\n`)
    openssl(
      `req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=${user}`,
      `-keyout ${at('o.key')} -out ${at('o.csr')}`,
    )
    openssl(
      `x509 -req -in ${at('o.csr')} -CA ${at('ca.pem')} -CAkey ${at('ca.key')} -CAcreateserial`,
      `-force_pubkey ${at('key.der')} -keyform DER -extfile ${at('ext')} -days ${more.days}`,
      `-outform DER -out ${at('c.der')}`,
    )
    return Uint8Array.from(readFileSync(at('c.der')))
  }
  return {
    certificate: readFileSync(at('ca.pem'), 'utf8'),
    certify: ({ signing, agreement }, user, days = 5) => ({
      signing: issue(signing, user, { usage: 'digitalSignature', days }),
      agreement: issue(agreement, user, { usage: 'keyAgreement', days }),
    }),
  }
}

/** SubjectPublicKeyInfo of P-256 up to its point (RFC 5480 §2). */
const P256_KEY = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex')
