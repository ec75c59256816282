import { sha256 } from '@hufu/protocol/crypto'
import {
  certificateCache,
  keyIdOf,
  namespaceOf,
  readIssuer,
  type CertificatePair,
  type OwnKind,
  type PublicKeys,
  type TrustedIssuer,
} from '@hufu/protocol/identity'
import type { CarriedIssuer, Grounds } from '@hufu/protocol/signin'
import { HufuError, failed, type ErrorCode, type Outcome } from '@hufu/protocol/wire'
import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import { listIssuers, type IssuerRow } from '../store/issuers.ts'
import { revokedCertificates, type CertificateRow } from '../store/keys.ts'
import type { Store } from '../store/store.ts'
import type { Vault } from '../vault/vault.ts'
import { EARLY_MS, certificateOf, newSerial, openRoot, type Root } from './root.ts'
import type { Issuing, Leaf, Validity } from './x509.ts'

/** What it needs of the house. */
export interface AuthorityPorts {
  readonly store: Pick<Store, 'read' | 'write'>
  readonly vault: Vault
  readonly clock: Clock
  readonly config: Pick<Config, 'namespace' | 'certificateLifetimeMs'>
}

/** What certificates are checked against. */
export type Trust = Pick<Required<Grounds>, 'issuers' | 'nowUnixMs' | 'cache'>

/** Two certificates for a key, and what is to be noted of them when they are handed out. */
export interface Issued {
  readonly certificates: CertificatePair
  /** When they end. */
  readonly expires: number
  readonly rows: readonly CertificateRow[]
}

/** Who may speak for which user: certifies keys of this server's users, and checks those of everybody. */
export interface Authority {
  /** Whose users this server's own authority certifies. */
  readonly namespace: string
  /** All who are trusted, as terminals are told. */
  told(): readonly CarriedIssuer[]
  /** All who are trusted, as certificates are checked against them, and what was found good before. */
  trust(): Trust
  /** `ERR_CERT_NAMESPACE` if nobody who is trusted certifies this user. */
  faultOf(user: string): ErrorCode | undefined
  /**
   * Certifies a user's key; the caller notes the rows in the transaction in which it hands them out. Codes:
   * `ERR_CERT_NAMESPACE` if that user is not of this server's own namespaces.
   *
   * @throws {HufuError} `ERR_VAULT_…`.
   */
  issue(user: string, kind: OwnKind, keys: PublicKeys): Promise<Outcome<Issued>>
  /** Looks again who is trusted: somebody was added or removed. */
  reload(): Promise<void>
  /** The certificate of this server's own authority, DER. */
  ownCertificate(): Promise<Uint8Array>
  /** What it has certified and revoked, DER: a list of at most {@link LIST_KEPT_MS} of age, unless {@link revoked} was called. */
  revocationList(): Promise<Uint8Array>
  /** Something was revoked. */
  revoked(): void
}

/** Certificates whose signature is remembered: two for each of 10,000 users. Some kilobytes each. Our choice. */
const REMEMBERED = 20_000
/** Milliseconds for which a revocation list is handed out again; after them, and for a day, whoever has it looks for another. */
export const LIST_KEPT_MS = 60_000
const LIST_LIFETIME_MS = 86_400_000
/**
 * Octets of all that terminals are told of issuers: beside two certificates of 4,096 octets it must fit into a control
 * message of 16,384. Our choice.
 */
export const MOST_TOLD_OCTETS = 6_144

