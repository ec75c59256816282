import type { IssuersText, UsersText } from './users/text.ts'

/**
 * Everything that the console says beside what the rest of the app says too (`strings/text.ts`, errors among it). Each
 * language has one table of this type.
 */
export interface ConsoleText {
  readonly name: string
  readonly navigation: string
  readonly menu: string
  readonly loading: string
  readonly stale: string
  readonly close: string
  readonly again: string
  readonly done: string
  readonly none: string
  readonly signOut: string
  /** What a role's name is among people. */
  readonly roles: Readonly<Record<string, string>>
  /** What each permission opens. */
  readonly permissions: Readonly<Record<string, string>>
  readonly missing: string
  readonly pages: PageNames
  readonly entrance: EntranceText
  readonly overview: OverviewText
  readonly charts: ChartsText
  readonly limits: LimitsText
  readonly sessions: SessionsText
  readonly calls: CallsText
  readonly users: UsersText
  readonly issuers: IssuersText
  readonly audit: AuditText
  readonly tokens: TokensText
  readonly operators: OperatorsText
  readonly vault: VaultText
  readonly account: AccountText
}

/** Every page of the console, by its path. */
export interface PageNames {
  readonly overview: string
  readonly sessions: string
  readonly calls: string
  readonly users: string
  readonly signins: string
  readonly issuers: string
  readonly audit: string
  readonly tokens: string
  readonly operators: string
  readonly vault: string
  readonly account: string
}

/** Signing in, and opening an account. */
export interface EntranceText {
  readonly heading: string
  readonly body: string
  readonly ended: (name: string) => string
  readonly user: string
  readonly passphrase: string
  readonly signIn: string
  readonly haveCode: string
  readonly haveAccount: string
  readonly firstHeading: string
  readonly firstBody: string
  readonly setupHeading: string
  readonly setupBody: string
  readonly code: string
  readonly codeHint: string
  readonly nameHint: string
  readonly newPassphrase: string
  readonly passphraseHint: string
  readonly repeat: string
  readonly differ: string
  readonly setUp: string
  readonly noCode: string
  readonly lostHeading: string
}

/** Health. */
export interface OverviewText {
  readonly state: string
  readonly up: string
  readonly draining: string
  readonly store: string
  readonly answers: string
  readonly silent: string
  readonly version: string
  readonly node: (version: string) => string
  readonly uptime: string
  readonly since: (time: string) => string
  readonly live: string
  readonly pause: string
  readonly resume: string
  readonly span: string
  readonly minutes: string
  readonly day: string
}

/** Charts. */
export interface ChartsText {
  readonly heading: string
  readonly connections: string
  readonly sessions: string
  readonly inUse: string
  readonly pairings: string
  readonly stood: string
  readonly failures: string
  readonly noFailures: string
  readonly others: string
  readonly answer: string
  readonly verdict: string
  readonly half: string
  readonly most: string
  readonly process: string
  readonly write: string
  readonly loop: string
  readonly traffic: string
  readonly octets: string
  readonly perSecond: (size: string) => string
  readonly asTable: string
  readonly time: string
  /** For who cannot see it: `name` with its latest, least and most. */
  readonly summary: (name: string, now: string, least: string, most: string) => string
  readonly byCode: string
  readonly code: string
  readonly meaning: string
  readonly inSpan: string
  readonly sinceStart: string
}

/** Limits in force. */
export interface LimitsText {
  readonly heading: string
  readonly body: string
  readonly name: string
  readonly value: string
  readonly used: string
  readonly about: string
  readonly changed: string
  readonly others: (count: string) => string
  /** `12 of 10,000`. */
  readonly usedOf: (used: string, of: string) => string
  /** What each is for; a setting that is not here is described by the server, in English. */
  readonly settings: Readonly<Record<string, string>>
}

/** Calls of users. */
export interface CallsText {
  readonly body: string
  readonly none: string
  readonly total: (count: string) => string
  readonly newer: string
  readonly older: string
  readonly id: string
  readonly host: string
  readonly initiator: string
  readonly since: string
  readonly size: string
  readonly ringing: string
  readonly epoch: string
  readonly back: string
  readonly members: string
  readonly nobody: string
  readonly index: string
  readonly isHost: string
  readonly away: string
  readonly rung: string
  readonly end: string
  readonly endOf: (id: string) => string
  /** In place of a host, where there is none. */
  readonly noHost: string
  readonly endBody: (size: string) => string
  readonly ended: (id: string) => string
}

