import { equal, random, sha256, Secret } from '@hufu/protocol/crypto'
import { readIssuer, type Certificate } from '@hufu/protocol/identity'
import { HufuError } from '@hufu/protocol/wire'
import type { UnixMs } from '../clock.ts'
import { listIssuers, putIssuer } from '../store/issuers.ts'
import type { Db } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import type { SecretPlace, Vault } from '../vault/vault.ts'
import type { TokenRoot } from './token-root.ts'
import type { AuthorityKey, Issuing } from './x509.ts'

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

/** Where roots are kept. */
export interface RootPlaces {
  readonly store: Pick<Store, 'read' | 'write'>
  readonly vault: Vault
  /** Where the key of a new one is to be, and that of this one must be, if not in the vault. */
  readonly token: TokenRoot | undefined
}

/**
 * The root over `namespace`, made at its first use: its key in the vault or a token, its certificate among the issuers.
 *
 * @throws {HufuError} `ERR_VAULT_…`, `ERR_HSM_…` if its key does not open; `ERR_CONFIG` if it is not where it must be.
 */
export async function openRoot(places: RootPlaces, namespace: string, now: UnixMs): Promise<Root> {
  const { store, token, vault } = places
  const { importAuthorityKey, makeAuthorityKey } = await import('./x509.ts')
  const known = await store.read((db) => rootRow(db, namespace))
  if (token !== undefined) {
    const key = await token.open()
    if (known !== undefined) return rootInToken(known, namespace, key)
    const issuing = { ...issuingOf(namespace, key.publicKey), signingKey: key }
    return makeRootOver(places, { issuing, namespace }, now)
  }
  if (known !== undefined) {
    using secret = await store.read((db) => vault.open(db, keyPlace(namespace)))
    if (secret === undefined)
      throw new HufuError(
        'ERR_VAULT_DAMAGED',
        'the vault has no key of the authority: it is lost, or in a token that authority-pkcs11-key names',
      )
    return rootOf(known, namespace, await importAuthorityKey(secret.expose()))
  }
  const made = await makeAuthorityKey()
  using pkcs8 = new Secret(made.pkcs8)
  const issuing = { ...issuingOf(namespace, made.publicKey.octets), signingKey: made.signingKey }
  // the secret is wiped when this function is left
  return await makeRootOver(places, { issuing, namespace, pkcs8 }, now)
}

interface NewRoot {
  readonly issuing: Issuing
  readonly namespace: string
  /** For the vault. */
  readonly pkcs8?: Secret
}

async function makeRootOver(
  places: RootPlaces,
  { issuing, namespace, pkcs8 }: NewRoot,
  now: UnixMs,
): Promise<Root> {
  const { makeRoot } = await import('./x509.ts')
  const notBefore = new Date(now - EARLY_MS)
  const validity = { notBefore, notAfter: new Date(now + YEARS * YEAR_MS) }
  const certificate = await makeRoot(issuing, namespace, newSerial(), validity)
  const row = { id: sha256(certificate), certificate, namespaces: [namespace], ours: true }
  const first = await places.store.write('durable', async (db) => {
    if ((await rootRow(db, namespace)) !== undefined) return false
    if (pkcs8 !== undefined) await places.vault.put(db, keyPlace(namespace), pkcs8)
    await putIssuer(db, row, now)
    return true
  })
  // another node was faster
  if (!first) return openRoot(places, namespace, now)
  return rootOf(certificate, namespace, issuing.signingKey)
}

function rootInToken(
  certificate: Uint8Array,
  namespace: string,
  key: { readonly publicKey: Uint8Array } & AuthorityKey,
): Root {
  if (equal(certificateOf(certificate).publicKey.octets, key.publicKey))
    return rootOf(certificate, namespace, key)
  throw new HufuError(
    'ERR_CONFIG',
    `the authority of ${namespace} has another key than the one that authority-pkcs11-key names; a token is chosen before the first user, or for another namespace`,
  )
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

async function rootRow(db: Db, namespace: string): Promise<Uint8Array | undefined> {
  const issuers = await listIssuers(db)
  const own = issuers.find(({ ours, namespaces }) => ours && namespaces.includes(namespace))
  return own?.certificate
}

function issuingOf(namespace: string, octets: Uint8Array): Omit<Issuing, 'signingKey'> {
  return { name: nameOf(namespace), publicKey: { algorithm: 'p256', octets } }
}

/** Where the key of a root is kept. */
export function keyPlace(namespace: string): SecretPlace {
  return { owner: 'authority', name: namespace }
}

function nameOf(namespace: string): string {
  return `CN=hufu authority of ${namespace}`.slice(0, 67)
}
