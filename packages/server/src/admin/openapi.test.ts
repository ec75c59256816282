import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { base64url } from '@hufu/protocol/crypto'
import { ERRORS, isErrorCode } from '@hufu/protocol/wire'
import { newSerial } from '../authority/root.ts'
import { makeAuthorityKey, makeRoot } from '../authority/x509.ts'
import { bind } from '../store/bindings.ts'
import { seat } from '../store/call-members.ts'
import { createCall, keepRing, type CallRow } from '../store/calls.ts'
import { addKey } from '../store/keys.ts'
import { PASSPHRASE, testDesk, type Ask, type TestDesk } from './admin.testing.ts'
import { assertFits } from './json-schema.testing.ts'
import { amount, digits, flag, list, nullable, object, table, text, whole, word } from './schema.ts'

interface Document {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}
interface Operation {
  readonly operationId: string
  readonly security?: readonly unknown[]
  readonly parameters: readonly { readonly name: string; readonly in: string }[]
  readonly requestBody?: unknown
  readonly responses: Readonly<
    Record<string, { readonly content: Content; readonly description: string }>
  >
}
type Content = Readonly<Record<string, { readonly schema: unknown }>>

/** Each operation asked in a way that succeeds, in an order that makes sense. */
async function askAll(
  desk: TestDesk,
): Promise<ReadonlyMap<string, { text: string; status: number }>> {
  const answers = new Map<string, { text: string; status: number }>()
  const ask = async (
    id: string,
    what: string,
    options: Ask = {},
  ): Promise<Readonly<Record<string, unknown>>> => {
    const answer = await desk.ask(what, options)
    answers.set(id, answer)
    assert.equal(answer.status, 200, `${id}: ${answer.text}`)
    return answer.json
  }
  await ask('openApi', 'GET /openapi.json')
  await ask('setupState', 'GET /setup')
  const { code } = (await desk.admin.firstCode())!
  const self = { name: 'ada', passphrase: PASSPHRASE, keeper: 'program' }
  await ask('setup', 'POST /setup', { body: { ...self, code } })
  const { session } = await ask('signIn', 'POST /session', { body: self })
  const bearer = session as string
  await ask('addOperator', 'POST /operators', { bearer, body: { name: 'max', role: 'auditor' } })
  await ask('changeRole', 'PUT /operators/max/role', { bearer, body: { role: 'vendor' } })
  await ask('resetOperator', 'POST /operators/max/reset', { bearer })
  await ask('listOperators', 'GET /operators', { bearer })
  await ask('removeOperator', 'DELETE /operators/max', { bearer })
  const body = { name: 'ci', scope: ['status.read'], lifetimeMs: 60_000 }
  const { id, token } = await ask('createToken', 'POST /tokens', { bearer, body })
  await ask('whoAmI', 'GET /session', { bearer: token as string })
  await ask('listTokens', 'GET /tokens', { bearer })
  await ask('revokeToken', `DELETE /tokens/${String(id)}`, { bearer })
  await ask('status', 'GET /status', { bearer })
  desk.metrics.pairing('stood')
  desk.metrics.pairing('ERR_PAIR_REFUSED')
  desk.clock.advance(61_000)
  await ask('metrics', 'GET /metrics?span=day', { bearer })
  await desk.store.write('soon', async (db) => {
    const times = { created: desk.clock.wall(), last_used: desk.clock.wall() }
    await db
      .insertInto('sessions')
      .values({ id: new Uint8Array(16).fill(9), ...times })
      .execute()
  })
  await askUsers(desk, (id, what, body) => ask(id, what, { bearer, body }))
  await ask('listSessions', 'GET /sessions?limit=10', { bearer })
  await askCalls(desk, (id, what, body) => ask(id, what, { bearer, body }))
  await ask('listAudit', 'GET /audit?limit=500', { bearer })
  await ask('verifyAudit', 'POST /audit/verify', { bearer })
  await ask('exportAudit', 'GET /audit/export?from=2', { bearer })
  await ask('rotateVault', 'POST /vault/rotate', { bearer })
  await ask('vaultStatus', 'GET /vault', { bearer })
  await ask('listOtherSessions', 'GET /session/others', { bearer })
  await ask('endOtherSessions', 'DELETE /session/others', { bearer })
  const chosen = { current: PASSPHRASE, passphrase: `${PASSPHRASE} too`, keeper: 'program' }
  const anew = await ask('changePassphrase', 'PUT /session/passphrase', { bearer, body: chosen })
  await ask('signOut', 'DELETE /session', { bearer: anew['session'] as string })
  return answers
}

