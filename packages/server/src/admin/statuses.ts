import { ERRORS, type ErrorCode } from '@hufu/protocol/wire'

/** The HTTP status of an answer with that code (RFC 9110 §15). */
export function statusOf(code: ErrorCode): number {
  return STATUSES[code] ?? (ERRORS[code] === 'bug' ? 500 : 503)
}

/** What else can happen is the server's own trouble. */
const STATUSES: Partial<Record<ErrorCode, number>> = {
  ERR_API_REQUEST: 400,
  ERR_WIRE_OVERSIZE: 413,
  ERR_RATE: 429,
  ERR_CROSS_SITE: 403,
  ERR_INSECURE: 403,
  ERR_SIGNED_OUT: 401,
  ERR_FORBIDDEN: 403,
  ERR_LOGIN_REFUSED: 403,
  ERR_LOGIN_THROTTLED: 429,
  ERR_SETUP_CODE: 403,
  ERR_OPERATOR_NAME: 400,
  ERR_OPERATOR_PASSPHRASE: 400,
  ERR_OPERATOR_EXISTS: 409,
  ERR_OPERATOR_UNKNOWN: 404,
  ERR_OPERATOR_LAST: 409,
  ERR_TOKEN_UNKNOWN: 404,
  ERR_TOKEN_LIMIT: 409,
  ERR_CONFIG: 409,
  ERR_USER_ID: 400,
  ERR_USER_UNKNOWN: 404,
  ERR_USER_EXISTS: 409,
  ERR_KEY_UNKNOWN: 404,
  ERR_SIGNIN_NONE: 404,
  ERR_CHIP_UNKNOWN: 404,
  ERR_CERT_MALFORMED: 400,
  ERR_CERT_ALGORITHM: 400,
}
