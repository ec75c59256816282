import {
  keyIdOf,
  namespaceOf,
  type CertificatePair,
  type OwnKind,
  type PublicKeys,
} from '@hufu/protocol/identity'
import { failed, type Outcome } from '@hufu/protocol/wire'
import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import { revokedCertificates, type CertificateRow } from '../store/keys.ts'
import type { Store } from '../store/store.ts'
import type { Vault } from '../vault/vault.ts'
import { loadIssuers, type Issuers } from './issuers.ts'
import { keptFor } from './kept-for.ts'
import { EARLY_MS, newSerial, openRoot, type Root } from './root.ts'
import type { TokenRoot } from './token-root.ts'
import type { Issuing, Leaf, Validity } from './x509.ts'

/** What it needs of the house. */
export interface CertifierPorts {
  readonly store: Pick<Store, 'read' | 'write'>
  readonly vault: Vault
  readonly clock: Clock
  readonly config: Pick<Config, 'namespace' | 'certificateLifetimeMs'>
  /** Where the issuing key is to be, if not in the vault. */
  readonly token?: TokenRoot | undefined
}

/** Two certificates for a key, and what is to be noted of them when they are handed out. */
export interface IssuedPair {
  readonly certificates: CertificatePair
  /** When they end. */
  readonly expires: number
  readonly rows: readonly CertificateRow[]
}

/** The hand that holds the issuing key: certifies keys of users of its own namespaces. */
export interface Certifier {
  readonly issuers: Issuers
  /** Whether it certifies users of this namespace. */
  isOurs(namespace: string): boolean
  /**
   * Certifies a user's key; the caller notes the rows in the transaction in which it hands them out. Codes:
   * `ERR_CERT_NAMESPACE` if that user is not of its own namespaces.
   *
   * @throws {HufuError} `ERR_VAULT_…`; `ERR_HSM_…`, `ERR_CONFIG` where the key is, or is not, in a token.
   */
  issue(user: string, kind: OwnKind, keys: PublicKeys): Promise<Outcome<IssuedPair>>
  /** Its own certificate, DER. Rejects as {@link issue}. */
  ownCertificate(): Promise<Uint8Array>
  /** What it has certified and revoked, DER: a list of at most a minute of age, unless {@link revoked} was called. */
  revocationList(): Promise<Uint8Array>
  /** Something was revoked. */
  revoked(): void
}

/** Milliseconds for which a revocation list is handed out again; after them, and for a day, whoever has it looks for another. */
const LIST_KEPT_MS = 60_000
const LIST_LIFETIME_MS = 86_400_000

/** The certifier over a store. */
export async function openCertifier(ports: CertifierPorts): Promise<Certifier> {
  const { clock, config, store, token, vault } = ports
  const issuers = await loadIssuers(store, clock)
  const roots = new Map<string, Promise<Root>>()
  const rootOf = (namespace: string): Promise<Root> => {
    const known = roots.get(namespace)
    if (known !== undefined) return known
    const inToken = namespace === config.namespace ? token : undefined
    const places = { store, vault, token: inToken }
    const opened = openRoot(places, namespace, clock.wall()).then(async (root) => {
      await issuers.reload()
      return root
    })
    roots.set(namespace, opened)
    opened.catch(() => roots.delete(namespace))
    return opened
  }
  const isOurs = (namespace: string): boolean =>
    namespace === config.namespace || issuers.certifies(namespace, true)
  const list = keptFor(LIST_KEPT_MS, clock, async (now) => {
    const { id, issuing } = await rootOf(config.namespace)
    const { makeRevocationList } = await import('./x509.ts')
    const revoked = await store.read((db) => revokedCertificates(db, id, clock.wall()))
    const validity = { notBefore: new Date(now), notAfter: new Date(now + LIST_LIFETIME_MS) }
    return makeRevocationList(issuing, revoked, now, validity)
  })
  return {
    issuers,
    isOurs,
    async issue(user, kind, keys) {
      const namespace = namespaceOf(user)
      if (!isOurs(namespace)) return failed('ERR_CERT_NAMESPACE')
      const root = await rootOf(namespace)
      const now = clock.wall()
      const expires = now + config.certificateLifetimeMs
      const validity = { notBefore: new Date(now - EARLY_MS), notAfter: new Date(expires) }
      return { ok: true, value: await issuePair(root, { user, kind, keys }, validity) }
    },
    ownCertificate: async () => (await rootOf(config.namespace)).certificate,
    revocationList: list.get,
    revoked: list.drop,
  }
}

async function issuePair(
  root: Root,
  { user, kind, keys }: { user: string; kind: OwnKind; keys: PublicKeys },
  validity: Validity,
): Promise<IssuedPair> {
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
