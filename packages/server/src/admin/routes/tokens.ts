import { randomBytes } from 'node:crypto'
import type { Db } from '../../store/schema.ts'
import { act, forbidden, granted, refused, type ActPorts, type Deed } from '../act.ts'
import { newToken } from '../credentials.ts'
import { label, operatorName, permissions } from '../forms.ts'
import type { Identity } from '../identity.ts'
import { knownPermissions } from '../roles.ts'
import { nothing, route, type Route } from '../route.ts'
import { list, nullable, object, text, time, whole } from '../schema.ts'

/** Tokens of one account. Our choice: a script each. */
const MOST_TOKENS = 100
/** Tokens in a list. */
const MOST_LISTED = 10_000
const MINUTE_MS = 60_000
/** A year and a day: long enough for whoever renews once a year. */
const LONGEST_MS = 366 * 86_400_000

/** The public name of a token: 12 hexadecimal digits. */
const tokenId = text(12, 12, /^[0-9a-f]+$/)
const tokenRow = object({
  id: tokenId,
  name: label,
  operator: operatorName,
  scope: permissions,
  created: time,
  expires: time,
  lastUsed: nullable(time),
})

/** What programs sign in by. */
export function tokenRoutes(ports: ActPorts): readonly Route[] {
  const { store, clock } = ports
  return [
    route({
      id: 'listTokens',
      method: 'GET',
      path: '/tokens',
      about:
        'One’s own tokens; with the permission `tokens.all`, everybody’s. The tokens themselves are kept nowhere.',
      access: 'tokens.own',
      answer: object({ tokens: list(tokenRow, MOST_LISTED) }),
      handle: async ({ who }) => ({ tokens: await store.read((db) => listTokens(db, who!)) }),
    }),
    route({
      id: 'createToken',
      method: 'POST',
      path: '/tokens',
      about:
        'Makes a token, shown once. It may never do more than its maker may at that moment. One that a token makes ends with it.',
      access: 'tokens.own',
      body: object({ name: label, scope: permissions, lifetimeMs: whole(MINUTE_MS, LONGEST_MS) }),
      answer: object({ token: text(1, 64), id: tokenId, scope: permissions, expires: time }),
      refuses: ['ERR_TOKEN_LIMIT'],
      handle({ who, body: { name, scope, lifetimeMs } }) {
        const { text: token, hash } = newToken()
        const id = randomBytes(6).toString('hex')
        const distinct = knownPermissions(scope)
        const days = Math.ceil(lifetimeMs / 86_400_000)
        return act(ports, {
          who: who!,
          permission: 'tokens.own',
          deed: tokenDeed('token.create', id, { scope: distinct, days }),
          async work(db, who) {
            const missing = distinct.find((each) => !who.permissions.includes(each))
            if (missing !== undefined) return forbidden(missing)
            const { operator, token: maker } = who
            if ((await countTokens(db, operator)) >= MOST_TOKENS) return refused('ERR_TOKEN_LIMIT')
            const created = clock.wall()
            const wished = created + lifetimeMs
            const expires = maker === undefined ? wished : Math.min(wished, who.expires)
            const row = { id, hash, name, operator, made_by: maker?.id ?? null, created, expires }
            await db
              .insertInto('operator_tokens')
              .values({ ...row, scope: distinct.join(' '), last_used: null })
              .execute()
            return granted({ token, id, scope: distinct, expires })
          },
        })
      },
    }),
    route({
      id: 'revokeToken',
      method: 'DELETE',
      path: '/tokens/{id}',
      about: 'Ends a token, and those that it made, at once.',
      access: 'tokens.own',
      params: object({ id: tokenId }),
      answer: nothing,
      refuses: ['ERR_TOKEN_UNKNOWN'],
      handle: ({ who, params: { id } }) =>
        act(ports, {
          who: who!,
          permission: 'tokens.own',
          deed: tokenDeed('token.revoke', id, {}),
          async work(db, who) {
            // those it made go with it: they belong to it in the tables
            const { numDeletedRows } = await db
              .deleteFrom('operator_tokens')
              .where('id', '=', id)
              .$if(!who.permissions.includes('tokens.all'), (query) =>
                query.where('operator', '=', who.operator),
              )
              .executeTakeFirstOrThrow()
            return numDeletedRows === 1n ? granted({}) : refused('ERR_TOKEN_UNKNOWN')
          },
        }),
    }),
  ]
}

function tokenDeed(action: 'token.create' | 'token.revoke', id: string, detail: object): Deed {
  return { action, object: { kind: 'token', id }, detail } as Deed
}

async function listTokens(db: Db, who: Identity) {
  const rows = await db
    .selectFrom('operator_tokens')
    .select(['id', 'name', 'operator', 'scope', 'created', 'expires', 'last_used'])
    .$if(!who.permissions.includes('tokens.all'), (query) =>
      query.where('operator', '=', who.operator),
    )
    .orderBy('created', 'desc')
    .limit(MOST_LISTED)
    .execute()
  return rows.map(({ last_used: lastUsed, scope, ...row }) => ({
    ...row,
    scope: knownPermissions(scope.split(' ')),
    lastUsed,
  }))
}

async function countTokens(db: Db, operator: string): Promise<number> {
  const { count } = await db
    .selectFrom('operator_tokens')
    .select((eb) => eb.fn.countAll().as('count'))
    .where('operator', '=', operator)
    .executeTakeFirstOrThrow()
  return Number(count)
}
