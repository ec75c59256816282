import type { SecurityKey } from '@hufu/protocol/identity'
import { parseServer, signin, type Introductions, type Verified } from '@hufu/terminal'
import { KIND_TEXT } from '../pair/identified.ts'
import type { KeyQuestions } from '../keys/questions.ts'
import type { Output } from '../output.ts'
import { profileFolder } from '../profile/folder.ts'
import { issuersFile } from '../profile/issuers.ts'
import { filePins } from '../profile/pins.ts'

/** How this end shows itself, and whom it takes the other for. */
export interface IntroductionsAt {
  readonly awaited: boolean
  readonly key?: SecurityKey
  /** The user who is rung. */
  readonly rung?: string
  /** Asked when a user comes with another key than before. */
  readonly accept: (changed: Verified) => Promise<boolean>
}

/** Introductions by what the profile knows: the issuers of this server, the pins. Rejects with `ERR_PROFILE`. */
export async function introductionsAt(
  server: string,
  { awaited, key, rung, accept }: IntroductionsAt,
): Promise<Introductions> {
  const profile = profileFolder(process.env)
  const issuers = await issuersFile(profile).of(parseServer(server).url)
  const { introductionsOf } = await signin()
  return introductionsOf({
    key,
    issuers,
    pins: filePins(profile),
    awaited,
    accept,
    ...(rung === undefined ? {} : { rung }),
  })
}

/** Raises the alarm that somebody's key has changed, and lets whoever sits there decide; nobody there: no. */
export function alarm(
  output: Output,
  questions: KeyQuestions,
  acceptsAnyhow: boolean,
): (changed: Verified) => Promise<boolean> {
  return async ({ user, kind, sinceUnixMs }) => {
    const since = new Date(sinceUnixMs).toISOString().slice(0, 10)
    output.note(`hufu: ${user} has another key than the one you met before!`)
    output.note(
      `  Known since ${since}; now shows ${KIND_TEXT[kind]}. A new key of theirs looks like this, and so does somebody who ` +
        'has deceived the authority. Ask them by another way before you accept it.',
    )
    if (acceptsAnyhow) return true
    return questions.yes('Accept the new key? [y/N] ', false)
  }
}
