import { ask, type Answer } from './client.ts'
import {
  anything,
  flag,
  list,
  nullable,
  number,
  record,
  table,
  text,
  word,
  type Read,
} from './reading.ts'

/*
 * The operator's API, as far as the console uses it: `/api/v1/openapi.json` of the server describes all of it. Times are
 * milliseconds since 1970-01-01T00:00Z.
 */

const nothing = record({})
const who = record({ operator: text, role: text, permissions: list(text), expires: number })
const status = record({
  state: word('up', 'draining'),
  store: flag,
  version: text,
  node: text,
  started: number,
  uptimeMs: number,
  limits: list(
    record({ name: text, value: number, isDefault: flag, used: nullable(number), about: text }),
  ),
})
const column = list(number)
const metrics = record({
  totals: record({
    pairings: table(number),
    hellos: table(number),
    ends: table(number),
    throttled: number,
  }),
  stepMs: number,
  end: number,
  series: record({
    connections: column,
    sessions: column,
    pairings: column,
    failures: column,
    frames: column,
    octets: column,
    loopMs: column,
    writeMs: column,
    answerP50Ms: column,
    answerP99Ms: column,
    verdictP50Ms: column,
    verdictP99Ms: column,
  }),
  failed: table(column),
})
const session = record({
  id: text,
  members: number,
  active: flag,
  since: number,
  lastUsed: number,
  frames: number,
  octets: number,
})
const entry = record({
  seq: number,
  at: number,
  actor: text,
  action: text,
  object: record({ kind: text, id: text }),
  outcome: text,
  detail: table(anything),
  hash: text,
})
const verdict = record({
  entries: number,
  first: number,
  last: number,
  marks: number,
  marked: number,
  publicKey: nullable(text),
  fault: nullable(record({ is: text, seq: number, text })),
})
const token = record({
  id: text,
  name: text,
  operator: text,
  scope: list(text),
  created: number,
  expires: number,
  lastUsed: nullable(number),
})
const newToken = record({ token: text, id: text, scope: list(text), expires: number })
const operator = record({ name: text, role: text, created: number, invited: flag })
const openingCode = record({ code: text, expires: number })
const change = record({ done: number, total: number })
const vault = record({
  secrets: number,
  masters: list(record({ id: text, state: word('current', 'leaving'), dataKeys: number })),
  change: nullable(change),
  lastFailure: nullable(text),
})
const otherSession = record({
  keeper: word('browser', 'program'),
  created: number,
  lastUsed: number,
})

export type Who = Read<typeof who>
export type Status = Read<typeof status>
export type Metrics = Read<typeof metrics>
export type ListedSession = Read<typeof session>
export type Entry = Read<typeof entry>
export type Verdict = Read<typeof verdict>
export type Token = Read<typeof token>
export type NewToken = Read<typeof newToken>
export type Operator = Read<typeof operator>
export type OpeningCode = Read<typeof openingCode>
export type Vault = Read<typeof vault>
export type OtherSession = Read<typeof otherSession>
type Asked<T> = Promise<Answer<T>>

/** Who is signed in. */
export const whoAmI = (): Asked<Who> => ask({ path: '/session', answer: who })

/** Whether there is no account yet. */
export const isFirst = (): Asked<{ readonly first: boolean }> =>
  ask({ path: '/setup', answer: record({ first: flag }) })

/** Opens an account with a code, and signs in. */
export const setUp = (body: {
  readonly code: string
  readonly name: string
  readonly passphrase: string
}): Asked<Who> => ask({ method: 'POST', path: '/setup', body, answer: who })

/** Signs in. */
export const signIn = (name: string, passphrase: string): Asked<Who> =>
  ask({ method: 'POST', path: '/session', body: { name, passphrase }, answer: who })

/** Signs out here. */
export const signOut = (): Asked<unknown> =>
  ask({ method: 'DELETE', path: '/session', answer: nothing })

