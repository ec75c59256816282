import { createRequire } from 'node:module'
import { HufuError } from '@hufu/protocol/wire'
import { CK } from './constants.ts'
import type { Cryptoki } from './cryptoki.ts'
import { faultOf, returned } from './faults.ts'

/**
 * A token's library, loaded and started. It is finalised by the end of the process alone: others in it may use the same.
 *
 * @throws {HufuError} `ERR_HSM_MODULE`, or what {@link initialize} throws.
 */
export function loadLibrary(path: string): Cryptoki {
  const made = pkcs11js()
  try {
    made.load(path)
  } catch (cause) {
    throw new HufuError('ERR_HSM_MODULE', `${path} cannot be loaded as a PKCS#11 library`, {
      cause,
    })
  }
  initialize(made)
  return made
}

/**
 * Starts the library, unless somebody else in this process has. It is told that threads will share it, where it can take that.
 *
 * @throws {HufuError} `ERR_HSM_FAILED` or another that the library's answer stands for.
 */
export function initialize(cryptoki: Cryptoki): void {
  const refusal = start(() => cryptoki.C_Initialize({ flags: CK.CKF_OS_LOCKING_OK }))
  const cannotLock = [CK.CKR_CANT_LOCK, CK.CKR_ARGUMENTS_BAD].some(
    (code) => code === returned(refusal),
  )
  const last = cannotLock ? start(() => cryptoki.C_Initialize()) : refusal
  if (last !== undefined) throw faultOf(last)
}

/** What it threw, unless that is that it was started already. */
function start(act: () => void): unknown {
  try {
    act()
    return undefined
  } catch (error) {
    return returned(error) === CK.CKR_CRYPTOKI_ALREADY_INITIALIZED ? undefined : error
  }
}

function pkcs11js(): Cryptoki {
  try {
    const { PKCS11 } = createRequire(import.meta.url)('pkcs11js') as { PKCS11: new () => Cryptoki }
    return new PKCS11()
  } catch (cause) {
    throw new HufuError(
      'ERR_HSM_MODULE',
      'pkcs11js is not installed or was not built: it needs a C++ compiler, make and Python; then `npm rebuild pkcs11js`',
      { cause },
    )
  }
}
