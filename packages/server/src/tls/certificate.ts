import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { HufuError } from '@hufu/protocol/wire'
import type { Config } from '../config.ts'
import type { KeyPlace } from './self.ts'

/** What the server shows to those who come by TLS. PEM. */
export interface Certificate {
  readonly key: string
  /** The certificate, then those that lead to its authority. */
  readonly cert: string
  /** Of a certificate that we have made: what others have to trust, and by what they know it. */
  readonly authority?: { readonly pem: string; readonly path: string; readonly fingerprint: string }
}

/**
 * The certificate that the configuration asks for: a given one, one of our own making (its key in `keyPlace`), or none.
 *
 * @throws {HufuError} `ERR_CONFIG` if it cannot be read, does not fit its key, or only half of it is given.
 */
export async function certificateOf(
  config: Config,
  keyPlace: KeyPlace,
): Promise<Certificate | undefined> {
  const { tls, tlsCert, tlsKey } = config
  if (tls === 'self') {
    if (tlsCert !== '' || tlsKey !== '')
      throw new HufuError(
        'ERR_CONFIG',
        '--tls self makes a certificate: leave --tls-cert and --tls-key out',
      )
    const { selfCertificate } = await import('./self.ts')
    return selfCertificate(join(config.data, 'tls'), config.names, keyPlace)
  }
  if (tlsCert === '' && tlsKey === '') return undefined
  if (tlsCert === '' || tlsKey === '')
    throw new HufuError('ERR_CONFIG', '--tls-cert and --tls-key go together')
  const [cert, key] = await Promise.all([read('tls-cert', tlsCert), read('tls-key', tlsKey)])
  const own = parsed(() => new X509Certificate(cert), `--tls-cert ${tlsCert} holds no certificate`)
  const secret = parsed(
    () => createPrivateKey(key),
    `--tls-key ${tlsKey} holds no private key that can be read`,
  )
  if (!own.checkPrivateKey(secret))
    throw new HufuError(
      'ERR_CONFIG',
      `the key in ${tlsKey} is not that of the certificate in ${tlsCert}`,
    )
  return { cert, key }
}

async function read(flag: string, path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw new HufuError('ERR_CONFIG', `--${flag}: ${path} cannot be read`, { cause })
  })
}

function parsed<T>(parse: () => T, complaint: string): T {
  try {
    return parse()
  } catch (cause) {
    throw new HufuError('ERR_CONFIG', complaint, { cause })
  }
}
