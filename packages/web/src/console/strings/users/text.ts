/** Users, their keys and sign-ins. */
export interface UsersText {
  readonly body: string
  readonly none: string
  readonly noneFits: string
  readonly search: string
  readonly find: string
  readonly all: string
  readonly before: string
  readonly after: string
  readonly user: string
  readonly userHint: string
  readonly state: string
  readonly active: string
  readonly suspended: string
  readonly created: string
  readonly reason: string
  readonly reasonHint: string
  readonly noReason: string
  readonly invite: string
  readonly inviteBody: string
  readonly inviteFor: string
  readonly forKey: string
  readonly forTerminal: string
  readonly makeCode: string
  readonly apart: string
  readonly code: string
  readonly link: string
  readonly furtherKey: string
  readonly suspend: string
  readonly suspendBody: string
  readonly resume: string
  readonly resumeBody: string
  readonly remove: string
  readonly removeBody: string
  readonly keys: string
  readonly key: string
  readonly noKeys: string
  readonly kind: string
  readonly good: string
  readonly revoked: string
  readonly lastUsed: string
  readonly never: string
  readonly revoke: string
  readonly signedIn: string
  readonly nowhere: string
  readonly nobody: string
  readonly signinsBody: string
  readonly terminal: string
  readonly connected: string
  readonly by: string
  readonly since: string
  readonly ends: string
  readonly neverEnds: string
  readonly release: string
  readonly invitations: string
  readonly noInvitations: string
  readonly withdraw: string
  readonly withdrawBody: string
  readonly chips: string
  readonly enrolled: string
  readonly inviteOf: (of: string) => string
  readonly codeHeading: (of: string) => string
  readonly keyCodeBody: (of: string) => string
  readonly terminalCodeBody: (of: string) => string
  readonly suspendOf: (of: string) => string
  readonly suspendedNow: (of: string) => string
  readonly resumeOf: (of: string) => string
  readonly resumed: (of: string) => string
  readonly removeOf: (of: string) => string
  readonly withdrawOf: (of: string) => string
  readonly withdrawn: (of: string) => string
  readonly until: (of: string) => string
  readonly expired: (of: string) => string
  readonly revokeOf: (of: string) => string
  readonly revokeBody: (of: string) => string
  readonly revokedNow: (of: string) => string
  readonly away: (of: string) => string
  readonly releaseOf: (of: string) => string
  readonly releaseBody: (of: string) => string
  readonly released: (of: string, at: string) => string
  readonly kinds: Readonly<Record<'software' | 'token' | 'passkey' | 'outside', string>>
  readonly proofs: Readonly<Record<'key' | 'chip', string>>
  readonly invitationKinds: Readonly<Record<'key' | 'recovery' | 'terminal', string>>
}

/** Who certifies users. */
export interface IssuersText {
  readonly body: string
  readonly none: string
  readonly name: string
  readonly ours: string
  readonly namespaces: string
  readonly namespacesHint: string
  readonly noNamespace: string
  readonly expires: string
  readonly add: string
  readonly addBody: string
  readonly certificate: string
  readonly certificateHint: string
  readonly added: string
  readonly remove: string
  readonly removeBody: string
  readonly removed: string
  readonly removeOf: (of: string) => string
}
