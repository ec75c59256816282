import { HufuError } from '@hufu/protocol/wire'
import { CK, type Cryptoki, type Handle } from './cryptoki.ts'
import { faultOf, returned } from './faults.ts'

/** Which token, and how to be let in. */
export interface TokenAccess {
  /** Its label, without the blanks that PKCS#11 pads it with. */
  readonly label: string
  readonly pin: string
}

/**
 * A session with the token, logged in.
 *
 * @throws {HufuError} `ERR_HSM_ABSENT`, `ERR_HSM_PIN`, `ERR_HSM_LOCKED`, `ERR_HSM_MECHANISM`, `ERR_HSM_FAILED`.
 */
export function openSession(cryptoki: Cryptoki, { label, pin }: TokenAccess): Handle {
  try {
    const { slot, flags } = findToken(cryptoki, label)
    refuseLocked(flags)
    requireMechanism(cryptoki, slot, CK.CKM_AES_KEY_GEN, CK.CKF_GENERATE)
    requireMechanism(cryptoki, slot, CK.CKM_AES_GCM, CK.CKF_ENCRYPT | CK.CKF_DECRYPT)
    const session = cryptoki.C_OpenSession(slot, CK.CKF_SERIAL_SESSION | CK.CKF_RW_SESSION)
    logIn(cryptoki, session, pin)
    return session
  } catch (error) {
    throw faultOf(error)
  }
}

/** Starts the library, unless somebody else in this process has. */
export function initialize(cryptoki: Cryptoki): void {
  try {
    cryptoki.C_Initialize()
  } catch (error) {
    if (returned(error) !== CK.CKR_CRYPTOKI_ALREADY_INITIALIZED) throw faultOf(error)
  }
}

function findToken(
  cryptoki: Cryptoki,
  label: string,
): { readonly slot: Handle; readonly flags: number } {
  const found = cryptoki.C_GetSlotList(true).flatMap((slot) => {
    const info = infoOf(cryptoki, slot)
    if (info === undefined || (info.flags & CK.CKF_TOKEN_INITIALIZED) === 0) return []
    return info.label.trimEnd() === label ? [{ slot, flags: info.flags }] : []
  })
  const [token, second] = found
  if (token === undefined)
    throw new HufuError('ERR_HSM_ABSENT', `no slot has a token with the label ${label}`)
  if (second !== undefined)
    throw new HufuError('ERR_HSM_ABSENT', `more than one slot has a token with the label ${label}`)
  return token
}

function infoOf(
  cryptoki: Cryptoki,
  slot: Handle,
): ReturnType<Cryptoki['C_GetTokenInfo']> | undefined {
  try {
    return cryptoki.C_GetTokenInfo(slot)
  } catch {
    return undefined // a reader that fails is none, and another slot may have the token
  }
}

/** The last try is the operator's: a supervisor that restarts us would spend it. */
function refuseLocked(flags: number): void {
  if ((flags & CK.CKF_USER_PIN_LOCKED) !== 0)
    throw new HufuError('ERR_HSM_LOCKED', 'the token says that its user PIN is locked')
  if ((flags & CK.CKF_USER_PIN_FINAL_TRY) !== 0)
    throw new HufuError('ERR_HSM_LOCKED', 'the token says that one wrong PIN more will lock it')
  if ((flags & CK.CKF_USER_PIN_TO_BE_CHANGED) !== 0)
    throw new HufuError('ERR_HSM_LOCKED', 'the token says that its user PIN must be changed first')
}

function requireMechanism(
  cryptoki: Cryptoki,
  slot: Handle,
  mechanism: number,
  flags: number,
): void {
  const offered = cryptoki.C_GetMechanismList(slot).includes(mechanism)
  if (!offered || (cryptoki.C_GetMechanismInfo(slot, mechanism).flags & flags) !== flags)
    throw new HufuError(
      'ERR_HSM_MECHANISM',
      `the token lacks mechanism 0x${mechanism.toString(16)}, or has it for other uses`,
    )
}

function logIn(cryptoki: Cryptoki, session: Handle, pin: string): void {
  try {
    cryptoki.C_Login(session, CK.CKU_USER, pin)
  } catch (error) {
    if (returned(error) === CK.CKR_USER_ALREADY_LOGGED_IN) return
    cryptoki.C_CloseSession(session)
    throw error
  }
}
