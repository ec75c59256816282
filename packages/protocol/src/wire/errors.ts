/**
 * Who has to act on an error.
 *
 * - `user`: the person at this terminal (typed, chose, or waited).
 * - `peer`: the other terminal, or whoever altered its messages on the way.
 * - `server`: whoever runs the server, or the network before it.
 * - `caller`: the program that called this library.
 * - `bug`: us.
 */
export type Blame = 'user' | 'peer' | 'server' | 'caller' | 'bug'

/** Every code of every package, with its blame. Codes are API: add, never rename. docs/errors.md explains each. */
export const ERRORS = {
  // the calling program
  ERR_CALL_ORDER: 'caller',
  ERR_CRYPTO_INPUT: 'caller',
  ERR_SECRET_WIPED: 'caller',
  ERR_INTERNAL: 'bug',

  // wire: octets to values
  ERR_WIRE_OVERSIZE: 'peer',
  ERR_WIRE_DEPTH: 'peer',
  ERR_WIRE_MALFORMED: 'peer',
  ERR_WIRE_SCHEMA: 'peer',
  ERR_WIRE_FRAME: 'peer',
  ERR_WIRE_UNEXPECTED: 'peer',

  // connection: terminal to server
  ERR_UNREACHABLE: 'server',
  ERR_NOT_HUFU: 'server',
  ERR_VERSION: 'user',
  ERR_HELLO_PROOF: 'peer',
  ERR_HELLO_NAME: 'user',
  ERR_HELLO_TIMEOUT: 'peer',
  ERR_RATE: 'user',
  ERR_CONNECTIONS: 'user',
  ERR_IDLE: 'peer',
  ERR_SLOW_READER: 'user',
  ERR_REPLACED: 'user',
  ERR_DRAINING: 'server',
  ERR_BUSY: 'server',

  // session: records and link
  ERR_RECORD_FORGED: 'peer',
  ERR_RECORD_MALFORMED: 'peer',
  ERR_RECORD_EPOCH: 'peer',
  ERR_RECORD_LIMIT: 'user',
  ERR_REKEY_MALFORMED: 'peer',
  ERR_REKEY_UNCONFIRMED: 'server',
  ERR_LINK_MALFORMED: 'peer',
  ERR_LINK_CREDIT: 'peer',
  ERR_LINK_STALLED: 'server',
  ERR_SESSION_TRUNCATED: 'peer',
  ERR_SESSION_UNKNOWN: 'user',
  ERR_SESSION_UNCONFIRMED: 'peer',
  ERR_PEER_GONE: 'peer',

  // pair
  ERR_PAIR_CODE: 'user',
  ERR_PAIR_PASSPHRASE: 'user',
  ERR_PAIR_NAME: 'user',
  ERR_PAIR_ADDRESS: 'user',
  ERR_PAIR_REFUSED: 'user',
  ERR_PAIR_GUESSED: 'user',
  ERR_PAIR_MISMATCH: 'user',
  ERR_PAIR_NO_ANSWER: 'user',
  ERR_PAIR_DECLINED: 'user',
  ERR_PAIR_ABANDONED: 'peer',
  ERR_PAIR_ANSWER_LATE: 'user',
  ERR_PAIR_CONFIRM_LATE: 'user',
  ERR_PAIR_EXPIRED: 'user',
  ERR_PAIR_THROTTLED: 'user',
  ERR_PAIR_NAME_TAKEN: 'user',
  ERR_PAIR_SLOTS: 'user',
  ERR_PAIR_SUITE: 'user',
  ERR_PAIR_REFLECTED: 'peer',
  ERR_PAIR_MALFORMED: 'peer',
  ERR_CONTACT_UNKNOWN: 'user',
  ERR_CONTACT_EXISTS: 'user',
  ERR_CONTACT_LOST: 'user',

  // identity: users, keys, certificates, sign-in
  ERR_USER_ID: 'user',
  ERR_CERT_MALFORMED: 'peer',
  ERR_CERT_ALGORITHM: 'user',
  ERR_CERT_ISSUER: 'user',
  ERR_CERT_SIGNATURE: 'peer',
  ERR_CERT_NAMESPACE: 'user',
  ERR_CERT_NOT_YET: 'user',
  ERR_CERT_EXPIRED: 'user',
  ERR_CERT_USAGE: 'user',
  ERR_CERT_USER: 'user',
  ERR_ENROL_CODE: 'user',
  ERR_ENROL_KEYS: 'peer',
  ERR_ENROL_LIMIT: 'user',
  ERR_AUTHORITY: 'server',
  ERR_USER_UNKNOWN: 'user',
  ERR_USER_EXISTS: 'user',
  ERR_USER_SUSPENDED: 'user',
  ERR_KEY_UNKNOWN: 'user',
  ERR_KEY_REVOKED: 'user',
  ERR_SIGNIN_CHALLENGE: 'user',
  ERR_SIGNIN_EXPIRED: 'user',
  ERR_SIGNIN_PROOF: 'peer',
  ERR_TERMINAL_IN_USE: 'user',
  ERR_SIGNIN_NONE: 'user',
  ERR_RELEASE_REFUSED: 'user',
  ERR_BINDING_TAKEN: 'user',
  ERR_BINDING_RELEASED: 'user',
  ERR_BINDING_FORCED: 'user',
  ERR_BINDING_EXPIRED: 'user',
  ERR_CHIP_UNKNOWN: 'user',
  ERR_KEY_FILE: 'user',
  ERR_KEY_PASSPHRASE: 'user',
  ERR_KEY_ABSENT: 'user',
  ERR_KEY_EXISTS: 'user',
  ERR_IDENTITY_PROOF: 'peer',
  ERR_IDENTITY_CHANGED: 'user',
  ERR_PASSKEY_NONE: 'user',
  ERR_PASSKEY_CANCELLED: 'user',
  ERR_PASSKEY_HOST: 'user',
  ERR_PASSKEY_BLOB: 'peer',

  // call
  ERR_CALL_UNKNOWN: 'user',
  ERR_CALL_EXISTS: 'caller',
  ERR_CALL_LIMIT: 'user',
  ERR_CALL_BUSY: 'user',
  ERR_CALL_RATE: 'user',
  ERR_CALL_SEAT: 'user',
  ERR_CALL_HOST: 'user',
  ERR_CALL_KEY: 'user',
  ERR_CALL_CHECK: 'peer',
  ERR_CALL_DECLINED: 'user',
  ERR_CALL_NO_ANSWER: 'user',
  ERR_CALL_ELSEWHERE: 'user',
  ERR_CALL_WITHDRAWN: 'user',
  ERR_CALL_ENDED: 'user',
  ERR_CALL_REMOVED: 'user',
  ERR_CALL_FORCED: 'user',
  ERR_CALL_PROOF: 'peer',
  ERR_CALL_FORK: 'peer',
  ERR_CALL_LOST: 'server',

  // talk: what travels inside a session
  ERR_TALK_MALFORMED: 'peer',
  ERR_FILE_DECLINED: 'user',
  ERR_FILE_CANCELLED: 'user',
  ERR_FILE_NAME: 'peer',
  ERR_FILE_CHANGED: 'user',
  ERR_FILE_READ: 'user',
  ERR_FILE_WRITE: 'user',
  ERR_AUDIO_FORMAT: 'user',

  // command line and server set-up
  ERR_USAGE: 'user',
  ERR_CONFIG: 'user',
  ERR_LISTEN: 'user',
  ERR_DATA_FOLDER: 'user',
  ERR_STORE_VERSION: 'user',
  ERR_AUDIT_BROKEN: 'server',
  ERR_AUDIT_KEY: 'user',
  ERR_BACKUP_DAMAGED: 'user',
  ERR_VAULT_KEY: 'user',
  ERR_VAULT_FILE: 'user',
  ERR_VAULT_DAMAGED: 'user',
  ERR_HSM_MODULE: 'user',
  ERR_HSM_ABSENT: 'user',
  ERR_HSM_PIN: 'user',
  ERR_HSM_LOCKED: 'user',
  ERR_HSM_MECHANISM: 'user',
  ERR_HSM_FAILED: 'user',
  ERR_PROFILE: 'user',
  ERR_INTERRUPTED: 'user',

  // the operator's API
  ERR_API_REQUEST: 'caller',
  ERR_CROSS_SITE: 'user',
  ERR_INSECURE: 'user',
  ERR_SIGNED_OUT: 'user',
  ERR_FORBIDDEN: 'user',
  ERR_LOGIN_REFUSED: 'user',
  ERR_LOGIN_THROTTLED: 'user',
  ERR_SETUP_CODE: 'user',
  ERR_OPERATOR_NAME: 'user',
  ERR_OPERATOR_PASSPHRASE: 'user',
  ERR_OPERATOR_EXISTS: 'user',
  ERR_OPERATOR_UNKNOWN: 'user',
  ERR_OPERATOR_LAST: 'user',
  ERR_TOKEN_UNKNOWN: 'user',
  ERR_TOKEN_LIMIT: 'user',
} as const satisfies Record<string, Blame>

export type ErrorCode = keyof typeof ERRORS

/** The only class that hufu's packages throw. Switch on {@link HufuError.code}, never on the message. */
export class HufuError extends Error {
  override readonly name = 'HufuError'
  readonly code: ErrorCode

  constructor(code: ErrorCode, message?: string, options?: ErrorOptions) {
    super(message ?? code, options)
    this.code = code
  }

  /** Who has to act. */
  get blame(): Blame {
    return ERRORS[this.code]
  }
}

/** True if `text` is one of the table's codes: what a server sent may come from a newer table. */
export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(ERRORS, text)
}

/** What a peer gave as a code, if it is one of the table's; `otherwise` if not. */
export function errorCodeOf(text: string, otherwise: ErrorCode): ErrorCode {
  return isErrorCode(text) ? text : otherwise
}

/** What comes of a peer's octets: a whole value, or a code. Never an exception. */
export type Outcome<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly code: ErrorCode }

/** The outcome that failed with `code`. */
export function failed(code: ErrorCode): { readonly ok: false; readonly code: ErrorCode } {
  return { ok: false, code }
}

/** The outcome that succeeded with `value`. */
export function done<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value }
}
