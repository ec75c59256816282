import { HufuError } from '@hufu/protocol/wire'
import { CK } from './constants.ts'
import type { Cryptoki, Handle, TokenInfo } from './cryptoki.ts'
import { faultOf, returned } from './faults.ts'

/** Which token, and how to be let in. */
export interface TokenAccess {
  /** Its label, without the blanks that PKCS#11 pads it with. */
  readonly label: string
  readonly pin: string
}

/** What a token must be able to do: CKM_ and the CKF_ of its uses. */
export interface Requirement {
  readonly mechanism: number
  readonly flags: number
}

/** What a token says of itself before anybody is let in. */
export interface TokenFacts {
  /** Maker, model and serial number: no other token has the same. */
  readonly name: string
  /** Wrong PINs have been given since the last right one; not every token counts aloud. */
  readonly pinLow: boolean
  /** Fewest and most octets of a PIN; 0 and 0 if it does not say. */
  readonly pinOctets: readonly [number, number]
}

/** A session, and whether its PIN was looked at: it is not where somebody else in the process has logged in already. */
export interface Session {
  readonly handle: Handle
  readonly asked: boolean
}

/**
 * A session with the token, logged in.
 *
 * @throws {HufuError} `ERR_HSM_ABSENT`, `ERR_HSM_PIN`, `ERR_HSM_LOCKED`, `ERR_HSM_MECHANISM`, `ERR_HSM_FAILED`.
 */
export function openSession(
  cryptoki: Cryptoki,
  { label, pin }: TokenAccess,
  requires: readonly Requirement[],
): Session {
  try {
    const { slot, info } = findToken(cryptoki, label)
    refuseLocked(info.flags)
    for (const each of requires) requireMechanism(cryptoki, slot, each)
    const handle = cryptoki.C_OpenSession(slot, CK.CKF_SERIAL_SESSION | CK.CKF_RW_SESSION)
    return { handle, asked: logIn(cryptoki, handle, pin) }
  } catch (error) {
    throw faultOf(error)
  }
}

/**
 * What the token of that label says of itself.
 *
 * @throws {HufuError} `ERR_HSM_ABSENT`, `ERR_HSM_FAILED`; `ERR_HSM_LOCKED` if its PIN is not to be tried.
 */
export function lookAt(cryptoki: Cryptoki, label: string): TokenFacts {
  try {
    const { info } = findToken(cryptoki, label)
    refuseLocked(info.flags)
    const { manufacturerID, model, serialNumber, flags, minPinLen, maxPinLen } = info
    return {
      name: [manufacturerID, model, serialNumber].map((part) => part.trim()).join(' / '),
      pinLow: (flags & CK.CKF_USER_PIN_COUNT_LOW) !== 0,
      pinOctets: maxPinLen >= minPinLen && maxPinLen > 0 ? [minPinLen, maxPinLen] : [0, 0],
    }
  } catch (error) {
    throw faultOf(error)
  }
}

function findToken(
  cryptoki: Cryptoki,
  label: string,
): { readonly slot: Handle; readonly info: TokenInfo } {
  const all = cryptoki.C_GetSlotList(true).flatMap((slot) => {
    const info = infoOf(cryptoki, slot)
    const is = info !== undefined && (info.flags & CK.CKF_TOKEN_INITIALIZED) !== 0
    return is ? [{ slot, info, label: info.label.trimEnd() }] : []
  })
  const [token, second] = all.filter((each) => each.label === label)
  if (token === undefined)
    throw new HufuError(
      'ERR_HSM_ABSENT',
      `no slot has a token with the label ${label}; there ${all.length === 0 ? 'is none' : `are: ${all.map((each) => each.label).join(', ')}`}`,
    )
  if (second !== undefined)
    throw new HufuError('ERR_HSM_ABSENT', `more than one slot has a token with the label ${label}`)
  return token
}

function infoOf(cryptoki: Cryptoki, slot: Handle): TokenInfo | undefined {
  try {
    return cryptoki.C_GetTokenInfo(slot)
  } catch {
    return undefined // a reader that fails is none, and another slot may have the token
  }
}

/** The last try is its owner's: a program that is started again and again would spend it. */
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
  { mechanism, flags }: Requirement,
): void {
  const offered = cryptoki.C_GetMechanismList(slot).includes(mechanism)
  if (!offered || (cryptoki.C_GetMechanismInfo(slot, mechanism).flags & flags) !== flags)
    throw new HufuError(
      'ERR_HSM_MECHANISM',
      `the token lacks mechanism 0x${mechanism.toString(16)}, or has it for other uses`,
    )
}

function logIn(cryptoki: Cryptoki, session: Handle, pin: string): boolean {
  try {
    cryptoki.C_Login(session, CK.CKU_USER, pin)
    return true
  } catch (error) {
    if (returned(error) === CK.CKR_USER_ALREADY_LOGGED_IN) return false
    cryptoki.C_CloseSession(session)
    throw error
  }
}
