import { sha256 } from '@hufu/protocol/crypto'
import { certificateCache, readIssuer, type TrustedIssuer } from '@hufu/protocol/identity'
import type { CarriedIssuer, Grounds } from '@hufu/protocol/signin'
import { HufuError } from '@hufu/protocol/wire'
import type { Clock } from '../clock.ts'
import { listIssuers, type IssuerRow } from '../store/issuers.ts'
import type { Store } from '../store/store.ts'
import { certificateOf } from './root.ts'

/** What certificates are checked against. */
export type Trust = Pick<Required<Grounds>, 'issuers' | 'nowUnixMs' | 'cache'>

/** All who are trusted, as the tables had them when they were last looked at. */
export interface Issuers {
  /** As terminals are told. */
  told(): readonly CarriedIssuer[]
  /** As certificates are checked against them, with what was found good before. */
  trust(): Trust
  /** Somebody certifies users of this namespace; `ours`: this server's own authority does. */
  certifies(namespace: string, ours?: true): boolean
  /** Looks again: somebody was added or removed. */
  reload(): Promise<void>
}

/** Certificates whose signature is remembered: two for each of 10,000 users. Some kilobytes each. Our choice. */
const REMEMBERED = 20_000
/**
 * Octets of all that terminals are told of issuers: beside two certificates of 4,096 octets it must fit into a control
 * message of 16,384. Our choice.
 */
export const MOST_TOLD_OCTETS = 6_144

/**
 * The issuers of a store.
 *
 * @throws {HufuError} `ERR_VAULT_DAMAGED` if one of them does not read.
 */
export async function loadIssuers(store: Pick<Store, 'read'>, clock: Clock): Promise<Issuers> {
  const cache = certificateCache(REMEMBERED)
  let issuers: readonly TrustedIssuer[] = []
  const reload = async (): Promise<void> => {
    issuers = (await store.read(listIssuers)).map(trustedOf)
  }
  await reload()
  return {
    told: () =>
      issuers.map(({ certificate, namespaces, ours }) => ({
        certificate: certificate.der,
        namespaces,
        ours,
      })),
    trust: () => ({ issuers, nowUnixMs: clock.wall(), cache }),
    certifies: (namespace, ours) =>
      issuers.some((each) => each.namespaces.includes(namespace) && (each.ours || ours !== true)),
    reload,
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

function trustedOf({ certificate, namespaces, ours }: IssuerRow): TrustedIssuer {
  return { certificate: certificateOf(certificate), namespaces, ours }
}
