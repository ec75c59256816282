import { sha256 } from '../../crypto/index.ts'
import { certificateHash } from '../../identity/key-id.ts'
import type { CertificatePair } from '../../identity/security-key.ts'
import { encodeCbor } from '../../wire/cbor.ts'
import type { Carried } from '../../wire/schema.ts'
import type { Statement } from '../../wire/statement.ts'
import { newKey, type act } from './messages.ts'

/** What a user's key, or a terminal's chip, is asked to prove. */
export type Act = Carried<typeof act>
/** A key that is to be enrolled. */
export type NewKey = Carried<typeof newKey>

/** Where something is asked for: both ends know it from their own connection. */
export interface Place {
  /** Host and port by which the terminal reached the server. */
  readonly serverName: string
  /** 16 octets. */
  readonly serverId: Uint8Array
  /** Communication ID of the terminal, 32 octets. */
  readonly terminal: Uint8Array
}

/** The server's challenge and the random number that the key or its terminal made, 32 octets each. */
export interface Freshness {
  readonly challenge: Uint8Array
  readonly nonce: Uint8Array
}

/**
 * What a user's key signs to sign in, release, renew, add or revoke (A1, A4).
 *
 * @param subject what it is done to: see `Prove`; for a further key the hash of it.
 */
export function keyStatement(
  act: Act,
  place: Place,
  fresh: Freshness,
  by: {
    readonly user: string
    readonly certificates: CertificatePair
    readonly subject: Uint8Array
  },
): Statement {
  const { signing, agreement } = by.certificates
  return {
    ...common(act, place, fresh),
    role: 'user',
    users: [by.user],
    certificates: [certificateHash(signing), certificateHash(agreement)],
    payload: by.subject,
  }
}

/** What a terminal's chip makes a tag over (A5). It releases nothing but its own terminal, so there is no subject. */
export function chipStatement(act: Act, place: Place, fresh: Freshness, user: string): Statement {
  return {
    ...common(act, place, fresh),
    role: 'chip',
    users: [user],
    certificates: [],
    payload: new Uint8Array(0),
  }
}

/** What a new key signs to be enrolled: with an invitation, which is single-use and so needs no challenge. */
export function enrolStatement(
  place: Place,
  invitation: Uint8Array,
  nonce: Uint8Array,
  fresh: NewKey,
): Statement {
  return {
    purpose: 'enrol',
    role: 'user',
    server: place.serverName,
    users: [],
    certificates: [],
    terminal: place.terminal,
    session: invitation,
    nonces: [new Uint8Array(0), nonce],
    suites: SUITES,
    payload: newKeyHash(fresh),
  }
}

/** A hash over a key that is to be enrolled, its passkey's part and all, 32 octets. */
export function newKeyHash(fresh: NewKey): Uint8Array {
  return sha256(encodeCbor(newKey.write(fresh)))
}

const SUITES: readonly string[] = ['hufu.1']

function common(
  act: Act,
  { serverName, serverId, terminal }: Place,
  { challenge, nonce }: Freshness,
): Pick<Statement, 'purpose' | 'server' | 'terminal' | 'session' | 'nonces' | 'suites'> {
  return {
    purpose: act,
    server: serverName,
    terminal,
    session: serverId,
    nonces: [challenge, nonce],
    suites: SUITES,
  }
}