/** Those around calls, with one of two of whom one is rung. */
async function askCalls(
  desk: TestDesk,
  ask: (id: string, what: string, body?: unknown) => Promise<Readonly<Record<string, unknown>>>,
): Promise<void> {
  const [id, created] = [new Uint8Array(16).fill(5), desk.clock.wall()]
  const here = { user: 'ann@localhost', terminal: new Uint8Array(32), media: id }
  await desk.store.write('soon', async (db) => {
    await createCall(db, { ...callOf(id), initiator: here.user, created }, here)
    await seat(db, id, 0, { ...here, now: created })
    await keepRing(db, { call: id, user: 'bob@localhost', challenge: null, until: created })
  })
  await ask('listCalls', 'GET /calls?limit=10')
  const { members, rings } = await ask('showCall', `GET /calls/${'05'.repeat(16)}`)
  const [host] = members as readonly Readonly<Record<string, unknown>>[]
  assert.deepEqual([host!['user'], host!['isHost'], rings], [here.user, true, ['bob@localhost']])
  await ask('endCall', `POST /calls/${'05'.repeat(16)}/end`, { reason: 'closing time' })
}

function callOf(id: Uint8Array): Omit<CallRow, 'initiator' | 'created'> {
  const octets = new Uint8Array(32)
  return {
    id,
    host: 0,
    server: 'hufu.example',
    rung_by: 'ann@localhost',
    r1: octets,
    cert_signing: octets,
    cert_agreement: octets,
    signalling: Uint8Array.of(1),
    media: Uint8Array.of(2),
    checks_members: 0,
    epoch: 3,
  }
}

/** Those around users, with a user who has a key and is signed in. */
async function askUsers(
  desk: TestDesk,
  ask: (id: string, what: string, body?: unknown) => Promise<Readonly<Record<string, unknown>>>,
): Promise<void> {
  const { user } = await ask('invite', 'POST /invitations', { user: 'ann', kind: 'key' })
  const created = desk.clock.wall()
  const id = new Uint8Array(32).fill(7)
  const name = '07'.repeat(32)
  await desk.store.write('soon', async (db) => {
    const certificates = { signing: id, agreement: id }
    const times = { created, expires: created + 60_000 }
    const key = { id, user: user as string, kind: 'software', algorithm: 'ed25519' }
    await addKey(db, { ...key, certificates, ...times })
    const binding = { terminal: id, user: user as string, by: 'key', key: id } as const
    const { expires } = times
    await bind(db, { ...binding, since: created, expires, lastSeen: created })
  })
  await ask('listUsers', 'GET /users?part=an&limit=10')
  await ask('showUser', `GET /users/${String(user)}`)
  await ask('listBindings', 'GET /bindings')
  await ask('releaseBinding', `POST /bindings/${name}/release`, { reason: 'closing time' })
  await ask('revokeKey', `POST /keys/${base64url(id)}/revoke`, { reason: 'lost' })
  await ask('withdrawInvitations', `DELETE /users/${String(user)}/invitations`)
  await ask('suspendUser', `POST /users/${String(user)}/suspend`, { reason: 'on leave' })
  await ask('resumeUser', `POST /users/${String(user)}/resume`)
  await ask('removeUser', `DELETE /users/${String(user)}`)
  const made = await makeAuthorityKey()
  const validity = { notBefore: new Date(0), notAfter: new Date(2 ** 42) }
  const issuing = { name: 'CN=corp', ...made }
  const root = await makeRoot(issuing, 'corp.example', newSerial(), validity)
  const der = Buffer.from(root).toString('base64')
  const certificate = `-----BEGIN CERTIFICATE-----\n${der}\n-----END CERTIFICATE-----\n`
  const body = { certificate, namespaces: ['corp.example'] }
  const { id: issuer } = await ask('addIssuer', 'POST /issuers', body)
  await ask('listIssuers', 'GET /issuers')
  await ask('removeIssuer', `DELETE /issuers/${String(issuer)}`)
}

