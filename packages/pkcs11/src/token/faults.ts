import { HufuError, type ErrorCode } from '@hufu/protocol/wire'
import { CK } from './constants.ts'

/** What PKCS#11 says, and what we say of it. Anything else is `ERR_HSM_FAILED`. */
const CODES: Readonly<Record<number, ErrorCode>> = {
  [CK.CKR_PIN_INCORRECT]: 'ERR_HSM_PIN',
  [CK.CKR_PIN_INVALID]: 'ERR_HSM_PIN',
  [CK.CKR_PIN_LEN_RANGE]: 'ERR_HSM_PIN',
  [CK.CKR_USER_PIN_NOT_INITIALIZED]: 'ERR_HSM_PIN',
  [CK.CKR_PIN_LOCKED]: 'ERR_HSM_LOCKED',
  [CK.CKR_PIN_EXPIRED]: 'ERR_HSM_LOCKED',
  [CK.CKR_TOKEN_NOT_PRESENT]: 'ERR_HSM_ABSENT',
  [CK.CKR_TOKEN_NOT_RECOGNIZED]: 'ERR_HSM_ABSENT',
  [CK.CKR_DEVICE_REMOVED]: 'ERR_HSM_ABSENT',
  [CK.CKR_SLOT_ID_INVALID]: 'ERR_HSM_ABSENT',
  [CK.CKR_MECHANISM_INVALID]: 'ERR_HSM_MECHANISM',
  [CK.CKR_MECHANISM_PARAM_INVALID]: 'ERR_HSM_MECHANISM',
  [CK.CKR_FUNCTION_NOT_SUPPORTED]: 'ERR_HSM_MECHANISM',
  [CK.CKR_KEY_FUNCTION_NOT_PERMITTED]: 'ERR_HSM_MECHANISM',
  [CK.CKR_KEY_TYPE_INCONSISTENT]: 'ERR_HSM_MECHANISM',
  [CK.CKR_TEMPLATE_INCONSISTENT]: 'ERR_HSM_MECHANISM',
  [CK.CKR_ATTRIBUTE_VALUE_INVALID]: 'ERR_HSM_MECHANISM',
}

/** After these a new session may help: the token was taken out, put back, or logged out by somebody else. */
const LOST: ReadonlySet<number> = new Set([
  CK.CKR_SESSION_CLOSED,
  CK.CKR_SESSION_HANDLE_INVALID,
  CK.CKR_USER_NOT_LOGGED_IN,
  CK.CKR_OBJECT_HANDLE_INVALID,
  CK.CKR_KEY_HANDLE_INVALID,
  CK.CKR_DEVICE_REMOVED,
  CK.CKR_DEVICE_ERROR,
  CK.CKR_CRYPTOKI_NOT_INITIALIZED,
  CK.CKR_TOKEN_NOT_PRESENT,
])

/** The error of ours for what a PKCS#11 call threw. */
export function faultOf(thrown: unknown): HufuError {
  if (thrown instanceof HufuError) return thrown
  const code = CODES[returned(thrown) ?? -1] ?? 'ERR_HSM_FAILED'
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return new HufuError(code, message, { cause: thrown })
}

/** Whether a new session may help. */
export function isLost(thrown: unknown): boolean {
  return LOST.has(returned(thrown) ?? -1)
}

/** The CKR_ value that a PKCS#11 call threw. */
export function returned(thrown: unknown): number | undefined {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'number'
    ? thrown.code
    : undefined
}
