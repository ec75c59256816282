/** What somebody may do, each with what it opens. Names are API: add, never rename. */
export const PERMISSIONS = {
  'status.read': 'health, version, and the limits in force',
  'metrics.read': 'counts and charts',
  'sessions.read': 'which sessions there are, without what is said in them',
  'calls.read': 'which calls there are: who is in them, where and since when',
  'calls.end': 'end calls, with a reason',
  'audit.read': 'the audit record: page through it, check it, export it',
  'vault.read': 'how many secrets are kept, and under which master key',
  'vault.rotate': 'change the master key',
  'users.read': 'users, their keys, and who is signed in where',
  'users.write': 'invite, suspend and remove users',
  'keys.revoke': 'revoke users’ keys',
  'keys.certify': 'ask an authority to certify keys, for a server apart from it',
  'bindings.release': 'end sign-ins at terminals',
  'issuers.write': 'trust authorities from outside, or no longer',
  'operators.read': 'who has an account, and in which role',
  'operators.write': 'invite, change roles, have passphrases chosen anew, remove',
  'tokens.own': 'make, list and revoke tokens of one’s own',
  'tokens.all': 'list and revoke everybody’s tokens',
} as const

export type Permission = keyof typeof PERMISSIONS

/** All permissions, in the order of their table. */
export const PERMISSION_NAMES: readonly Permission[] = Object.keys(PERMISSIONS) as Permission[]

/** Who may do what: the one table. docs/operations.md shows it, and a test compares. */
export const ROLES = {
  /** Runs the server. */
  operator: PERMISSION_NAMES,
  /** Looks, and changes nothing. */
  auditor: [
    'status.read',
    'metrics.read',
    'sessions.read',
    'calls.read',
    'audit.read',
    'vault.read',
    'users.read',
    'operators.read',
    'tokens.own',
  ],
  /** Makes terminals, and brings their keys. */
  vendor: ['tokens.own'],
  /** Owns an application that terminals talk to. */
  'application-owner': ['tokens.own'],
} as const satisfies Record<string, readonly Permission[]>

export type Role = keyof typeof ROLES

export const ROLE_NAMES: readonly Role[] = Object.keys(ROLES) as Role[]

/** What `role` may do; nothing if there is no such role any more. */
export function permissionsOf(role: string): readonly Permission[] {
  return Object.hasOwn(ROLES, role) ? ROLES[role as Role] : []
}

/** Those of `names` that are permissions: an older version may have known others. */
export function knownPermissions(names: readonly string[]): readonly Permission[] {
  return PERMISSION_NAMES.filter((permission) => names.includes(permission))
}
