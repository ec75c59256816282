import { HufuError } from '@hufu/protocol/wire'
import { CK } from './constants.ts'
import type { Cryptoki, Handle } from './cryptoki.ts'
import { faultOf, isLost } from './faults.ts'
import { initialize } from './library.ts'
import {
  lookAt,
  openSession,
  type Requirement,
  type Session,
  type TokenAccess,
  type TokenFacts,
} from './session.ts'

/** A token in use, on the thread that its library blocks. All throw {@link HufuError} `ERR_HSM_…`. */
export interface Token {
  readonly cryptoki: Cryptoki
  /** What it says of itself; nobody is let in for that. */
  look(): TokenFacts
  /** Opens the session now. False if the PIN was not looked at, as somebody in this process is logged in already. */
  enter(): boolean
  /** Does `act` in a session that is logged in; once more in another if that one turns out to be lost. */
  run<T>(act: (session: Handle) => T): T
  /** The object that `find` gives, asked once a session; `name` is what it is known by. */
  object(name: string, find: () => Handle | undefined): Handle
  /** The object that goes by this name in the present session, which is known no longer. */
  forget(name: string): Handle | undefined
  /** The PIN again, for a key that wants it before each use (CKA_ALWAYS_AUTHENTICATE), after C_SignInit and the like. */
  confirm(session: Handle): void
  close(): void
}

/**
 * The token that `access` names, in a library that has been loaded. A session is opened when it is first needed, and
 * anew when it was lost; after a wrong PIN never again.
 */
export function tokenOver(
  cryptoki: Cryptoki,
  access: TokenAccess,
  requires: readonly Requirement[],
): Token {
  let session: Session | undefined
  let refused: HufuError | undefined
  const objects = new Map<string, Handle>()

  const opened = (): Session => {
    if (refused !== undefined) throw refused
    try {
      return (session ??= anyhow(cryptoki, () => openSession(cryptoki, access, requires)))
    } catch (error) {
      const fault = faultOf(error)
      if (fault.code === 'ERR_HSM_PIN' || fault.code === 'ERR_HSM_LOCKED') refused = fault
      throw fault
    }
  }
  const lose = (): void => {
    objects.clear()
    const lost = session
    session = undefined
    try {
      if (lost !== undefined) cryptoki.C_CloseSession(lost.handle)
    } catch {
      // it is gone already
    }
  }
  return {
    cryptoki,
    look: () => anyhow(cryptoki, () => lookAt(cryptoki, access.label)),
    enter: () => opened().asked,
    run(act) {
      try {
        return act(opened().handle)
      } catch (error) {
        if (!isLost(error)) throw faultOf(error)
        lose()
      }
      try {
        return act(opened().handle)
      } catch (error) {
        throw faultOf(error)
      }
    },
    object(name, find) {
      const known = objects.get(name) ?? find()
      if (known === undefined)
        throw new HufuError('ERR_HSM_FAILED', `${name} is no longer in the token`)
      objects.set(name, known)
      return known
    },
    forget(name) {
      const known = objects.get(name)
      objects.delete(name)
      return known
    },
    confirm: (at) => cryptoki.C_Login(at, CK.CKU_CONTEXT_SPECIFIC, access.pin),
    close: lose,
  }
}

/** Some libraries see a token that came back only when they are started anew. Whoever shares this one finds its session lost. */
function anyhow<T>(cryptoki: Cryptoki, act: () => T): T {
  initialize(cryptoki)
  try {
    return act()
  } catch (error) {
    if (faultOf(error).code !== 'ERR_HSM_ABSENT') throw error
    cryptoki.C_Finalize()
    initialize(cryptoki)
    return act()
  }
}
