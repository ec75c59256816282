// @peculiar/x509 asks for it before it is loaded itself.
// oxlint-disable-next-line import/no-unassigned-import
import 'reflect-metadata'
import { createHash, createPrivateKey, webcrypto, X509Certificate } from 'node:crypto'
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { hostname, networkInterfaces } from 'node:os'
import { isIP } from 'node:net'
import { join } from 'node:path'
import {
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
  type X509Certificate as Issued,
} from '@peculiar/x509'
import type { Certificate } from './certificate.ts'

/** Days that a certificate is good for: browsers refuse more than 398. */
const DAYS = 397
/** Days before its end at which a new one is made. Our choice. */
const RENEW_DAYS = 30
const DAY_MS = 86_400_000
const ECDSA = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const

/**
 * A certificate of our own making for this machine's names and addresses, kept in `folder` (0700), its private key in
 * `keyPlace`, and made anew when it nears its end or lacks a name. It is signed by an authority that lives only for that one signature: whoever trusts the
 * authority trusts nothing but this certificate, since its key is thrown away.
 *
 * @param names further host names and addresses it must be good for.
 */
export async function selfCertificate(
  folder: string,
  names: readonly string[],
  keyPlace: KeyPlace,
  nowMs: number = Date.now(),
): Promise<Certificate> {
  const wanted = [...new Set([...ownNames(), ...names.map(hostOf)])]
  const paths = { cert: join(folder, 'cert.pem'), ca: join(folder, 'ca.pem') }
  await adoptKey(join(folder, 'key.pem'), keyPlace)
  const kept = await readKept(paths, keyPlace)
  if (kept !== undefined && isGood(kept, wanted, nowMs)) return described(kept, paths.ca)
  const made = await issue(wanted, nowMs)
  await keyPlace.save(made.key)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  // cut off between these, they do not fit together, and the next start makes others
  for (const name of ['cert', 'ca'] as const) {
    await writeFile(`${paths[name]}.new`, made[name], { mode: 0o600 })
    await rename(`${paths[name]}.new`, paths[name])
  }
  return described(made, paths.ca)
}

/** Where the private key is kept, PEM: not in a file. */
export interface KeyPlace {
  load(): Promise<string | undefined>
  save(pem: string): Promise<void>
}

interface Pems {
  readonly key: string
  /** The certificate, then its authority's. */
  readonly cert: string
  readonly ca: string
}

function described(pems: Pems, caPath: string): Certificate {
  const { raw } = new X509Certificate(pems.ca)
  const fingerprint = createHash('sha256').update(raw).digest('hex').toUpperCase()
  return {
    key: pems.key,
    cert: pems.cert,
    authority: { pem: pems.ca, path: caPath, fingerprint: fingerprint.match(/../g)!.join(':') },
  }
}

/** Earlier versions kept the key in a file. Its octets are overwritten first, as far as the file system lets us. */
async function adoptKey(path: string, keyPlace: KeyPlace): Promise<void> {
  const pem = await readFile(path, 'utf8').catch(() => undefined)
  if (pem === undefined) return
  await keyPlace.save(pem)
  const { size } = await stat(path)
  await writeFile(path, Buffer.alloc(size), { flag: 'r+', flush: true })
  await rm(path)
}

async function readKept(
  paths: Record<'cert' | 'ca', string>,
  keyPlace: KeyPlace,
): Promise<Pems | undefined> {
  const key = await keyPlace.load()
  if (key === undefined) return undefined
  try {
    const [cert, ca] = await Promise.all(
      [paths.cert, paths.ca].map((path) => readFile(path, 'utf8')),
    )
    return { key, cert: cert!, ca: ca! }
  } catch {
    return undefined // a damaged set is replaced: nobody but browsers depends on it
  }
}

function isGood({ key, cert: pem }: Pems, names: readonly string[], nowMs: number): boolean {
  try {
    const cert = new X509Certificate(pem)
    if (!cert.checkPrivateKey(createPrivateKey(key))) return false
    if (cert.validToDate.getTime() < nowMs + RENEW_DAYS * DAY_MS) return false
    return names.every((name) =>
      isIP(name) === 0 ? cert.checkHost(name) !== undefined : cert.checkIP(name) !== undefined,
    )
  } catch {
    return false
  }
}

async function issue(names: readonly string[], nowMs: number): Promise<Pems> {
  cryptoProvider.set(webcrypto as Crypto)
  const notBefore = new Date(nowMs - DAY_MS) // clocks of phones are wrong
  const notAfter = new Date(nowMs + DAYS * DAY_MS)
  const [authority, own] = await Promise.all([keys(false), keys(true)])
  const name = `CN=hufu on ${hostname()}`
  const validity = { notBefore, notAfter, signingAlgorithm: ECDSA }
  const ca = await X509CertificateGenerator.createSelfSigned({
    ...validity,
    name: `${name} (signs nothing else)`,
    keys: authority,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true),
    ],
  })
  const cert = await X509CertificateGenerator.create({
    ...validity,
    subject: name,
    issuer: ca.subject,
    publicKey: own.publicKey,
    signingKey: authority.privateKey,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(
        names.map((value) => ({
          type: isIP(value) === 0 ? ('dns' as const) : ('ip' as const),
          value,
        })),
      ),
    ],
  })
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', own.privateKey)
  const pem = (one: Issued): string => `${one.toString('pem')}\n`
  return {
    key: `${PemConverter.encode(pkcs8, 'PRIVATE KEY')}\n`,
    cert: pem(cert) + pem(ca),
    ca: pem(ca),
  }
}

function keys(extractable: boolean): Promise<CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ECDSA, extractable, [
    'sign',
    'verify',
  ]) as Promise<CryptoKeyPair>
}

/** What others on the same network may call this machine. */
function ownNames(): readonly string[] {
  const host = hostname().toLowerCase()
  const addresses = Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .map(({ address }) => address)
    .filter((address) => !address.includes('%') && !address.startsWith('fe80'))
  const local = host.includes('.') ? [] : [`${host}.local`]
  return ['localhost', host, ...local, ...addresses].filter(
    (name) => isIP(name) !== 0 || isHostName(name),
  )
}

function isHostName(name: string): boolean {
  return /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(name)
}

/** `host` of `host:port`, `[v6]:port`, or itself. */
function hostOf(name: string): string {
  const bracketed = /^\[([^\]]+)\]/.exec(name)
  if (bracketed !== null) return bracketed[1]!
  return isIP(name) === 0 ? name.replace(/:\d+$/, '').toLowerCase() : name
}
