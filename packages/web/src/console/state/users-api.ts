import { ask, type Answer } from './client.ts'
import { flag, list, nullable, number, record, text, word, type Read } from './reading.ts'

/*
 * The part of the operator's API that is about users: see `api.ts`.
 */

const nothing = record({})
const state = word('active', 'suspended')
const listed = record({
  user: text,
  state,
  reason: nullable(text),
  created: number,
  keys: number,
  signedIn: number,
})
const key = record({
  id: text,
  kind: word('software', 'token', 'passkey', 'outside'),
  algorithm: text,
  created: number,
  expires: number,
  lastUsed: nullable(number),
  revoked: nullable(number),
  reason: nullable(text),
})
const binding = record({
  terminal: text,
  user: text,
  by: word('key', 'chip'),
  key: nullable(text),
  since: number,
  expires: number,
  lastSeen: number,
  connected: flag,
})
const invitation = record({
  kind: word('key', 'recovery', 'terminal'),
  created: number,
  expires: nullable(number),
})
const shown = record({
  user: text,
  state,
  reason: nullable(text),
  created: number,
  keys: list(key),
  signedIn: list(binding),
  chips: list(record({ terminal: text, enrolled: number })),
  invitations: list(invitation),
})
const invited = record({ user: text, code: text, expires: number, enrolUrl: nullable(text) })
const issuer = record({
  id: text,
  subject: text,
  namespaces: list(text),
  ours: flag,
  expires: number,
  added: number,
})

export type ListedUser = Read<typeof listed>
export type ShownUser = Read<typeof shown>
export type UserKey = Read<typeof key>
export type Binding = Read<typeof binding>
export type OpenInvitation = Read<typeof invitation>
export type Invited = Read<typeof invited>
export type Issuer = Read<typeof issuer>
type Asked<T> = Promise<Answer<T>>

/** Users in the order of their IDs: those after `after`, whose ID holds `part`. What is empty is left out. */
export const listUsers = (query: {
  readonly part: string
  readonly after: string
  readonly limit: number
}): Asked<{ readonly users: readonly ListedUser[] }> =>
  ask({ path: '/users', query, answer: record({ users: list(listed) }) })

/** One user, with keys, sign-ins and what they may still enrol with. */
export const showUser = (user: string): Asked<ShownUser> =>
  ask({ path: pathOf(user), answer: shown })

/** Makes a code by which a user enrols a key, or a terminal's chip. */
export const invite = (user: string, kind: 'key' | 'terminal'): Asked<Invited> =>
  ask({ method: 'POST', path: '/invitations', body: { user, kind }, answer: invited })

/** Withdraws what nobody has used, but for recovery codes. */
export const withdrawInvitations = (user: string): Asked<{ readonly withdrawn: number }> =>
  ask({
    method: 'DELETE',
    path: `${pathOf(user)}/invitations`,
    answer: record({ withdrawn: number }),
  })

export const suspendUser = (user: string, reason: string): Asked<unknown> =>
  ask({ method: 'POST', path: `${pathOf(user)}/suspend`, body: { reason }, answer: nothing })

export const resumeUser = (user: string): Asked<unknown> =>
  ask({ method: 'POST', path: `${pathOf(user)}/resume`, answer: nothing })

export const removeUser = (user: string): Asked<unknown> =>
  ask({ method: 'DELETE', path: pathOf(user), answer: nothing })

/** Revokes a key for good. */
export const revokeKey = (id: string, reason: string): Asked<unknown> =>
  ask({ method: 'POST', path: `/keys/${id}/revoke`, body: { reason }, answer: nothing })

/** Who is signed in where, in the order of the terminals. */
export const listBindings = (
  after: string,
  limit: number,
): Asked<{ readonly bindings: readonly Binding[] }> =>
  ask({ path: '/bindings', query: { after, limit }, answer: record({ bindings: list(binding) }) })

/** Ends a sign-in. */
export const releaseBinding = (terminal: string, reason: string): Asked<unknown> =>
  ask({
    method: 'POST',
    path: `/bindings/${terminal}/release`,
    body: { reason },
    answer: nothing,
  })

export const listIssuers = (): Asked<{ readonly issuers: readonly Issuer[] }> =>
  ask({ path: '/issuers', answer: record({ issuers: list(issuer) }) })

/** Trusts an authority from outside. `certificate`: PEM. */
export const addIssuer = (
  certificate: string,
  namespaces: readonly string[],
): Asked<{ readonly id: string }> =>
  ask({
    method: 'POST',
    path: '/issuers',
    body: { certificate, namespaces },
    answer: record({ id: text }),
  })

export const removeIssuer = (id: string): Asked<unknown> =>
  ask({ method: 'DELETE', path: `/issuers/${id}`, answer: nothing })

function pathOf(user: string): string {
  return `/users/${encodeURIComponent(user)}`
}
