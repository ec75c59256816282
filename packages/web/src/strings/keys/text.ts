import type { KeyKind } from '@hufu/terminal'
import type { Told } from '../text.ts'

/** What the app says of users and their keys: loaded with the screens that are about them. */
export interface KeysText {
  readonly heading: string
  /** Nobody is signed in. */
  readonly signInBody: string
  readonly signIn: string
  readonly touching: string
  readonly enrolLink: string
  readonly ways: WaysText
  readonly here: HereText
  readonly otherTab: {
    readonly body: (user: string) => string
    readonly take: string
    readonly busy: Told
  }
  readonly looking: string
  readonly ended: { readonly heading: (user: string) => string; readonly reason: string }
  readonly enrol: EnrolText
  readonly recovery: RecoveryText
  readonly list: ListText
  readonly who: WhoText
  readonly alarm: AlarmText
  readonly met: MetText
  readonly kinds: Readonly<Record<KeyKind, string>>
  /** Instead of what some codes say where no passkey is at hand. */
  readonly told: {
    readonly address: Told
    readonly browser: Told
    readonly same: Told
    readonly strangers: Told
    readonly last: Told
  }
}

/** What else there is where a passkey does not do. */
export interface WaysText {
  readonly heading: string
  readonly host: (host: string) => string
  readonly browser: string
  readonly shell: string
  readonly recovery: string
}

/** Somebody is signed in. */
export interface HereText {
  readonly user: string
  readonly since: string
  readonly until: string
  readonly keyed: string
  readonly locked: string
  readonly lockedBody: string
  readonly unlock: string
  readonly release: string
  readonly releaseBody: string
  readonly elsewhere: string
  readonly nowhere: string
  readonly terminal: (id: string) => string
  readonly connected: string
  readonly away: string
  readonly signedInSince: (date: string) => string
  readonly releaseIt: string
  readonly releaseThere: (id: string) => string
  readonly released: (id: string) => string
}

/** Making a key. */
export interface EnrolText {
  readonly heading: string
  readonly body: string
  readonly code: string
  readonly codeHint: string
  readonly badCode: string
  readonly steps: readonly string[]
  readonly make: string
  readonly making: string
}

/** The code that is shown once. */
export interface RecoveryText {
  readonly heading: (user: string) => string
  readonly body: string
  readonly copy: string
  readonly print: string
  readonly download: string
  /** What the file, and the printed page, say around the code. */
  readonly file: (user: string, host: string) => string
  readonly kept: string
  readonly goOn: string
}

/** A user's keys. */
export interface ListText {
  readonly heading: string
  readonly body: string
  readonly made: (date: string) => string
  readonly used: (date: string) => string
  readonly unused: string
  readonly revokedAt: (date: string) => string
  readonly here: string
  readonly revoke: string
  readonly revokeName: (kind: string, date: string) => string
  readonly revokeBody: string
  readonly revoked: string
  readonly add: string
  readonly addBody: string
  readonly added: string
}

/** Who the other in a talk is. */
export interface WhoText {
  readonly verified: (user: string, kind: string) => string
  readonly badge: string
  readonly first: string
  readonly since: (date: string) => string
  readonly changed: (date: string) => string
  readonly nobody: string
  readonly claimed: (user: string) => string
  readonly unshown: (user: string) => string
  /** The user was verified before, and now shows nothing. */
  readonly wasKnown: (user: string) => string
  readonly why: string
  /** When it rings and the KEY is not in memory. */
  readonly locked: (user: string) => string
  readonly unlocked: (user: string) => string
}

/** Somebody's key is another than before. */
export interface AlarmText {
  readonly heading: (user: string) => string
  readonly body: (date: string, kind: string) => string
  readonly advice: string
  readonly accept: string
  readonly refuse: string
}

/** Who was met, verified. */
export interface MetText {
  readonly heading: string
  readonly body: string
  readonly since: (kind: string, date: string) => string
  readonly forget: string
  readonly forgetName: (user: string) => string
  readonly forgetBody: string
  readonly forgotten: (user: string) => string
}
