import { random, sha256, Secret } from '@hufu/protocol/crypto'
import { readIssuer, type Certificate } from '@hufu/protocol/identity'
import { HufuError } from '@hufu/protocol/wire'
import type { UnixMs } from '../clock.ts'
import { listIssuers, putIssuer } from '../store/issuers.ts'
import type { Db } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import type { SecretPlace, Vault } from '../vault/vault.ts'
import type { Issuing } from './x509.ts'

/** This server's own authority over one namespace. */
export interface Root {
  /** SHA-256 over its certificate, 32 octets. */
  readonly id: Uint8Array
  readonly namespace: string
  /** DER. */
  readonly certificate: Uint8Array
  readonly issuing: Issuing
}

/** Years that a root is good for. What it certifies lives for weeks. Our choice. */
const YEARS = 10
const YEAR_MS = 365.25 * 86_400_000
/** Milliseconds before now from which what is issued is good: clocks differ. Our choice. */
export const EARLY_MS = 300_000
/** Octets of a serial number (RFC 5280 §4.1.2.2 allows 20). */
const SERIAL_OCTETS = 16

/**
 * The root over `namespace`, made at its first use: its key in the vault, its certificate among the issuers.
 *
 * @throws {HufuError} `ERR_VAULT_…` if its key does not open.
 */
export async function openRoot(
  store: Pick<Store, 'read' | 'write'>,
  vault: Vault,
  namespace: string,
  now: UnixMs,
): Promise<Root> {
  const { importAuthorityKey, makeAuthorityKey, makeRoot } = await import('./x509.ts')
  const kept = await store.read((db) => loadRoot(db, vault, namespace))
  if (kept !== undefined) {
    using secret = kept.pkcs8
    const signingKey = await importAuthorityKey(secret.expose())
    return rootOf(kept.certificate, namespace, signingKey)
  }
  const made = await makeAuthorityKey()
  using pkcs8 = new Secret(made.pkcs8)
  const issuing = { name: nameOf(namespace), ...made }
  const notBefore = new Date(now - EARLY_MS)
  const validity = { notBefore, notAfter: new Date(now + YEARS * YEAR_MS) }
  const certificate = await makeRoot(issuing, namespace, newSerial(), validity)
  const row = { id: sha256(certificate), certificate, namespaces: [namespace], ours: true }
  const first = await store.write('durable', async (db) => {
    if ((await loadRoot(db, vault, namespace)) !== undefined) return false
    await vault.put(db, keyPlace(namespace), pkcs8)
    await putIssuer(db, row, now)
    return true
  })
  // another node was faster
  if (!first) return openRoot(store, vault, namespace, now)
  return rootOf(certificate, namespace, made.signingKey)
}

/** A serial number, 16 octets: positive, and never shorter in DER. */
export function newSerial(): Uint8Array {
  const serial = random(SERIAL_OCTETS)
  serial[0] = (serial[0]! & 0x7f) | 0x40
  return serial
}

function rootOf(
  certificate: Uint8Array,
  namespace: string,
  signingKey: Issuing['signingKey'],
): Root {
  const { publicKey } = certificateOf(certificate)
  const issuing = { name: nameOf(namespace), publicKey, signingKey }
  return { id: sha256(certificate), namespace, certificate, issuing }
}

/**
 * The certificate of an issuer, as the tables have it.
 *
 * @throws {HufuError} `ERR_VAULT_DAMAGED` if it is none.
 */
export function certificateOf(der: Uint8Array): Certificate {
  const read = readIssuer(der)
  if (read.ok) return read.value
  throw new HufuError(
    'ERR_VAULT_DAMAGED',
    `the certificate of an issuer does not read: ${read.code}`,
  )
}

async function loadRoot(
  db: Db,
  vault: Vault,
  namespace: string,
): Promise<{ readonly certificate: Uint8Array; readonly pkcs8: Secret } | undefined> {
  const issuers = await listIssuers(db)
  const own = issuers.find(({ ours, namespaces }) => ours && namespaces.includes(namespace))
  if (own === undefined) return undefined
  const pkcs8 = await vault.open(db, keyPlace(namespace))
  if (pkcs8 === undefined)
    throw new HufuError('ERR_VAULT_DAMAGED', 'the vault has lost the key of the authority')
  return { certificate: own.certificate, pkcs8 }
}

function keyPlace(namespace: string): SecretPlace {
  return { owner: 'authority', name: namespace }
}

function nameOf(namespace: string): string {
  return `CN=hufu authority of ${namespace}`.slice(0, 67)
}
