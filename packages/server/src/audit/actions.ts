import { list, oneOf, string, uint, type Field, type Read } from '@hufu/protocol/wire'
import { PERMISSION_NAMES, ROLE_NAMES } from '../admin/roles.ts'
import { SETTINGS, type Config } from '../settings.ts'

/*
 * All that is ever recorded. A new action is a new row: its name, the kind of thing that it is done to, and the fields
 * that its detail has. What is no field here has no way into an entry.
 */

/**
 * What a field of a detail may carry: numbers, words, lists of words. Octets are no such thing, nor is a `Secret`. Text
 * that somebody chose must not be a field where it could be a secret.
 */
type DetailField = Field<number> | Field<boolean> | Field<string> | Field<readonly string[]>
type DetailFields = { readonly [name: string]: DetailField }

interface Kind<O extends string, F extends DetailFields> {
  /** What it is done to. */
  readonly object: O
  readonly detail: F
}

/** The closed list. Names are API: add, never rename. docs/operations.md explains each. */
export const ACTIONS = {
  'server.start': on('server', { version: string(32), node: string(32) }),
  'server.config': on('server', { changed: list(oneOf(...settingNames()), 1_000) }),
  'server.stop': on('server', {}),
  'audit.drop': on('audit', {
    through: uint(Number.MAX_SAFE_INTEGER),
    entries: uint(Number.MAX_SAFE_INTEGER),
    days: uint(100_000),
  }),
  'operator.setup-code': on('server', {}),
  'operator.setup': on('operator', {}),
  'operator.login': on('operator', {}),
  'operator.logout': on('operator', {}),
  'operator.logout-others': on('operator', {}),
  'operator.passphrase': on('operator', {}),
  'operator.add': on('operator', { role: oneOf(...ROLE_NAMES) }),
  'operator.role': on('operator', { role: oneOf(...ROLE_NAMES) }),
  'operator.reset': on('operator', {}),
  'operator.remove': on('operator', {}),
  'token.create': on('token', {
    scope: list(oneOf(...PERMISSION_NAMES), 100),
    days: uint(100_000),
  }),
  'token.revoke': on('token', {}),
  'backup.make': on('backup', {}),
  'backup.restore': on('backup', {
    through: uint(Number.MAX_SAFE_INTEGER),
    former: uint(Number.MAX_SAFE_INTEGER),
  }),
  'vault.rotate': on('vault', {}),
  'vault.rotated': on('vault', { dataKeys: uint(Number.MAX_SAFE_INTEGER) }),
  'user.invite': on('user', { kind: oneOf('key', 'terminal'), hours: uint(100_000) }),
  'user.withdraw': on('user', {}),
  'user.suspend': on('user', { reason: string(500) }),
  'user.resume': on('user', {}),
  'user.remove': on('user', {}),
  'key.enrol': on('key', {
    user: string(254),
    kind: oneOf('software', 'token', 'passkey', 'outside'),
    by: oneOf('key', 'recovery', 'invitation'),
  }),
  'key.renew': on('key', { user: string(254) }),
  'key.revoke': on('key', { user: string(254), reason: string(500) }),
  'chip.enrol': on('terminal', { user: string(254) }),
  'signin.bind': on('terminal', { user: string(254), by: oneOf('key', 'chip'), key: string(64) }),
  'signin.release': on('terminal', { user: string(254) }),
  'signin.end': on('terminal', { user: string(254), code: string(64), reason: string(500) }),
  'binding.release': on('terminal', {}),
  'call.place': on('call', { user: string(254), terminal: string(64) }),
  'call.join': on('call', { user: string(254), terminal: string(64), index: uint(65_535) }),
  'call.leave': on('call', { user: string(254), terminal: string(64), code: string(64) }),
  'call.host': on('call', { user: string(254), terminal: string(64), index: uint(65_535) }),
  'call.end': on('call', { code: string(64), reason: string(500) }),
  'issuer.add': on('issuer', { namespaces: list(string(253), 64) }),
  'issuer.remove': on('issuer', {}),
  'access.refused': on('operation', { permission: oneOf(...PERMISSION_NAMES) }),
} as const

export type Action = keyof typeof ACTIONS

/** What the detail of an action has: exactly these fields. */
export type DetailOf<A extends Action> = keyof (typeof ACTIONS)[A]['detail'] extends never
  ? Readonly<Record<string, never>>
  : Read<(typeof ACTIONS)[A]['detail']>

function on<const O extends string, F extends DetailFields>(object: O, detail: F): Kind<O, F> {
  return { object, detail }
}

function settingNames(): readonly (keyof Config)[] {
  return Object.keys(SETTINGS) as (keyof Config)[]
}
