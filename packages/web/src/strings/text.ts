import type { ErrorCode } from '@hufu/terminal'

/**
 * Everything that the app says. Each language has one table of this type, so that a missing string does not compile. What
 * depends on a name, a number or a time is a function of it.
 */
export interface Text {
  /** The document's title. Begins with `hufu`. */
  readonly title: string
  readonly skip: string
  readonly languages: string
  readonly tally: string
  readonly nav: {
    readonly label: string
    readonly contacts: string
    readonly about: string
    readonly keys: string
  }
  readonly act: {
    readonly copy: string
    readonly copied: string
    readonly cancel: string
    readonly again: string
    readonly home: string
    readonly save: string
    readonly show: string
    readonly hide: string
  }
  readonly home: {
    readonly headline: string
    readonly lead: string
    readonly open: Step
    readonly openButton: string
    readonly join: Step
    readonly name: Step
    readonly ring: string
    readonly listen: string
    readonly contacts: string
    readonly allContacts: string
    readonly user: UserText
  }
  readonly code: CodeText
  readonly open: OpenText
  readonly join: { readonly heading: string; readonly fromLink: string; readonly byHand: string }
  readonly name: NameText
  readonly pairing: PairingText
  readonly words: WordsText
  readonly talk: TalkText
  readonly file: FileText
  readonly contacts: ContactsText
  readonly failed: { readonly code: string }
  readonly insecure: {
    readonly heading: string
    readonly why: string
    readonly what: string
    readonly operator: string
  }
  readonly about: AboutText
  readonly time: {
    /** At least a minute, in whole minutes; or fewer seconds. */
    readonly left: (seconds: number) => string
  }
  /** For each error: what happened, and what to do next. */
  readonly errors: Readonly<Record<ErrorCode, Told>>
}

/** Something to do: a short heading, and a sentence or two. */
export interface Step {
  readonly heading: string
  /** What stands between backquotes is shown as code. */
  readonly body: string
}

/** What a user is told of an error. Both are whole sentences. */
export interface Told {
  readonly what: string
  readonly next: string
}

/** Who is signed in, on the first screen. */
export interface UserText {
  readonly heading: string
  readonly body: string
  readonly signIn: string
  readonly here: (user: string) => string
  readonly otherTab: (user: string) => string
  readonly ended: (user: string) => string
  readonly more: string
}

/** Typing a code. */
export interface CodeText {
  readonly label: string
  readonly hint: string
  readonly join: string
  readonly malformed: string
  readonly unknown: (word: string) => string
  readonly meant: (typed: string, word: string) => string
  readonly use: (word: string) => string
  readonly asTyped: string
}

/** The one who opened, until the other comes. */
export interface OpenText {
  readonly heading: string
  readonly body: string
  readonly left: (time: string) => string
  readonly number: string
  readonly words: string
  readonly copyCode: string
  readonly copyLink: string
  readonly share: string
  readonly ways: string
  readonly here: (host: string) => string
  readonly shell: string
  readonly picture: string
  readonly careful: string
}

/** Ringing somebody, or waiting to be rung. */
export interface NameText {
  readonly ringHeading: string
  readonly ringBody: string
  readonly whom: string
  readonly whomHint: string
  readonly passphrase: string
  readonly passphraseHint: string
  readonly self: string
  readonly selfHint: string
  readonly ring: string
  readonly listenHeading: string
  readonly listenBody: string
  readonly under: string
  readonly underHint: string
  readonly listen: string
  readonly badName: string
  readonly badPassphrase: string
}

/** On the way to a session. */
export interface PairingText {
  readonly connecting: string
  readonly lost: string
  readonly matching: string
  readonly matchingBody: string
  readonly ringing: (name: string) => string
  readonly ringingBody: string
  readonly waiting: (name: string) => string
  readonly waitingBody: string
  readonly listening: (name: string) => string
  readonly listeningBody: string
  readonly permit: string
  readonly permitBody: string
  readonly stillListening: string
  readonly shell: string
  /** Instead of what `ERR_PAIR_GUESSED` says of codes. */
  readonly guessed: Told
  readonly rings: (who: string) => string
  readonly somebody: string
  readonly unverified: string
  readonly question: string
  readonly answer: string
  readonly decline: string
  readonly left: (time: string) => string
}

/** The four words that both compare. */
export interface WordsText {
  readonly heading: string
  readonly body: string
  readonly same: string
  readonly differ: string
  readonly compared: string
  readonly label: string
  readonly differHeading: string
  readonly differBody: string
}

/** The conversation. */
export interface TalkText {
  /** In a sentence, and alone. */
  readonly other: string
  readonly otherAlone: string
  readonly me: string
  readonly log: string
  readonly message: string
  readonly placeholder: string
  readonly send: string
  readonly underway: string
  readonly delivered: string
  readonly undelivered: string
  readonly typing: string
  readonly here: string
  readonly away: string
  readonly awayLong: string
  readonly serverLost: string
  readonly serverLostLong: string
  readonly returning: string
  readonly returned: string
  /** `who` is empty if nobody gave a name. */
  readonly paired: (who: string) => string
  readonly finished: string
  readonly leaving: string
  readonly keyAge: (time: string) => string
  readonly keyAgeBody: string
  readonly over: string
  readonly overBody: string
  readonly overLost: (count: number) => string
  readonly leave: string
  readonly leaveHeading: string
  readonly leaveBody: string
  readonly leaveBusy: string
  readonly stay: string
  readonly remember: string
  readonly rememberHeading: string
  readonly rememberBody: string
  readonly rememberName: string
  readonly remembering: (name: string) => string
  /** The other has asked to be remembered. */
  readonly wish: string
  readonly remembered: (name: string) => string
  readonly unremembered: string
  readonly nameExists: string
  readonly newest: string
  /** A notification: what it was is not in it. */
  readonly news: (who: string) => string
}

/** Files in a conversation. */
export interface FileText {
  readonly attach: string
  readonly folder: string
  readonly drop: string
  readonly accept: string
  readonly acceptAt: string
  readonly saveAgain: string
  readonly decline: string
  readonly cancel: string
  readonly sendAgain: string
  readonly offering: string
  readonly progress: (name: string) => string
  /** `3.2 MB of 10 MB`. */
  readonly part: (done: string, of: string) => string
  readonly rate: (size: string) => string
  readonly left: (time: string) => string
  readonly sent: string
  readonly received: string
  readonly savedAs: (name: string) => string
  readonly resumed: (size: string) => string
  readonly declined: string
  readonly cancelled: string
  /** By a reload of either page, or by the end of the session. */
  readonly aborted: string
}

/** Who can be met again. */
export interface ContactsText {
  readonly heading: string
  readonly body: string
  readonly none: string
  readonly meet: string
  readonly meetName: (name: string) => string
  readonly rename: string
  readonly renameName: (name: string) => string
  readonly forget: string
  readonly forgetName: (name: string) => string
  readonly forgetBody: string
  readonly newName: string
  readonly badName: string
  readonly used: (date: string) => string
  readonly renamed: (name: string) => string
  readonly forgotten: (name: string) => string
}

/** What this is, what the server sees, and the same from a shell. */
export interface AboutText {
  readonly heading: string
  readonly origin: Step
  readonly fromOrigin: (origin: string) => string
  readonly otherServer: (server: string) => string
  readonly server: Step
  readonly seesHeading: string
  readonly sees: readonly string[]
  readonly blindHeading: string
  readonly blind: readonly string[]
  readonly shell: Step
  readonly opens: string
  readonly joins: string
  readonly sends: string
  readonly receives: string
  readonly waits: string
  readonly rings: string
  readonly footer: string
}
