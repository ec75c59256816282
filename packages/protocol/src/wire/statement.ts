import { encodeCbor } from './cbor.ts'

/** What a signature is for. A signature made for one purpose never verifies as another. */
export type Purpose =
  | 'connect'
  /** A new key claims its place, with an invitation. */
  | 'enrol'
  /** A user's key asks for what only that user may have done. */
  | 'sign-in'
  | 'release'
  | 'renew'
  | 'add-key'
  | 'revoke-key'
  /** A user's key, to the other end of a pairing. */
  | 'pair'
  /** A user's KEY, in a call: to its host, to its members, to the server. */
  | 'call-join'
  | 'call-welcome'
  | 'call-check'
  /** By a per-call key: a call's host, to its members. */
  | 'call-roster'
  | 'call-hop'
  | 'call-fresh'
  | 'call-beat'
  | 'call-again'
  | 'call-hand-over'
  | 'call-end'
  /** By a per-call key: a member, to all. */
  | 'call-return'
  | 'call-leave'

/**
 * The one thing that hufu ever signs (docs/protocol.md, "Signed statement"). The verifier builds it from its own state; nobody
 * signs octets that a peer has put together.
 */
export interface Statement {
  readonly purpose: Purpose
  readonly role: string
  /** Host and port by which the signer reached the server. */
  readonly server: string
  readonly users: readonly string[]
  readonly certificates: readonly Uint8Array[]
  /** SHA-256 over the terminal's key: its communication ID. */
  readonly terminal: Uint8Array
  /** Session or call id, empty where there is none. */
  readonly session: Uint8Array
  /** The verifier's nonce, then the signer's. */
  readonly nonces: readonly [Uint8Array, Uint8Array]
  readonly suites: readonly string[]
  /** Hash of whatever else is signed, empty where there is nothing. */
  readonly payload: Uint8Array
}

/** The octets to sign: one canonical CBOR array that starts with `"hufu/1"`. */
export function statementOctets(statement: Statement): Uint8Array {
  return encodeCbor([
    'hufu/1',
    statement.purpose,
    statement.role,
    statement.server,
    statement.users,
    statement.certificates,
    statement.terminal,
    statement.session,
    statement.nonces,
    statement.suites,
    statement.payload,
  ])
}
