import type { Statement } from '../wire/statement.ts'
import { certificateHash } from './key-id.ts'
import type { CertificatePair } from './security-key.ts'

/** Octets of the value that binds an introduction to one session. */
export const BOUND_OCTETS = 32

/** Where a user's KEY shows itself: one end of one session. */
export interface Introduction {
  /** Of the end that shows it. */
  readonly role: 'initiator' | 'responder'
  /** Communication ID of the terminal that shows it, 32 octets. */
  readonly terminal: Uint8Array
  /** Id of the session at the server, 16 octets. */
  readonly session: Uint8Array
  /** What the session's first keys export as `identity`, {@link BOUND_OCTETS} octets: no other session gives the same. */
  readonly bound: Uint8Array
}

/**
 * What a KEY signs to show the other end of a session whose it is. Without nonces, as the session is fresh by itself, and
 * without the server's name: the two ends may have dialled it by different ones, and it has no part in this.
 */
export function introductionStatement(
  { role, terminal, session, bound }: Introduction,
  user: string,
  certificates: CertificatePair,
): Statement {
  return {
    purpose: 'pair',
    role,
    server: '',
    users: [user],
    certificates: [certificateHash(certificates.signing), certificateHash(certificates.agreement)],
    terminal,
    session,
    nonces: [new Uint8Array(0), new Uint8Array(0)],
    suites: ['hufu.1'],
    payload: bound,
  }
}
