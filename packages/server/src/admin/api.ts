import type { IncomingMessage, ServerResponse } from 'node:http'
import { HufuError } from '@hufu/protocol/wire'
import { SECURITY_HEADERS } from '../http/headers.ts'
import type { SourceOf } from '../gateway/source.ts'
import { actorOf, forbiddenText, recorded, refused, type ActPorts } from './act.ts'
import { hasBody, readJson, StatusError } from './body.ts'
import { identify, noteUse, useIsNews, type Identity } from './identity.ts'
import type { Permission } from './roles.ts'
import { find, type Lines, type Route, type Visitor } from './route.ts'
import type { Schema } from './schema.ts'
import { sourceRates } from './source-rates.ts'
import { statusOf } from './statuses.ts'
import { visitOf, type Own, type Visit } from './visit.ts'

/** What the API needs beside its routes. */
export interface ApiPorts extends ActPorts {
  readonly own: Own
  readonly sourceOf: SourceOf
  failed(error: unknown): void
}

/** Where all of it stands. */
export const API_PATH = '/api/v1'

/** Answers one request below {@link API_PATH}. It never rejects. */
export type Api = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/**
 * The operator's API over these routes. Whatever it refuses it answers with `{ error: { code, message } }`, by the one
 * table of codes.
 */
export function apiOver(routes: readonly Route[], ports: ApiPorts): Api {
  const { config, clock } = ports
  const rates = sourceRates(config.apiPerSecond, 4 * config.apiPerSecond)
  return async (request, response) => {
    try {
      const forwardedFor = request.headersDistinct['x-forwarded-for']?.join(',')
      const source = ports.sourceOf(request.socket.remoteAddress ?? '', forwardedFor)
      if (!rates.take(source, clock.now())) throw new HufuError('ERR_RATE')
      await serve(routes, ports, { request, response, source })
    } catch (error) {
      refuse(ports, request, response, error)
    }
  }
}

interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly source: string
}

async function serve(
  routes: readonly Route[],
  ports: ApiPorts,
  { request, response, source }: Exchange,
): Promise<void> {
  const [path = '', search] = (request.url ?? '').slice(API_PATH.length).split('?', 2)
  const found = find(routes, request.method ?? '', path)
  if ('allowed' in found) throw unknown(found.allowed, response)
  const { route } = found
  const visit = visitOf(request, ports.own)
  const who = await admitted(ports, route, visit)
  const visitor: Visitor = {
    source,
    safe: visit.safe,
    session: visit.credential?.by === 'session' ? visit.credential.hash : undefined,
    keep: (session) => void response.setHeader('Set-Cookie', visit.cookie(session)),
  }
  const params = fitting('the path', route.params, found.params)
  const query = fitting('the query', route.query, queryOf(search))
  const body = await bodyOf(route, request)
  const answer = await route.handle({ params, query, body, who, visitor })
  if (route.answer === undefined) return stream(response, answer as Lines)
  // what leaves is the schema's own copy: nothing that is not documented gets out
  const shown = route.answer.read(answer)
  if (shown === undefined) throw new Error(`the answer of ${route.id} does not fit its schema`)
  reply(response, 200, shown)
}

/** Who asks, if they may. A refusal for want of a permission is recorded. */
async function admitted(
  ports: ApiPorts,
  { id, access }: Route,
  { credential, watching }: Visit,
): Promise<Identity | undefined> {
  if (access === 'anybody') return undefined
  const { store, config, clock } = ports
  const now = clock.wall()
  const who = credential && (await store.read((db) => identify(db, credential, config, now)))
  if (who === undefined) throw new HufuError('ERR_SIGNED_OUT')
  if (!watching && (await store.read((db) => useIsNews(db, who.credential, now))))
    await store.write('soon', (db) => noteUse(db, who.credential, now))
  if (access !== 'signed in' && !who.permissions.includes(access))
    await deny(ports, who, id, access)
  return who
}

async function deny(
  ports: ApiPorts,
  who: Identity,
  id: string,
  permission: Permission,
): Promise<never> {
  const object = { kind: 'operation', id } as const
  const deed = { action: 'access.refused', object, detail: { permission } } as const
  return recorded(ports, actorOf(who), deed, async () =>
    refused('ERR_FORBIDDEN', forbiddenText(permission)),
  )
}

/** Each name once; what is not listed is refused by the schema. */
function queryOf(search: string | undefined): Readonly<Record<string, string>> {
  const pairs = [...new URLSearchParams(search ?? '')]
  if (new Set(pairs.map(([name]) => name)).size < pairs.length)
    throw new HufuError('ERR_API_REQUEST', 'the query names something twice')
  return Object.fromEntries(pairs)
}

async function bodyOf(route: Route, request: IncomingMessage): Promise<unknown> {
  if (route.body !== undefined) return fitting('the body', route.body, await readJson(request))
  if (hasBody(request)) throw new HufuError('ERR_API_REQUEST', 'this takes no body')
  return undefined
}

/** Names what is wrong, and never says what was sent: it may be a passphrase. */
function fitting<T>(where: string, schema: Schema<T>, value: unknown): T {
  const read = schema.read(value)
  if (read !== undefined) return read
  const field = schema.misfit?.(value)
  const what = field === undefined ? where : `${where}’s ${field}`
  throw new HufuError('ERR_API_REQUEST', `${what} is not what this operation takes`)
}

function unknown(allowed: readonly string[], response: ServerResponse): StatusError {
  if (allowed.length === 0) return new StatusError(404, 'there is nothing of this path')
  response.setHeader('Allow', allowed.join(', '))
  return new StatusError(405, `this path takes ${allowed.join(', ')}`)
}

async function stream(response: ServerResponse, { lines }: Lines): Promise<void> {
  response.writeHead(200, { ...HEADERS, 'Content-Type': 'application/x-ndjson' })
  for await (const text of lines) {
    if (response.destroyed) return
    if (!response.write(text)) await drained(response)
  }
  response.end()
}

/** Resolves too if whoever asked is gone. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      response.off('drain', go).off('close', go)
      resolve()
    }
    response.on('drain', go).on('close', go)
  })
}

function refuse(
  ports: ApiPorts,
  request: IncomingMessage,
  response: ServerResponse,
  thrown: unknown,
): void {
  const known = thrown instanceof HufuError
  const error = known ? thrown : new HufuError('ERR_INTERNAL', 'something went wrong in the server')
  if (!known || error.code === 'ERR_DATA_FOLDER') ports.failed(thrown)
  if (response.headersSent) return void response.destroy()
  // whatever else was sent is not read: it must not be taken for the next request
  if (hasBody(request) && !request.complete) response.setHeader('Connection', 'close')
  const status = error instanceof StatusError ? error.status : statusOf(error.code)
  if (status === 401) response.setHeader('WWW-Authenticate', 'Bearer')
  reply(response, status, { error: { code: error.code, message: error.message } })
}

const HEADERS = {
  ...SECURITY_HEADERS,
  'Content-Type': 'application/json',
  'Cache-Control': 'no-store',
  Vary: 'Cookie, Authorization',
}

function reply(response: ServerResponse, status: number, value: unknown): void {
  const body = Buffer.from(JSON.stringify(value))
  response.writeHead(status, { ...HEADERS, 'Content-Length': body.length })
  response.end(body)
}
