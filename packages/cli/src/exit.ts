import type { ErrorCode } from '@hufu/protocol/wire'

/** What a process ends with. Scripts rely on these numbers: add, never change. docs/operations.md explains each. */
export const EXIT = {
  success: 0,
  /** Our fault, or that of a program that calls us wrongly. */
  internal: 1,
  usage: 2,
  /** The pairing was refused, or one end failed to authenticate. */
  refused: 3,
  late: 4,
  /** The server: not reachable, not hufu, too old, too new, full. */
  server: 5,
  /** The other is gone, or the session broke off. */
  gone: 6,
  /** Somebody altered messages on the way or what is recorded, or the other end does not follow the protocol. */
  altered: 7,
  /** A file was not read, not written, or declined. */
  file: 8,
  /** 128 + SIGINT. */
  interrupted: 130,
  /** 128 + SIGTERM. */
  terminated: 143,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** The exit code for each error: a new error does not compile without a row. */
export const EXIT_OF: Readonly<Record<ErrorCode, ExitCode>> = {
  ERR_CALL_ORDER: EXIT.internal,
  ERR_CRYPTO_INPUT: EXIT.internal,
  ERR_SECRET_WIPED: EXIT.internal,
  ERR_INTERNAL: EXIT.internal,

  ERR_WIRE_OVERSIZE: EXIT.altered,
  ERR_WIRE_DEPTH: EXIT.altered,
  ERR_WIRE_MALFORMED: EXIT.altered,
  ERR_WIRE_SCHEMA: EXIT.altered,
  ERR_WIRE_FRAME: EXIT.altered,
  ERR_WIRE_UNEXPECTED: EXIT.altered,

  ERR_UNREACHABLE: EXIT.server,
  ERR_NOT_HUFU: EXIT.server,
  ERR_VERSION: EXIT.server,
  ERR_HELLO_PROOF: EXIT.server,
  ERR_HELLO_NAME: EXIT.server,
  ERR_HELLO_TIMEOUT: EXIT.server,
  ERR_RATE: EXIT.server,
  ERR_CONNECTIONS: EXIT.server,
  ERR_IDLE: EXIT.server,
  ERR_SLOW_READER: EXIT.server,
  ERR_REPLACED: EXIT.gone,
  ERR_DRAINING: EXIT.server,
  ERR_BUSY: EXIT.server,

  ERR_RECORD_FORGED: EXIT.altered,
  ERR_RECORD_MALFORMED: EXIT.altered,
  ERR_RECORD_EPOCH: EXIT.altered,
  ERR_RECORD_LIMIT: EXIT.gone,
  ERR_REKEY_MALFORMED: EXIT.altered,
  ERR_REKEY_UNCONFIRMED: EXIT.gone,
  ERR_LINK_MALFORMED: EXIT.altered,
  ERR_LINK_CREDIT: EXIT.altered,
  ERR_LINK_STALLED: EXIT.gone,
  ERR_SESSION_TRUNCATED: EXIT.altered,
  ERR_SESSION_UNKNOWN: EXIT.gone,
  ERR_SESSION_UNCONFIRMED: EXIT.late,
  ERR_PEER_GONE: EXIT.gone,

  ERR_PAIR_CODE: EXIT.usage,
  ERR_PAIR_PASSPHRASE: EXIT.usage,
  ERR_PAIR_NAME: EXIT.usage,
  ERR_PAIR_ADDRESS: EXIT.usage,
  ERR_PAIR_REFUSED: EXIT.refused,
  ERR_PAIR_GUESSED: EXIT.refused,
  ERR_PAIR_MISMATCH: EXIT.refused,
  ERR_PAIR_NO_ANSWER: EXIT.refused,
  ERR_PAIR_DECLINED: EXIT.refused,
  ERR_PAIR_ABANDONED: EXIT.refused,
  ERR_PAIR_ANSWER_LATE: EXIT.late,
  ERR_PAIR_CONFIRM_LATE: EXIT.late,
  ERR_PAIR_EXPIRED: EXIT.late,
  ERR_PAIR_THROTTLED: EXIT.refused,
  ERR_PAIR_NAME_TAKEN: EXIT.refused,
  ERR_PAIR_SLOTS: EXIT.refused,
  ERR_PAIR_SUITE: EXIT.refused,
  ERR_PAIR_REFLECTED: EXIT.altered,
  ERR_PAIR_MALFORMED: EXIT.altered,
  ERR_CONTACT_UNKNOWN: EXIT.usage,
  ERR_CONTACT_EXISTS: EXIT.usage,
  ERR_CONTACT_LOST: EXIT.refused,

  ERR_TALK_MALFORMED: EXIT.altered,
  ERR_FILE_DECLINED: EXIT.file,
  ERR_FILE_CANCELLED: EXIT.file,
  ERR_FILE_NAME: EXIT.file,
  ERR_FILE_CHANGED: EXIT.file,
  ERR_FILE_READ: EXIT.file,
  ERR_FILE_WRITE: EXIT.file,

  ERR_USAGE: EXIT.usage,
  ERR_CONFIG: EXIT.usage,
  ERR_LISTEN: EXIT.usage,
  ERR_DATA_FOLDER: EXIT.usage,
  ERR_STORE_VERSION: EXIT.usage,
  ERR_AUDIT_BROKEN: EXIT.altered,
  ERR_AUDIT_KEY: EXIT.usage,
  ERR_VAULT_KEY: EXIT.usage,
  ERR_VAULT_FILE: EXIT.usage,
  ERR_VAULT_DAMAGED: EXIT.usage,
  ERR_HSM_MODULE: EXIT.usage,
  ERR_HSM_ABSENT: EXIT.usage,
  ERR_HSM_PIN: EXIT.usage,
  ERR_HSM_LOCKED: EXIT.usage,
  ERR_HSM_MECHANISM: EXIT.usage,
  ERR_HSM_FAILED: EXIT.usage,
  ERR_PROFILE: EXIT.usage,
  ERR_INTERRUPTED: EXIT.interrupted,
}
