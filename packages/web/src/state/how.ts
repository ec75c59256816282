import {
  drawWords,
  HufuError,
  random,
  type PairCode,
  type PairOptions,
  type Ringing,
} from '@hufu/terminal'
import { profile } from './profile.ts'

/** How the user wants to meet the other. */
export type How =
  | { readonly by: 'open' }
  | { readonly by: 'join'; readonly code: PairCode }
  /** Passphrases as `preparePassphrase` gives them. `as`: how to be shown to the other; may be empty. */
  | {
      readonly by: 'ring'
      readonly name: string
      readonly passphrase: Uint8Array
      readonly as: string
    }
  /** `name`: a user's ID, as it was typed. */
  | {
      readonly by: 'ring-user'
      readonly name: string
      readonly passphrase: Uint8Array
      readonly as: string
    }
  /** `name`: the user who is signed in here. */
  | { readonly by: 'attend'; readonly name: string; readonly with: Attendance }
  | { readonly by: 'listen'; readonly name: string }
  | { readonly by: 'contact'; readonly name: string }

/** Where the user who is signed in is rung, and how this end shows itself. */
export type Attendance = Required<Pick<PairOptions, 'line' | 'introductions'>>

/**
 * What the library is to be asked for.
 *
 * @param asked called when it rings here; undefined declines
 * @throws {HufuError} `ERR_PROFILE` where something must be kept and cannot be, `ERR_CONTACT_UNKNOWN`, `ERR_USER_ID`
 */
export async function viaOf(
  how: How,
  asked: (ringing: Ringing) => Promise<Uint8Array | undefined>,
): Promise<
  Pick<PairOptions, 'via' | 'profile' | 'terminalSeed' | 'name' | 'line' | 'introductions'>
> {
  // A code needs nothing kept; the profile is only there in case both want to be remembered.
  if (how.by === 'open' || how.by === 'join') {
    const kept = await profile().catch(() => undefined)
    const via =
      how.by === 'open'
        ? ({ by: 'open', words: drawWords(random) } as const)
        : ({ by: 'join', code: how.code } as const)
    return { via, ...(kept === undefined ? {} : { profile: kept }) }
  }
  const kept = await profile()
  switch (how.by) {
    case 'ring': {
      const { name, passphrase, as } = how
      return { via: { by: 'ring', name, passphrase }, profile: kept, name: as }
    }
    case 'ring-user': {
      const { ringing } = await import('./keys/meeting.ts')
      const { user, introductions, as } = await ringing(how.name)
      const via = { by: 'ring-user', user, passphrase: how.passphrase } as const
      return { via, profile: kept, introductions, name: how.as === '' ? as : how.as }
    }
    case 'attend':
      return {
        via: { by: 'attend', user: how.name, passphrase: asked },
        profile: kept,
        ...how.with,
      }
    case 'listen': {
      const { name } = how
      const terminalSeed = await kept.terminalSeed(name, random)
      return { via: { by: 'listen', name, passphrase: asked }, profile: kept, terminalSeed }
    }
    case 'contact': {
      const contact = await kept.contact(how.name)
      if (contact === undefined) throw new HufuError('ERR_CONTACT_UNKNOWN', how.name)
      return { via: { by: 'contact', contact }, profile: kept }
    }
  }
}

/** Whom a session made in this way is with, as far as anybody gave a name. `rungBy`: what a caller said of itself. */
export function whoBy(how: How, rungBy: string): string {
  if (how.by === 'listen' || how.by === 'attend') return rungBy
  return 'name' in how ? how.name : ''
}
