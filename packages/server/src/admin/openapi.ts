import { ERRORS, type ErrorCode } from '@hufu/protocol/wire'
import { MOST_BODY_OCTETS } from './body.ts'
import { PERMISSIONS } from './roles.ts'
import type { Access, Route } from './route.ts'
import type { JsonSchema, Schema } from './schema.ts'
import { statusOf } from './statuses.ts'
import { REQUEST_HEADER } from './visit.ts'

/** The OpenAPI 3.1 document of these routes (https://spec.openapis.org/oas/v3.1.1.html), as a value for JSON. */
export function openApi(routes: readonly Route[], base: string, version: string): JsonSchema {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const route of routes)
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation(route) }
  return {
    openapi: '3.1.1',
    info: {
      title: 'hufu: the operator’s API',
      version,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      description: `Whatever is not a GET needs the header ${REQUEST_HEADER}, with any value. Bodies are JSON of at most ${MOST_BODY_OCTETS} octets; fields that are not listed are refused. Times are milliseconds since 1970-01-01T00:00Z.`,
    },
    servers: [{ url: base }],
    paths,
    components: {
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'A token (`hufu_…`), or the session of a program (`hufus_…`).',
        },
        cookie: { type: 'apiKey', in: 'cookie', name: '__Host-hufu-session' },
      },
      schemas: { Error: ERROR },
    },
    'x-permissions': PERMISSIONS,
  }
}

const ERROR: JsonSchema = {
  type: 'object',
  required: ['error'],
  additionalProperties: false,
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message'],
      additionalProperties: false,
      properties: {
        code: { type: 'string', enum: Object.keys(ERRORS) },
        message: { type: 'string' },
      },
    },
  },
}

function operation(route: Route): JsonSchema {
  const { id, about, access, body, answer } = route
  return {
    operationId: id,
    description: about,
    ...(access === 'anybody' ? { security: [] } : { security: [{ bearer: [] }, { cookie: [] }] }),
    'x-access': access,
    parameters: parametersOf(route),
    ...(body === undefined
      ? {}
      : {
          requestBody: { required: true, content: { 'application/json': { schema: body.json } } },
        }),
    responses: {
      200: { description: 'Done.', content: contentOf(answer) },
      ...Object.fromEntries(refusals(access, route)),
    },
  }
}

function contentOf(answer: Schema<unknown> | undefined): JsonSchema {
  return answer === undefined
    ? { 'application/x-ndjson': { schema: { type: 'string' } } }
    : { 'application/json': { schema: answer.json } }
}

function parametersOf({ method, params, query }: Route): readonly JsonSchema[] {
  const header = { name: REQUEST_HEADER, in: 'header', required: true, schema: { type: 'string' } }
  return [
    ...fieldsOf(params).map(([name, schema]) => ({ name, in: 'path', required: true, schema })),
    ...fieldsOf(query).map(([name, schema]) => ({ name, in: 'query', required: false, schema })),
    ...(method === 'GET' ? [] : [header]),
  ]
}

function fieldsOf({ json }: Schema<unknown>): readonly [string, unknown][] {
  return Object.entries((json['properties'] ?? {}) as Readonly<Record<string, unknown>>)
}

/** By status, as OpenAPI has them. */
function refusals(access: Access, { method, body, refuses }: Route): Map<string, JsonSchema> {
  const codes: readonly ErrorCode[] = [
    'ERR_API_REQUEST',
    'ERR_CROSS_SITE',
    'ERR_RATE',
    ...(body === undefined ? [] : (['ERR_WIRE_OVERSIZE'] as const)),
    ...(access === 'anybody' ? [] : (['ERR_SIGNED_OUT'] as const)),
    ...(access === 'anybody' || access === 'signed in' ? [] : (['ERR_FORBIDDEN'] as const)),
    ...refuses,
  ]
  const byStatus = new Map<string, ErrorCode[]>()
  for (const code of codes) {
    const status = String(statusOf(code))
    byStatus.set(status, [...(byStatus.get(status) ?? []), code])
  }
  if (body !== undefined && method !== 'GET') byStatus.set('415', ['ERR_API_REQUEST'])
  return new Map(
    [...byStatus].map(([status, list]) => [
      status,
      {
        description: list.join(', '),
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    ]),
  )
}