/** The authority over a store, with whoever it trusts. */
export async function openAuthority(ports: AuthorityPorts): Promise<Authority> {
  const { clock, config, store, vault } = ports
  const cache = certificateCache(REMEMBERED)
  const roots = new Map<string, Promise<Root>>()
  let issuers: readonly TrustedIssuer[] = []
  let list: { readonly made: number; readonly octets: Promise<Uint8Array> } | undefined

  const reload = async (): Promise<void> => {
    issuers = (await store.read(listIssuers)).map(trustedOf)
  }
  const rootOf = (namespace: string): Promise<Root> => {
    const known = roots.get(namespace)
    if (known !== undefined) return known
    const opened = openRoot(store, vault, namespace, clock.wall()).then(async (root) => {
      await reload()
      return root
    })
    roots.set(namespace, opened)
    opened.catch(() => roots.delete(namespace))
    return opened
  }
  const isOurs = (namespace: string): boolean =>
    namespace === config.namespace ||
    issuers.some(({ ours, namespaces }) => ours && namespaces.includes(namespace))
  const makeList = async (now: number): Promise<Uint8Array> => {
    const { id, issuing } = await rootOf(config.namespace)
    const { makeRevocationList } = await import('./x509.ts')
    const revoked = await store.read((db) => revokedCertificates(db, id, clock.wall()))
    const validity = { notBefore: new Date(now), notAfter: new Date(now + LIST_LIFETIME_MS) }
    return makeRevocationList(issuing, revoked, now, validity)
  }

  await reload()
  return {
    namespace: config.namespace,
    told: () =>
      issuers.map(({ certificate, namespaces, ours }) => ({
        certificate: certificate.der,
        namespaces,
        ours,
      })),
    trust: () => ({ issuers, nowUnixMs: clock.wall(), cache }),
    faultOf(user) {
      const namespace = namespaceOf(user)
      const known = issuers.some(({ namespaces }) => namespaces.includes(namespace))
      return known || isOurs(namespace) ? undefined : 'ERR_CERT_NAMESPACE'
    },
    async issue(user, kind, keys) {
      const namespace = namespaceOf(user)
      if (!isOurs(namespace)) return failed('ERR_CERT_NAMESPACE')
      const root = await rootOf(namespace)
      const now = clock.wall()
      const expires = now + config.certificateLifetimeMs
      const validity = { notBefore: new Date(now - EARLY_MS), notAfter: new Date(expires) }
      return { ok: true, value: await issuePair(root, { user, kind, keys }, validity) }
    },
    reload,
    ownCertificate: async () => (await rootOf(config.namespace)).certificate,
    revocationList() {
      const now = clock.wall()
      if (list === undefined || now - list.made >= LIST_KEPT_MS || now < list.made) {
        const made = { made: now, octets: makeList(now) }
        made.octets.catch(() => {
          if (list === made) list = undefined
        })
        list = made
      }
      return list.octets
    },
    revoked() {
      list = undefined
    },
  }
}

/**
 * An issuer that an operator wants to be trusted, as a row.
 *
 * @throws {HufuError} the codes of `readIssuer`.
 */
export function issuerRow(
  der: Uint8Array,
  namespaces: readonly string[],
): Omit<IssuerRow, 'added'> {
  const read = readIssuer(der)
  if (!read.ok) throw new HufuError(read.code)
  const distinct = [...new Set(namespaces)].toSorted()
  return { id: sha256(der), certificate: der, namespaces: distinct, ours: false }
}

/** Octets that terminals are told of these. */
export function toldOctets(
  issuers: readonly Pick<IssuerRow, 'certificate' | 'namespaces'>[],
): number {
  return issuers.reduce(
    (sum, { certificate, namespaces }) => sum + certificate.length + namespaces.join('..').length,
    0,
  )
}

async function issuePair(
  root: Root,
  { user, kind, keys }: { user: string; kind: OwnKind; keys: PublicKeys },
  validity: Validity,
): Promise<Issued> {
  const { makeLeaf } = await import('./x509.ts')
  const serials = { signing: newSerial(), agreement: newSerial() }
  const leaf = (use: Leaf['use'], issuing: Issuing): Promise<Uint8Array> => {
    const algorithm = keys.algorithm === 'p256' ? 'p256' : use === 'signing' ? 'ed25519' : 'x25519'
    const publicKey = { algorithm, octets: keys[use] } as const
    return makeLeaf(issuing, { user, kind, use, publicKey }, serials[use], validity)
  }
  const [signing, agreement] = await Promise.all([
    leaf('signing', root.issuing),
    leaf('agreement', root.issuing),
  ])
  const expires = validity.notAfter.getTime()
  const row = { issuer: root.id, key: keyIdOf(keys), expires }
  return {
    certificates: { signing, agreement },
    expires,
    rows: [serials.signing, serials.agreement].map((serial) => ({ ...row, serial })),
  }
}

function trustedOf({ certificate, namespaces, ours }: IssuerRow): TrustedIssuer {
  return { certificate: certificateOf(certificate), namespaces, ours }
}
