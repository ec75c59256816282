import { HufuError, signin, type Enrolled, type ErrorCode, type SecurityKey } from '@hufu/terminal'
import { forgetPasskey, makePasskey, namePasskey, usePasskey } from '../../ports/passkey.ts'
import { isTalkAtTerminal } from '../../ports/tab.ts'
import { deskHere, deskOpen, look, type Desk } from './desk.ts'
import { seat } from './seat.ts'

/*
 * What a user does with a passkey. Each act asks it in the very event that the user began it with: browsers want that.
 */

/** Loaded along with this: a press of a button must not wait for it. */
const tools = signin()

/** What came of an act. */
export type Done<T = void> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly code: ErrorCode }

/** Signs in here, by the passkey that its user chooses; or has the KEY in memory again, after a reload. */
export function signIn(): Promise<Done> {
  return outcome(async () => {
    const { key, credential } = await unsealed()
    await (await desk()).stay(key, credential)
  })
}

/** A key that has just been enrolled, and is not used yet. */
export interface NewKey {
  readonly user: string
  /** To be shown once. */
  readonly recovery: string
  /** Signs in by it. */
  use(): Promise<Done>
}

/** Makes a passkey and enrols a key that is sealed under it. `code`: the invitation or recovery code as it was typed. */
export function enrol(code: string): Promise<Done<NewKey>> {
  return outcome(async () => {
    const { parseInvitation, passkeySalt, newSealedKey } = await tools
    if (parseInvitation(code) === undefined) throw new HufuError('ERR_ENROL_CODE')
    // Whose key it will be, the invitation's answer says.
    const name = `hufu, ${new Date().toISOString().slice(0, 10)}`
    const made = await makePasskey(passkeySalt(), { name })
    const { credential } = made
    const enrolled = await orForget(credential, async (): Promise<Enrolled> => {
      const { holder, extras } = await newSealedKey(made)
      return (await desk()).signin.enrol(holder, code, extras)
    })
    const { key, issuers, recovery } = enrolled
    await (await desk()).trust(issuers, true)
    await namePasskey(made.handle, key.user)
    return {
      user: key.user,
      recovery,
      use: () => outcome(async () => (await desk()).stay(key, credential)),
    }
  })
}

/** Makes a further passkey for whoever is signed in. */
export function addPasskey(): Promise<Done> {
  return outcome(async () => {
    const { passkeySalt, newSealedKey } = await tools
    const by = await keyAtHand()
    const except = deskOpen()?.credential
    const options = { name: by.user, ...(except === undefined ? {} : { except }) }
    const made = await makePasskey(passkeySalt(), options)
    await orForget(made.credential, async () => {
      const { holder, extras } = await newSealedKey(made)
      await (await desk()).signin.addKey(by, holder, extras)
      await holder.close()
    })
  })
}

/** Revokes a key of whoever is signed in. @param keyId 32 octets */
export function revoke(keyId: Uint8Array): Promise<Done> {
  return outcome(async () => {
    const by = await keyAtHand()
    await (await desk()).signin.revokeKey(by, keyId)
  })
}

/** Releases this terminal or, by its communication ID, another one of the same user. */
export function release(terminal?: Uint8Array): Promise<Done> {
  return outcome(async () => {
    const by = await keyAtHand()
    const at = await desk()
    await at.signin.release(by, terminal)
    if (terminal === undefined) at.leave()
  })
}

/** Whether a key is the one that is in memory here. */
export function isInUse(keyId: Uint8Array): boolean {
  return deskOpen()?.keyId?.join() === keyId.join()
}

/** Has this tab be the one that is connected as the terminal. */
export function takeOver(): Promise<Done> {
  return outcome(async () => look(await desk()))
}

async function desk(): Promise<Desk> {
  const open = deskOpen()
  if (open !== undefined) return open
  if (await isTalkAtTerminal()) throw new HufuError('ERR_BUSY', 'a talk in another tab')
  return deskHere()
}

async function keyAtHand(): Promise<SecurityKey> {
  const present = deskOpen()?.key
  if (present !== undefined) return present
  const { key, credential } = await unsealed()
  const { value } = seat
  // Somebody else's key is good for being refused.
  if (value.at === 'here' && value.user === key.user) await (await desk()).stay(key, credential)
  return key
}

async function unsealed(): Promise<{
  readonly key: SecurityKey
  readonly credential: Uint8Array
}> {
  const { passkeySalt } = await tools
  const place = await usePasskey(passkeySalt())
  const at = await desk()
  const { key, issuers } = await at.signin.unseal(place)
  place.prf.wipe()
  await at.trust(issuers, false)
  return { key, credential: place.credential }
}

/** A passkey under which nothing is kept is good for nothing. Where the answer was lost, something may be. */
async function orForget<T>(credential: Uint8Array, act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    const lost = error instanceof HufuError && error.code === 'ERR_UNREACHABLE'
    if (!lost) await forgetPasskey(credential)
    throw error
  }
}

async function outcome<T>(act: () => Promise<T>): Promise<Done<T>> {
  try {
    return { ok: true, value: await act() }
  } catch (error) {
    const code = error instanceof HufuError ? error.code : 'ERR_INTERNAL'
    const open = deskOpen()
    // Nobody sits at a desk that was opened for nothing.
    if (seat.value.at === 'nobody') open?.leave(seat.value.ended)
    return { ok: false, code }
  }
}