/** Sessions of terminals. */
export interface SessionsText {
  readonly body: string
  readonly none: string
  readonly total: (count: string) => string
  readonly id: string
  readonly members: string
  readonly state: string
  readonly active: string
  readonly idle: string
  readonly since: string
  readonly lastUsed: string
  readonly frames: string
  readonly octets: string
  readonly newer: string
  readonly older: string
}

/** The audit record. */
export interface AuditText {
  readonly body: string
  readonly none: string
  readonly looking: string
  readonly lookFurther: string
  readonly number: string
  readonly time: string
  readonly actor: string
  readonly action: string
  readonly object: string
  readonly outcome: string
  readonly detail: string
  readonly doneOutcome: string
  readonly filter: string
  readonly any: string
  readonly refused: string
  readonly actorHint: string
  readonly objectHint: string
  readonly apply: string
  readonly clear: string
  readonly newer: string
  readonly older: string
  readonly check: string
  readonly checkHeading: string
  readonly checkBody: string
  readonly checking: (time: string) => string
  readonly good: (entries: string) => string
  readonly unmarked: string
  readonly goodBody: (marks: string, marked: string) => string
  readonly key: string
  readonly bad: string
  readonly show: (entry: string) => string
  readonly export: string
  /** What was done, by the name of the action. */
  readonly actions: Readonly<Record<string, string>>
  /** What is wrong with the record, by its kind; for the number of an entry. */
  readonly faults: Readonly<Record<string, (entry: string) => string>>
}

/** Tokens of programs. */
export interface TokensText {
  readonly body: string
  readonly none: string
  readonly create: string
  readonly label: string
  readonly labelHint: string
  readonly badLabel: string
  readonly scope: string
  readonly noScope: string
  readonly lifetime: string
  readonly owner: string
  readonly expires: string
  readonly expired: string
  readonly lastUsed: string
  readonly never: string
  readonly revoke: string
  readonly revokeName: (name: string) => string
  readonly revokeBody: string
  readonly revoked: (name: string) => string
  readonly madeHeading: string
  readonly madeBody: string
  readonly token: string
  readonly tryIt: string
}

/** Who has an account. */
export interface OperatorsText {
  readonly body: string
  readonly add: string
  readonly user: string
  readonly role: string
  readonly created: string
  readonly state: string
  readonly invited: string
  readonly open: string
  readonly you: string
  readonly changeRole: string
  readonly changeRoleOf: (name: string) => string
  readonly changeRoleBody: string
  readonly reset: string
  readonly resetOf: (name: string) => string
  readonly resetBody: string
  readonly remove: string
  readonly removeOf: (name: string) => string
  readonly removeBody: string
  readonly last: string
  readonly codeHeading: (name: string) => string
  readonly codeBody: (address: string, time: string) => string
  readonly code: string
  readonly changed: (name: string) => string
  readonly removed: (name: string) => string
}

/** The vault, in numbers. */
export interface VaultText {
  readonly body: string
  readonly secrets: string
  readonly masters: string
  readonly master: string
  readonly state: string
  readonly current: string
  readonly leaving: string
  readonly dataKeys: string
  readonly allDataKeys: string
  readonly rotate: string
  readonly rotateHeading: string
  readonly rotateBody: string
  readonly changing: string
  readonly progress: (done: string, total: string) => string
  readonly changed: string
  readonly failed: string
}

/** Whoever is signed in. */
export interface AccountText {
  readonly user: string
  readonly role: string
  readonly may: string
  readonly passphraseHeading: string
  readonly passphraseBody: string
  readonly present: string
  readonly change: string
  readonly changed: string
  readonly elsewhere: string
  readonly elsewhereBody: string
  readonly nowhereElse: string
  readonly keeper: string
  readonly browser: string
  readonly program: string
  readonly since: string
  readonly lastUsed: string
  readonly endOthers: string
  readonly endedOthers: (count: string) => string
}
