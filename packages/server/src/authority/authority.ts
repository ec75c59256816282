import type { CertificatePair, VerifiedKey } from '@hufu/protocol/identity'
import type {
  AddKey,
  CarriedIssuer,
  Enrol,
  EnrolChip,
  Issued,
  OpenChallenge,
  Place,
  Prove,
} from '@hufu/protocol/signin'
import type { ErrorCode, MessageOf, Outcome } from '@hufu/protocol/wire'
import type { Trust } from './issuers.ts'

/** What a terminal is told of a key that is enrolled. */
export type IssuedBody = Omit<MessageOf<typeof Issued>, 'type' | 'ref'>

/** What a terminal is told of a key's new certificates. */
export interface Renewed {
  readonly user: string
  readonly certificates: CertificatePair
}

/** Something that a key has proved, with the challenge that it was asked by. */
export interface Answered<M> {
  readonly asked: OpenChallenge
  readonly message: M
}

/**
 * Who may speak for which user. In the server's own process (`own.ts`) it holds the issuing key and the secrets of
 * invitations; elsewhere (`apart/`) the server has none of them, passes on what terminals send, and checks what comes back.
 * Either way users and their keys stand in this server's tables when a call resolves.
 *
 * What is passed on may end with `ERR_AUTHORITY`: the authority cannot be reached, or does not let this server in.
 */
export interface Authority {
  /** Where it is, if not in this process: a URL. There operators invite, and trust issuers from outside. */
  readonly apart: string | undefined
  /** Whose users it certifies. */
  readonly namespace: string
  /** All who are trusted, as terminals are told. */
  told(): readonly CarriedIssuer[]
  /** All who are trusted, as certificates are checked against them, and what was found good before. */
  trust(): Trust
  /** `ERR_CERT_NAMESPACE` if nobody who is trusted certifies this user. */
  faultOf(user: string): ErrorCode | undefined
  /**
   * Enrols a key with an invitation, or with a recovery code. Who has lost the answer gets it again, by the same key only.
   *
   * Codes: `ERR_ENROL_CODE`, `ERR_ENROL_KEYS`, `ERR_ENROL_LIMIT`, `ERR_KEY_EXISTS`, `ERR_USER_SUSPENDED`, and for a key from
   * outside those of `verifyKey`.
   */
  enrol(place: Place, message: MessageOf<typeof Enrol>): Promise<Outcome<IssuedBody>>
  /** Enrols a terminal's chip with an invitation. Codes: `ERR_ENROL_CODE`, `ERR_USER_SUSPENDED`. */
  enrolChip(place: Place, message: MessageOf<typeof EnrolChip>): Promise<Outcome<undefined>>
  /**
   * Takes a further key of a user that another of their keys vouches for.
   *
   * Codes: those of `judgeAddKey`; `ERR_KEY_UNKNOWN`, `ERR_KEY_REVOKED`, `ERR_USER_SUSPENDED` of the one that vouches;
   * `ERR_ENROL_LIMIT`, `ERR_KEY_EXISTS`.
   */
  addKey(place: Place, further: Answered<MessageOf<typeof AddKey>>): Promise<Outcome<IssuedBody>>
  /**
   * Gives a key new certificates if those that it has are in the last third of their life, and otherwise those again: nobody
   * fills the tables by asking.
   *
   * Codes: `ERR_KEY_UNKNOWN`, `ERR_KEY_REVOKED`, `ERR_USER_SUSPENDED`; `ERR_CERT_ISSUER` for a key whose certificates are from
   * outside.
   *
   * @param key what `proof` has been found to prove
   */
  renew(
    place: Place,
    key: VerifiedKey,
    proof: Answered<MessageOf<typeof Prove>>,
  ): Promise<Outcome<Renewed>>
  /** Looks again who is trusted: somebody was added or removed. */
  reload(): Promise<void>
  /** The certificate of the authority, DER. */
  ownCertificate(): Promise<Uint8Array>
  /** What it has certified and revoked, DER: at most a minute old, unless {@link revoked} was called. */
  revocationList(): Promise<Uint8Array>
  /** Something was revoked in this server's tables. */
  revoked(): void
  close(): Promise<void>
}
