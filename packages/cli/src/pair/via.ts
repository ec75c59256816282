import { random } from '@hufu/protocol/crypto'
import { drawWords } from '@hufu/protocol/pair'
import { HufuError } from '@hufu/protocol/wire'
import type { Profile, Ringing, Via } from '@hufu/terminal'
import { profileFolder } from '../profile/folder.ts'
import type { Intent, SecretFrom } from './intent.ts'
import { askPassphrase, codeFrom, givenPassphrase, type SecretPorts } from './secret.ts'
import { ringerText } from './tell.ts'

/** The profile on disk, where the pairing needs one: a code leaves nothing behind. */
export async function profileFor(intent: Intent): Promise<Profile | undefined> {
  const { by } = intent.meeting
  const needed = (by !== 'open' && by !== 'join') || intent.remember !== undefined
  if (!needed) return undefined
  const { fileProfile } = await import('../profile/profile.ts')
  return fileProfile(profileFolder(process.env))
}

/** The user IDs of a meeting by users. */
export interface Users {
  /** Who is signed in at this terminal, or empty. */
  readonly self: string
  /** Who is rung, or empty. */
  readonly rung: string
}

/**
 * How the terminal library is to find the other: asks for what is missing.
 *
 * @throws {HufuError} `ERR_CONTACT_UNKNOWN`, `ERR_CONTACT_EXISTS`, `ERR_PROFILE`, `ERR_PAIR_CODE`, `ERR_PAIR_PASSPHRASE`,
 *   `ERR_USAGE`, `ERR_INTERRUPTED`
 */
export async function viaOf(
  intent: Intent,
  profile: Profile | undefined,
  ports: SecretPorts,
  users: Users | undefined,
): Promise<Via> {
  const { meeting, remember } = intent
  if (remember !== undefined && (await profile?.contact(remember)) !== undefined)
    throw new HufuError('ERR_CONTACT_EXISTS', remember)
  switch (meeting.by) {
    case 'open':
      return { by: 'open', words: drawWords(random) }
    case 'join':
      return { by: 'join', code: await codeFrom(meeting.secret, ports) }
    case 'listen':
      return {
        by: 'listen',
        name: meeting.name,
        passphrase: await answerTo(meeting.secret, ports),
      }
    case 'ring':
      return {
        by: 'ring',
        name: meeting.name,
        passphrase: await ringWith(meeting.name, meeting.secret, ports),
      }
    case 'attend':
      return {
        by: 'attend',
        user: users!.self,
        passphrase: await answerTo(meeting.secret, ports),
      }
    case 'ring-user':
      return {
        by: 'ring-user',
        user: users!.rung,
        passphrase: await ringWith(users!.rung, meeting.secret, ports),
      }
    case 'contact': {
      const contact = await profile?.contact(meeting.name)
      if (contact === undefined) throw new HufuError('ERR_CONTACT_UNKNOWN', meeting.name)
      return { by: 'contact', contact }
    }
  }
}

/** What a listener does when it rings: the same passphrase each time, or the user is asked each time. */
export async function answerTo(
  secret: SecretFrom,
  ports: SecretPorts,
): Promise<(ringing: Ringing) => Promise<Uint8Array | undefined>> {
  if (secret.from !== 'prompt') {
    const passphrase = await givenPassphrase(secret, ports)
    return async () => passphrase.slice() // the callee wipes what it gets
  }
  return async (ringing) => {
    const seconds = Math.floor(ringing.answerMs / 1_000)
    const question = `Passphrase for ${ringerText(ringing.from)}, within ${seconds} s (empty declines): `
    return askPassphrase(question, ports, AbortSignal.any([ringing.signal, ports.signal]))
  }
}

async function ringWith(name: string, secret: SecretFrom, ports: SecretPorts): Promise<Uint8Array> {
  if (secret.from !== 'prompt') return givenPassphrase(secret, ports)
  const passphrase = await askPassphrase(`Passphrase agreed on with ${name}: `, ports)
  if (passphrase === undefined) throw new HufuError('ERR_INTERRUPTED')
  return passphrase
}
