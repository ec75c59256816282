import type { ErrorCode } from '@hufu/protocol/wire'
import type { Identity } from './identity.ts'
import type { Permission } from './roles.ts'
import type { Schema } from './schema.ts'

/** Who may ask: anybody, whoever is signed in, or whoever has a permission. */
export type Access = 'anybody' | 'signed in' | Permission

/** What a route is given. What a client sent has been read by the route's own schemas. */
export interface Call<P, Q, B> {
  readonly params: P
  readonly query: Q
  readonly body: B
  /** Who asks; undefined only where anybody may. */
  readonly who: Identity | undefined
  readonly visitor: Visitor
}

/** Where a request comes from. */
export interface Visitor {
  /** As limits count it. */
  readonly source: string
  /** It came over TLS, as far as we can tell, or never left this machine. */
  readonly safe: boolean
  /** Hash of the session that it came with, good or not. */
  readonly session: Uint8Array | undefined
  /** Has the browser keep a session's id, until its limits; undefined: forget it. */
  keep(session: { readonly id: string; readonly maxAgeMs: number } | undefined): void
}

/** Lines of JSON, one object each, in place of an answer in one piece. */
export interface Lines {
  readonly lines: AsyncIterable<string>
}

/** One operation: what serves it and what documents it. */
export interface Route {
  readonly id: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Below `/api/v1`; `{name}` stands for a parameter. */
  readonly path: string
  readonly about: string
  readonly access: Access
  readonly params: Schema<unknown>
  readonly query: Schema<unknown>
  /** Undefined: it takes no body. */
  readonly body: Schema<unknown> | undefined
  /** Undefined: lines of JSON. */
  readonly answer: Schema<unknown> | undefined
  /** Codes that it may refuse with, beside those that any may. */
  readonly refuses: readonly ErrorCode[]
  handle(call: Call<unknown, unknown, unknown>): Promise<unknown>
}

/** A route whose parts fit one another, for the table of all. */
export function route<P, Q, B, A>(
  one: Omit<Route, 'params' | 'query' | 'body' | 'answer' | 'handle' | 'refuses'> & {
    readonly params?: Schema<P>
    readonly query?: Schema<Q>
    readonly body?: Schema<B>
    readonly answer?: Schema<A>
    readonly refuses?: readonly ErrorCode[]
    handle(call: Call<P, Q, B>): Promise<A>
  },
): Route {
  const { params = nothing, query = nothing, body, answer, refuses = [] } = one
  return { ...one, params, query, body, answer, refuses }
}

/** An object without fields. */
export const nothing: Schema<Readonly<Record<string, never>>> = {
  json: { type: 'object', additionalProperties: false },
  read: (value) =>
    typeof value === 'object' && value !== null && Object.keys(value).length === 0 ? {} : undefined,
}

/** The route that serves `path`, with its parameters as they were sent; those of other methods where none fits this one. */
export function find(
  routes: readonly Route[],
  method: string,
  path: string,
):
  | { readonly route: Route; readonly params: Readonly<Record<string, string>> }
  | { readonly allowed: readonly string[] } {
  const allowed: string[] = []
  for (const each of routes) {
    const params = matched(each.path, path)
    if (params === undefined) continue
    if (each.method === method) return { route: each, params }
    allowed.push(each.method)
  }
  return { allowed }
}

function matched(pattern: string, path: string): Readonly<Record<string, string>> | undefined {
  const [expected, found] = [pattern.split('/'), path.split('/')]
  if (expected.length !== found.length) return undefined
  const params: Record<string, string> = {}
  for (const [at, part] of expected.entries()) {
    const name = /^\{(\w+)\}$/.exec(part)?.[1]
    if (name === undefined && part !== found[at]) return undefined
    if (name !== undefined) params[name] = decoded(found[at]!)
  }
  return params
}

/** What cannot be decoded fits no parameter's schema either. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return ''
  }
}