describe('the document', () => {
  test('describes every operation, and what each of them answers', async (t) => {
    const desk = await testDesk(t)
    const answers = await askAll(desk)
    const document = JSON.parse(answers.get('openApi')!.text) as Document
    assert.equal(document.openapi, '3.1.1')
    const described = Object.values(document.paths).flatMap((path) => Object.values(path))
    const ids = described.map(({ operationId }) => operationId)
    assert.deepEqual(ids.toSorted(), desk.admin.routes.map(({ id }) => id).toSorted())
    assert.deepEqual([...answers.keys()].toSorted(), ids.toSorted(), 'none goes untried')
    for (const { operationId, responses } of described) {
      const { content } = responses['200']!
      const { text } = answers.get(operationId)!
      const json = content['application/json']
      if (json !== undefined) assertFits(json.schema, JSON.parse(text), operationId)
      else
        for (const line of text.trim().split('\n')) assert.equal(typeof JSON.parse(line), 'object')
      for (const { description } of Object.values(responses))
        for (const code of description.match(/ERR_[A-Z_]+/g) ?? []) assert.ok(isErrorCode(code))
    }
    assert.deepEqual(desk.failures, [])
  })

  test('says what must be sent: parameters, header, body, who may', async (t) => {
    const desk = await testDesk(t)
    const { json } = await desk.ask('GET /openapi.json')
    const { paths } = json as unknown as Document
    for (const [path, operations] of Object.entries(paths))
      for (const [method, { parameters, requestBody, security, responses }] of Object.entries(
        operations,
      )) {
        const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
        const inPath = parameters.filter((each) => each.in === 'path').map(({ name }) => name)
        assert.deepEqual(inPath, named)
        const header = parameters.some(({ name }) => name === 'x-hufu-request')
        assert.equal(header, method !== 'get')
        assert.equal(responses['413'] !== undefined, requestBody !== undefined)
        assert.equal(responses['401'] === undefined, security?.length === 0)
      }
  })

  test('has the errors of the one table', async (t) => {
    const desk = await testDesk(t)
    const { json } = await desk.ask('GET /openapi.json')
    const { components } = json as {
      readonly components: { readonly schemas: { readonly Error: unknown } }
    }
    for (const code of Object.keys(ERRORS))
      assertFits(components.schemas.Error, { error: { code, message: 'x' } }, code)
    const { text } = await desk.ask('GET /status')
    assertFits(components.schemas.Error, JSON.parse(text), 'status')
  })
})

describe('a schema', () => {
  test('reads what it documents, and nothing else', () => {
    const schema = object(
      {
        name: text(1, 3, /^[a-z]+$/),
        count: whole(1, 5),
        share: amount,
        on: flag,
        kind: word('a', 'b'),
        maybe: nullable(whole(0)),
        many: list(whole(0, 9), 2),
        by: table(whole(0)),
      },
      { more: flag },
    )
    const good = {
      name: 'ab',
      count: 5,
      share: 0.5,
      on: true,
      kind: 'a',
      maybe: null,
      many: [1],
      by: { x: 1 },
    }
    const bad: readonly object[] = [
      { name: '' },
      { name: 'abcd' },
      { name: 'A' },
      { name: 1 },
      { count: 0 },
      { count: 1.5 },
      { count: '1' },
      { share: -1 },
      { share: '1' },
      { on: 1 },
      { kind: 'c' },
      { maybe: 'x' },
      { many: [1, 2, 3] },
      { many: [10] },
      { many: {} },
      { by: { x: -1 } },
      { by: [] },
      { more: 1 },
      { other: 1 },
      { toString: 1 },
    ]
    for (const value of [good, { ...good, more: true }]) {
      assert.deepEqual({ ...schema.read(value), by: undefined }, { ...value, by: undefined })
      assertFits(schema.json, value, 'good')
    }
    for (const change of bad) {
      const value = { ...good, ...change }
      assert.equal(schema.read(value), undefined, JSON.stringify(change))
      assert.throws(() => assertFits(schema.json, value, 'bad'), JSON.stringify(change))
    }
    for (const missing of Object.keys(good)) {
      const { [missing as keyof typeof good]: _, ...rest } = good
      assert.equal(schema.read(rest), undefined, missing)
    }
    for (const value of [null, [], 'x', undefined]) assert.equal(schema.read(value), undefined)
    assert.equal(digits(1, 9).read('9'), 9)
    for (const value of ['', '10', '0', '1e0', ' 1', 9])
      assert.equal(digits(1, 9).read(value), undefined)
  })
})