/** Where else one is signed in. */
export const otherSessions = (): Asked<{ readonly sessions: readonly OtherSession[] }> =>
  ask({ path: '/session/others', answer: record({ sessions: list(otherSession) }) })

/** Signs out everywhere else. */
export const endOtherSessions = (): Asked<{ readonly ended: number }> =>
  ask({ method: 'DELETE', path: '/session/others', answer: record({ ended: number }) })

/** Changes one's own passphrase. */
export const changePassphrase = (current: string, passphrase: string): Asked<Who> =>
  ask({ method: 'PUT', path: '/session/passphrase', body: { current, passphrase }, answer: who })

/** How the server does. */
export const readStatus = (): Asked<Status> => ask({ path: '/status', answer: status })

/** Counts and charts. */
export const readMetrics = (span: 'minutes' | 'day'): Asked<Metrics> =>
  ask({ path: '/metrics', query: { span }, answer: metrics })

/** Sessions, the newest first. */
export const listSessions = (
  limit: number,
  offset: number,
): Asked<{ readonly total: number; readonly sessions: readonly ListedSession[] }> =>
  ask({
    path: '/sessions',
    query: { limit, offset },
    answer: record({ total: number, sessions: list(session) }),
  })

/** What is looked for in the audit record. What is empty may be anything. */
export interface AuditFilter {
  readonly actor: string
  readonly action: string
  readonly object: string
  readonly outcome: string
}

/** Entries of the audit record before number `before`, the newest first; and where to go on. */
export const listAudit = (
  filter: AuditFilter,
  before: number | undefined,
  limit: number,
): Asked<{ readonly entries: readonly Entry[]; readonly next: number | null }> =>
  ask({
    path: '/audit',
    query: { ...filter, before, limit },
    answer: record({ entries: list(entry), next: nullable(number) }),
  })

/** Checks the audit record. That may take long. */
export const verifyAudit = (): Asked<Verdict> =>
  ask({ method: 'POST', path: '/audit/verify', answer: verdict, patienceMs: 600_000 })

export const listTokens = (): Asked<{ readonly tokens: readonly Token[] }> =>
  ask({ path: '/tokens', answer: record({ tokens: list(token) }) })

/** Makes a token. */
export const createToken = (body: {
  readonly name: string
  readonly scope: readonly string[]
  readonly lifetimeMs: number
}): Asked<NewToken> => ask({ method: 'POST', path: '/tokens', body, answer: newToken })

/** Ends a token, and those that it made. */
export const revokeToken = (id: string): Asked<unknown> =>
  ask({ method: 'DELETE', path: `/tokens/${encodeURIComponent(id)}`, answer: nothing })

export const listOperators = (): Asked<{ readonly operators: readonly Operator[] }> =>
  ask({ path: '/operators', answer: record({ operators: list(operator) }) })

/** Makes an account, with a code that opens it. */
export const addOperator = (name: string, role: string): Asked<OpeningCode> =>
  ask({ method: 'POST', path: '/operators', body: { name, role }, answer: openingCode })

/** Gives an account another role. */
export const changeRole = (name: string, role: string): Asked<unknown> =>
  ask({ method: 'PUT', path: `${pathOf(name)}/role`, body: { role }, answer: nothing })

/** Has an account's owner choose a new passphrase with a code. */
export const resetOperator = (name: string): Asked<OpeningCode> =>
  ask({ method: 'POST', path: `${pathOf(name)}/reset`, answer: openingCode })

/** Removes an account. */
export const removeOperator = (name: string): Asked<unknown> =>
  ask({ method: 'DELETE', path: pathOf(name), answer: nothing })

export const readVault = (): Asked<Vault> => ask({ path: '/vault', answer: vault })

/** Begins to change the master key. */
export const rotateVault = (): Asked<Read<typeof change>> =>
  ask({ method: 'POST', path: '/vault/rotate', answer: change })

function pathOf(operator: string): string {
  return `/operators/${encodeURIComponent(operator)}`
}
